"""What pages show of an interview, ready for a template: plain words, no ids where a name is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parley_contracts.times import spell_instant
from scheduling.domain.interview import Interview, Seat, SeatState, Session
from scheduling.domain.person import Person
from scheduling.web import words

Persons = Mapping[str, Person]
SOMEONE = "One of our interviewers"
PLACE = ("kind", "url", "dial_in", "address", "instructions")
JOB = ("title", "team", "location", "url")
STAGE = ("name", "assesses")


@dataclass(frozen=True, slots=True)
class Meeting:
    """One person whom the reader will meet, or who may be it."""

    name: str
    role: str | None
    title: str | None = None
    pronouns: str | None = None
    bio: str | None = None
    listens: bool = False
    state: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    value: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class SessionView:
    id: str
    title: str
    about: str | None
    minutes: int
    candidate_minutes: int
    place: Mapping[str, object]
    people: tuple[Meeting, ...]
    state: str
    when: str | None
    ends: str | None
    starts_value: str | None


def days(starts: Sequence[datetime], session: Session, zone: str) -> list[Day]:
    """Slots by the reader's own days."""
    by_day: dict[str, list[Slot]] = {}
    for start in starts:
        by_day.setdefault(words.day_name(words.day_of(start, zone)), []).append(
            slot(start, session, zone)
        )
    return [Day(name, tuple(found)) for name, found in by_day.items()]


def slot(start: datetime, session: Session, zone: str) -> Slot:
    ends = words.clock_time(start + session.length, zone)
    return Slot(spell_instant(start), words.clock_time(start, zone), ends)


def session_view(session: Session, persons: Persons, zone: str) -> SessionView:
    span = session.span
    return SessionView(
        id=session.id,
        title=session.title,
        about=session.about,
        minutes=session.minutes,
        candidate_minutes=session.candidate_minutes,
        place=_whole(session.place, PLACE),
        people=tuple(_meeting(seat, persons) for seat in session.seats if _is_met(seat)),
        state=session.state,
        when=None if span is None else words.full_time(span.starts_at, zone),
        ends=None if span is None else words.clock_time(span.ends_at, zone),
        starts_value=None if span is None else spell_instant(span.starts_at),
    )


def _is_met(seat: Seat) -> bool:
    return seat.state != SeatState.DECLINED or not seat.shadow


def _meeting(seat: Seat, persons: Persons) -> Meeting:
    declined = seat.state == SeatState.DECLINED
    who = seat.interviewer_id if seat.taken else None if declined else seat.wanted.interviewer_id
    person = persons.get(who) if who is not None else None
    if person is None or person.name is None:
        return Meeting(_candidates(seat, persons), seat.role, listens=seat.shadow, state=seat.state)
    return Meeting(
        person.name,
        seat.role,
        person.title,
        person.pronouns,
        person.bio,
        seat.shadow,
        seat.state,
    )


def _candidates(seat: Seat, persons: Persons) -> str:
    """For a seat that is filled at the booking."""
    found = (persons.get(one) for one in seat.wanted.one_of)
    names = [one.name for one in found if one is not None and one.name]
    whole = names and len(names) == len(seat.wanted.one_of)
    return words.listed(names, "or") if whole and not seat.taken else SOMEONE


def name_of(person_id: str, persons: Persons, otherwise: str) -> str:
    person = persons.get(person_id)
    return person.name if person is not None and person.name else otherwise


def document(interview: Interview, name: str) -> Mapping[str, object]:
    """A part of the upstream's words: job, stage or pay."""
    found = interview.asked.get(name)
    return found if isinstance(found, Mapping) else {}


def plan(interview: Interview) -> dict[str, Any]:
    """Job, stage and pay card, as every page shows them."""
    job, stage, pay = (document(interview, name) for name in ("job", "stage", "pay"))
    return {
        "job": _whole(job, JOB),
        "stage": _whole(stage, STAGE),
        "pay": words.pay_range(pay) if pay else "",
        "pay_note": pay.get("note") or "",
    }


def _whole(document: Mapping[str, object], names: Sequence[str]) -> dict[str, object]:
    """What was left out is there, and empty."""
    return {name: document.get(name) for name in names}


def involved(interview: Interview) -> set[str]:
    return {interview.candidate_id, *interview.concerns}
