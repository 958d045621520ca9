"""An application as candidates and desks see it: how it stands, and when the next word is due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from notifications.domain.catalogue import EVENTS, PARTS, Audience
from notifications.domain.changed import changed
from notifications.domain.correspondence import (
    Correspondence,
    Note,
    Part,
)
from notifications.domain.dossier import Happened
from notifications.domain.interview import Team
from notifications.domain.items import Failed, Item, aged
from notifications.domain.letters import actions_of
from notifications.domain.message import About, Draft

IN_ONE_BREATH = timedelta(minutes=15)
"""A rejection in the ATS and the decline that follows from it reach us by two ways, and are told once."""


class Standing(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What the ATS says last."""

    standing: str = Standing.OPEN
    outcome: str | None = None
    until: datetime | None = None
    told_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the candidate is owed, as feedback counts it."""

    candidate_id: str
    hiring_team: Team
    job_title: str
    status: str
    next_word_due_at: datetime | None = None
    overdue_since: datetime | None = None
    due: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    id: str
    opened_for: str | None = None
    """The candidate, as the ATS named them."""
    ats_team: Team | None = None
    ats_title: str | None = None
    seen: Mapping[str, int] = field(default_factory=dict)
    """By source, the last revision that was heard of it."""
    state: State = State()
    told: State = State()
    declined_at: datetime | None = None
    """When a mail about one of its interviews told that the company does not go on."""
    clock: Clock | None = None
    clock_revision: int = 0
    letters: Mapping[str, Correspondence] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    failed: tuple[Failed, ...] = ()
    waiting_for: tuple[str, ...] = ()
    open_for: tuple[str, ...] = ()

    @property
    def candidate_id(self) -> str | None:
        return self.opened_for or (self.clock.candidate_id if self.clock is not None else None)

    @property
    def team(self) -> Team | None:
        return self.ats_team or (self.clock.hiring_team if self.clock is not None else None)

    @property
    def desk(self) -> tuple[str, ...]:
        return self.team.desk if self.team is not None else ()

    @property
    def job_title(self) -> str | None:
        return self.ats_title or (self.clock.job_title if self.clock is not None else None)

    @property
    def about(self) -> About:
        return About(
            application_id=self.id,
            candidate_id=self.candidate_id,
            job_title=self.job_title,
            reply_to=self.team.coordinator if self.team is not None else None,
        )

    @property
    def outcome_told(self) -> bool:
        """That it is over is told, here or elsewhere, or will be by the next mail about it."""
        return self.state.standing == Standing.CLOSED

    def letter(self, person_id: str) -> Correspondence:
        return self.letters.get(person_id) or Correspondence(person_id=person_id)

    def with_letter(self, letter: Correspondence) -> "Application":
        letters = {**self.letters, letter.person_id: letter}
        waiting = tuple(sorted(p for p, one in letters.items() if one.waiting is not None))
        return changed(self, letters=letters, waiting_for=waiting)

    def opened(self, *, now: datetime) -> "Application":
        items = aged(self.items, tuple(_open_items(self)), now=now)
        return changed(
            self, items=items, open_for=tuple(sorted({item.person_id for item in items}))
        )

    def tell(self, happened: Happened) -> "Application":
        """Events about an application are facts for its candidate, and lines for the digest."""
        tells = EVENTS[happened.event.type]
        if self.candidate_id is None or not any(
            one.audience is Audience.CANDIDATE for one in tells
        ):
            return self
        letter = self.letter(self.candidate_id)
        if happened.event in letter.told_before:
            recalled = letter.recall(happened.event, letter.told, ())
            return changed(self.with_letter(recalled), told=self.state)
        return self.with_letter(letter.add_event(happened.event, happened.record))

    def news(self, happened: Happened) -> tuple[str, ...]:
        return tuple(
            one.what for one in EVENTS[happened.event.type] if one.audience is Audience.DIGEST
        )

    def add_note(self, person_id: str, note: Note) -> "Application":
        return self.with_letter(self.letter(person_id).add_note(note))

    def pending(self) -> tuple[str, ...]:
        people = {person for person, one in self.letters.items() if one.notes}
        if self.candidate_id is not None and self.state != self.told:
            people.add(self.candidate_id)
        return tuple(sorted(people))


def write_about(
    application: Application, person_id: str, *, now: datetime
) -> tuple[Application, tuple[Draft, ...]]:
    """The mail to write, if any, and the application once it is written."""
    letter = application.letter(person_id)
    parts = [note.part for note in letter.notes]
    if person_id == application.candidate_id:
        parts = [*_standing_parts(application, now=now), *parts]
        application = changed(application, told=application.state)
    drafts: tuple[Draft, ...] = ()
    if parts:
        actions = actions_of(parts, None)
        drafts = (Draft(kind=PARTS[parts[0].kind].mail, parts=tuple(parts), actions=actions),)
    after = changed(
        letter, notes=(), events=(), record=None, waiting=None, count=letter.count + len(drafts)
    )
    return application.with_letter(after), drafts


def _standing_parts(application: Application, *, now: datetime) -> list[Part]:
    state, told = application.state, application.told
    if (state.standing, state.outcome, state.until) == (told.standing, told.outcome, told.until):
        return []
    if state.standing == Standing.CLOSED:
        last = application.declined_at
        just_said = last is not None and now - last < IN_ONE_BREATH
        if state.told_elsewhere or (just_said and state.outcome == "rejected"):
            return []
        return [Part(kind="outcome", role="candidate", word=state.outcome)]
    if state.standing == Standing.ON_HOLD:
        return [Part(kind="on_hold", role="candidate", at=state.until)]
    return [Part(kind="goes_on", role="candidate")]


def _open_items(application: Application) -> list[Item]:
    clock, items = application.clock, []
    if clock is not None:
        if clock.next_word_due_at is not None:
            items.append(
                Item(person_id=clock.candidate_id, kind="next_word", due_at=clock.next_word_due_at)
            )
        for person in application.desk:
            if clock.overdue_since is not None:
                items.append(
                    Item(person_id=person, kind="update_overdue", due_at=clock.next_word_due_at)
                )
            elif clock.due:
                items.append(
                    Item(person_id=person, kind="update_due", due_at=clock.next_word_due_at)
                )
    for person in application.desk:
        items += [
            Item(person_id=person, kind="undelivered", about_id=one.person_id)
            for one in application.failed
        ]
    return items
