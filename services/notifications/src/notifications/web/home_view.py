"""What a home shows, in the order in which it matters to its reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.application import Application, Standing
from notifications.domain.dossier import Dossier
from notifications.domain.formats import Formats, formats_for
from notifications.domain.items import TO_KNOW, Item
from notifications.domain.person import Person
from notifications.ports import Home

SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item, in words' reach: the template has the words."""

    kind: str
    job: str
    stage: str | None
    candidate: str
    about: str | None
    session: str | None
    when: str | None
    due: str | None
    late: bool
    days: int
    href: str | None
    moment: datetime | None
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextWord:
    """What a candidate can count on."""

    job: str
    by: str
    late: bool
    sender: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    name: str
    to_do: Sequence[Entry]
    to_know: Sequence[Entry]
    words: Sequence[NextWord]


def view_of(home: Home, purpose: str, *, now: datetime) -> View:
    """A home for whoever takes part; a desk for whoever arranges it, by age."""
    person = home.person
    formats = english(person)
    everything: list[Dossier | Application] = [*home.dossiers, *home.applications]
    entries = [
        entry for one in everything for entry in _entries(home, one, purpose, formats, now=now)
    ]
    to_do = [one for one in entries if one.kind not in TO_KNOW]
    to_do.sort(key=_by_age if purpose == "desk" else _by_due)
    to_know = [one for one in entries if one.kind in TO_KNOW and one.kind != "next_word"]
    to_know.sort(key=_by_due)
    words = [] if purpose == "desk" else list(_words(home, formats, now=now))
    return View(name=person.name or SOMEBODY, to_do=to_do, to_know=to_know, words=words)


def english(person: Person) -> Formats:
    """Pages are in English for now; the reader's zone, and their English where they have one."""
    locale = person.locale if (person.locale or "").lower().startswith("en") else None
    return formats_for(locale, person.zone)


def _entries(
    home: Home, about: Dossier | Application, purpose: str, formats: Formats, *, now: datetime
) -> Iterator[Entry]:
    desk = set(about.desk)
    for item in about.items:
        if item.person_id not in home.known_as or _at_desk(item, desk) != (purpose == "desk"):
            continue
        yield _entry(home, about, item, purpose, formats, now=now)


DESK_KINDS = frozenset(
    {
        "no_slots",
        "expired",
        "booking_overdue",
        "times_proposed",
        "attention",
        "declined",
        "conflict",
        "no_show",
        "card_missing",
        "decision_due",
        "release",
        "update_due",
        "update_overdue",
        "undelivered",
    }
)


def _at_desk(item: Item, desk: set[str]) -> bool:
    """A decision is made where the decider looks: at the desk, for whoever has one."""
    return item.kind in DESK_KINDS or (item.kind == "decide" and item.person_id in desk)


def _entry(
    home: Home,
    about: Dossier | Application,
    item: Item,
    purpose: str,
    formats: Formats,
    *,
    now: datetime,
) -> Entry:
    dossier = about if isinstance(about, Dossier) else None
    interview = dossier.interview if dossier is not None else None
    session = interview.session(item.session_id) if interview is not None else None
    when = None
    if session is not None and session.starts_at is not None and session.ends_at is not None:
        when = formats.span(session.starts_at, session.ends_at)
    is_meeting = item.kind in ("meeting", "seat")
    due = formats.moment(item.due_at) if item.due_at is not None and not is_meeting else None
    return Entry(
        kind=item.kind,
        job=about.job_title or "",
        stage=dossier.stage_name if dossier is not None else None,
        candidate=_name(home, about.candidate_id),
        about=_name(home, item.about_id) if item.about_id is not None else None,
        session=session.title if session is not None else None,
        when=when,
        due=due,
        late=due is not None and item.due_at is not None and item.due_at <= now,
        days=max(0, (now - item.since) // timedelta(days=1)) if item.since is not None else 0,
        href=_href(home.person.id, purpose, item.purpose, dossier),
        moment=item.due_at,
        since=item.since,
    )


def _href(
    person_id: str, home_purpose: str, purpose: str | None, dossier: Dossier | None
) -> str | None:
    if purpose is None or dossier is None:
        return None
    # Ids are safe in a path as they stand, and the session's cookie is for just this spelling.
    return f"/{home_purpose}/home/{person_id}/to/{purpose}/{dossier.id}"


def _words(home: Home, formats: Formats, *, now: datetime) -> Iterator[NextWord]:
    for one in home.applications:
        clock = one.clock
        if clock is None or clock.candidate_id not in home.known_as:
            continue
        if clock.next_word_due_at is None or one.team is None:
            continue
        yield NextWord(
            job=one.job_title or "",
            by=formats.moment(clock.next_word_due_at),
            late=clock.next_word_due_at <= now,
            sender=_name(home, one.team.recruiter_id),
            held=one.state.standing == Standing.ON_HOLD,
        )


def _name(home: Home, person_id: str | None) -> str:
    return home.names.get(person_id or "", SOMEBODY)


def _by_due(entry: Entry) -> tuple[bool, float, str]:
    moment = entry.moment
    return (moment is None, moment.timestamp() if moment is not None else 0.0, entry.kind)


def _by_age(entry: Entry) -> tuple[float, str]:
    return (entry.since.timestamp() if entry.since is not None else 0.0, entry.kind)
