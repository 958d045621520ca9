"""Everything notifications knows of one interview, and what each of its people was told about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notifications.domain.catalogue import EVENTS, FACTS, Audience, Tells
from notifications.domain.changed import changed
from notifications.domain.correspondence import (
    Correspondence,
    Facts,
    Meeting,
    Note,
    Part,
    RecordPlace,
    ToldEvent,
)
from notifications.domain.interview import (
    Interview,
    InterviewStatus,
    Session,
    SessionStatus,
    Team,
)
from notifications.domain.items import Failed, Item, aged, open_items
from notifications.domain.message import About
from notifications.domain.round import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """An event, as far as it matters who is told what."""

    event: ToldEvent
    key: str
    """Two events with the same key say the same thing: the note is said once."""
    record: RecordPlace | None = None
    variants: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    session_id: str | None = None
    at: datetime | None = None
    person_id: str | None = None
    word: str | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    id: str
    interview: Interview | None = None
    interview_revision: int = 0
    round: Round | None = None
    round_revision: int = 0
    letters: Mapping[str, Correspondence] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    failed: tuple[Failed, ...] = ()
    waiting_for: tuple[str, ...] = ()
    open_for: tuple[str, ...] = ()

    @property
    def candidate_id(self) -> str | None:
        known = self.interview or self.round
        return known.candidate_id if known is not None else None

    @property
    def application_id(self) -> str | None:
        known = self.interview or self.round
        return known.application_id if known is not None else None

    @property
    def team(self) -> Team | None:
        known = self.interview or self.round
        return known.hiring_team if known is not None else None

    @property
    def desk(self) -> tuple[str, ...]:
        return self.team.desk if self.team is not None else ()

    @property
    def job_title(self) -> str | None:
        if self.interview is not None:
            return self.interview.job.title
        return self.round.job_title if self.round is not None else None

    @property
    def stage_name(self) -> str | None:
        if self.interview is not None:
            return self.interview.stage.name
        return self.round.stage_name if self.round is not None else None

    @property
    def about(self) -> About:
        known = self.interview
        return About(
            interview_id=self.id,
            application_id=self.application_id,
            candidate_id=self.candidate_id,
            job_title=self.job_title,
            stage_name=self.stage_name,
            zone=known.zone if known is not None else None,
            candidate_zone=known.candidate_zone if known is not None else None,
            reply_to=self.team.coordinator if self.team is not None else None,
            roles=_roles(known),
        )

    def with_interview(self, interview: Interview, revision: int) -> "Dossier":
        return changed(self, interview=interview, interview_revision=revision)

    def with_round(self, round_: Round, revision: int) -> "Dossier":
        return changed(self, round=round_, round_revision=revision)

    def letter(self, person_id: str) -> Correspondence:
        return self.letters.get(person_id) or Correspondence(person_id=person_id)

    def with_letter(self, letter: Correspondence) -> "Dossier":
        letters = {**self.letters, letter.person_id: letter}
        waiting = tuple(sorted(p for p, one in letters.items() if one.waiting is not None))
        return changed(self, letters=letters, waiting_for=waiting)

    def opened(self, *, now: datetime) -> "Dossier":
        """With what is open now; whatever was open before keeps its age."""
        found = open_items(self.interview, self.round, self.failed, now=now)
        items = aged(self.items, found, now=now)
        return changed(
            self, items=items, open_for=tuple(sorted({item.person_id for item in items}))
        )

    def calendar_role(self, person_id: str) -> str:
        """As what somebody has the sessions in their calendar."""
        return "candidate" if person_id == self.candidate_id else "interviewer"

    def facts(self, person_id: str) -> Facts:
        """What holds for this person now."""
        known = self.interview
        if known is None:
            return self.letter(person_id).told
        meetings = (self._meeting(session, person_id) for session in known.sessions)
        return Facts(
            meetings=tuple(one for one in meetings if one is not None),
            offer=self._offer(person_id, known),
        )

    def meeting(self, session_id: str | None) -> Meeting | None:
        """The session as it stands, for whoever is told about it."""
        session = self.interview.session(session_id) if self.interview is not None else None
        return _as_meeting(session) if session is not None else None

    def pending(self) -> tuple[str, ...]:
        """Whoever may have to be told something."""
        people = {*self.letters, *self._present()}
        return tuple(sorted(person for person in people if self._is_pending(person)))

    def tell(self, happened: Happened) -> "Dossier":
        """What an event tells whom, by the catalogue."""
        dossier, recalled = self, dict[str, list[str]]()
        for tells in EVENTS[happened.event.type]:
            if tells.audience is Audience.DIGEST or not _applies(tells, happened):
                continue
            for person, role in dossier.audience(tells.audience, happened):
                letter = dossier.letter(person)
                note = None if tells.what == FACTS else note_of(tells.what, role, happened)
                if happened.event in letter.told_before:
                    recalled.setdefault(person, []).extend(() if note is None else (note.key,))
                    continue
                letter = letter.add_event(happened.event, happened.record)
                dossier = dossier.with_letter(letter if note is None else letter.add_note(note))
        for person, keys in recalled.items():
            facts = dossier.facts(person)
            letter = dossier.letter(person).recall(happened.event, facts, tuple(keys))
            dossier = dossier.with_letter(letter)
        return dossier

    def news(self, happened: Happened) -> tuple[str, ...]:
        """The lines that an event adds to the digest."""
        return tuple(
            tells.what
            for tells in EVENTS[happened.event.type]
            if tells.audience is Audience.DIGEST and _applies(tells, happened)
        )

    def audience(self, audience: Audience, happened: Happened) -> tuple[tuple[str, str], ...]:
        """Person and role."""
        if audience is Audience.CANDIDATE:
            return ((self.candidate_id, "candidate"),) if self.candidate_id is not None else ()
        if audience is Audience.INTERVIEWERS:
            return tuple((one, "interviewer") for one in self._interviewers())
        if audience is Audience.NAMED:
            return tuple((one, "interviewer") for one in happened.named)
        if audience is Audience.DECIDERS:
            deciders = self.team.deciders if self.team is not None else ()
            return tuple((one, "decider") for one in deciders if one not in self.desk)
        return tuple((one, "desk") for one in self.desk)

    def may_follow(self, known_as: Iterable[str], purpose: str) -> bool:
        """Which pages of this interview a person has a part in, under any of their ids; their owner decides what is
        allowed.
        """
        return any(purpose in self._pages_of(one) for one in known_as)

    def _pages_of(self, person_id: str) -> set[str]:
        roles: set[str] = set()
        if person_id == self.candidate_id:
            roles |= {"book", "prepare", "review", "decide", "round"}
        if person_id in self._interviewers():
            roles |= {"seat", "prepare", "scorecard", "round"}
        if person_id in self.desk:
            roles |= {"arrange", "round"}
        if self.team is not None and person_id == self.team.recruiter_id:
            roles |= {"release"}
        if self.team is not None and person_id in self.team.deciders:
            roles |= {"decide", "round"}
        return roles

    def _interviewers(self) -> tuple[str, ...]:
        found: list[str] = []
        if self.interview is not None:
            found += self.interview.interviewers
        if self.round is not None:
            found += self.round.interviewers
        told = [person for person, one in self.letters.items() if one.entries]
        return tuple(dict.fromkeys(one for one in (*found, *told) if one != self.candidate_id))

    def _present(self) -> Iterable[str]:
        if self.interview is None:
            return ()
        return (self.interview.candidate_id, *self.interview.interviewers)

    def _is_pending(self, person_id: str) -> bool:
        letter = self.letter(person_id)
        return bool(letter.notes) or self.facts(person_id) != letter.told

    def _meeting(self, session: Session, person_id: str) -> Meeting | None:
        known = self.interview
        if known is None or (person_id != known.candidate_id and person_id not in session.seated):
            return None
        over = session.status == SessionStatus.ENDED
        if known.status == InterviewStatus.CANCELLED and not over:
            return None
        return _as_meeting(session)

    def _offer(self, person_id: str, known: Interview) -> int | None:
        """A search that goes on takes nothing back: the link in the last mail still leads there."""
        if person_id != known.candidate_id:
            return None
        if known.status == InterviewStatus.OFFERED:
            return known.generation
        if known.status in (InterviewStatus.SEARCHING, InterviewStatus.NO_SLOTS):
            return self.letter(person_id).told.offer
        return None


def note_of(what: str, role: str, happened: Happened) -> Note:
    return Note(
        key=f"{what}:{happened.key}",
        part=Part(
            kind=what,
            role=role,
            session_id=happened.session_id,
            at=happened.at,
            person_id=happened.person_id,
            word=happened.word,
            words=happened.words,
        ),
    )


def _applies(tells: Tells, happened: Happened) -> bool:
    return tells.when is None or tells.when in happened.variants


def _as_meeting(session: Session) -> Meeting | None:
    if session.status not in (SessionStatus.BOOKED, SessionStatus.ENDED):
        return None
    if session.starts_at is None or session.ends_at is None:
        return None
    return Meeting(
        session_id=session.session_id,
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        place=session.place,
        panel=session.holders,
        candidate_minutes=session.candidate_minutes,
    )


def _roles(interview: Interview | None) -> tuple[tuple[str, str], ...]:
    if interview is None:
        return ()
    found = {
        seat.interviewer_id: seat.role
        for session in interview.sessions
        for seat in session.seats
        if seat.interviewer_id is not None and seat.role is not None
    }
    return tuple(sorted(found.items()))
