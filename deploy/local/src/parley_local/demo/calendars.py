"""What stands in everybody's calendar after the mails that they got: a model of a calendar program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar

from parley_contracts.interviews import Interview, SeatStatus, Session, SessionStatus
from parley_contracts.plan import Place, PlaceKind
from parley_local.demo.evidence import Evidence
from parley_local.demo.mailbox import Mail

KEPT = (SessionStatus.BOOKED, SessionStatus.ENDED)
"""Sessions that stand in calendars: what is past stays there."""
SITTING = (SeatStatus.SEATED, SeatStatus.CONFLICT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of one calendar, as the last mail about it that counts has it."""

    uid: str
    sequence: int
    stamped_at: datetime
    cancelled: bool
    starts_at: datetime
    ends_at: datetime
    location: str


@dataclass(frozen=True, slots=True, order=True)
class Appointment:
    starts_at: datetime
    ends_at: datetime
    location: str

    def __str__(self) -> str:
        return f"{self.starts_at:%d %b %H:%M}–{self.ends_at:%H:%M} UTC at {self.location!r}"


def calendar_of(mails: Iterable[Mail]) -> dict[str, Entry]:
    """Replays one person's mails: a higher SEQUENCE counts, and among equals the later DTSTAMP."""
    entries: dict[str, Entry] = {}
    for mail in mails:
        if (text := mail.calendar) is None:
            continue
        for entry in entries_of(text):
            known = entries.get(entry.uid)
            if known is None or rank(entry) >= rank(known):
                entries[entry.uid] = entry
    return entries


def rank(entry: Entry) -> tuple[int, datetime]:
    return entry.sequence, entry.stamped_at


def entries_of(text: str) -> list[Entry]:
    calendar = Calendar.from_ical(text)
    cancels = str(calendar.get("method", "")).upper() == "CANCEL"
    return [
        Entry(
            uid=str(event["uid"]),
            sequence=int(event.get("sequence", 0)),
            stamped_at=_in_utc(event.decoded("dtstamp")),
            cancelled=cancels or str(event.get("status", "")).upper() == "CANCELLED",
            starts_at=_in_utc(event.decoded("dtstart")),
            ends_at=_in_utc(event.decoded("dtend")),
            location=str(event.get("location", "")),
        )
        for event in calendar.walk("VEVENT")
    ]


def _in_utc(moment: datetime) -> datetime:
    """Not by the zone of whoever happens to read it."""
    if moment.tzinfo is None:
        raise ValueError("a calendar's time names no zone")
    return moment.astimezone(UTC)


def appointments(entries: dict[str, Entry]) -> list[Appointment]:
    return sorted(
        Appointment(one.starts_at, one.ends_at, one.location)
        for one in entries.values()
        if not one.cancelled
    )


def wanted(evidence: Evidence) -> dict[str, list[Appointment]]:
    """By address: what everybody's calendar should hold, from the last state of every interview."""
    found: dict[str, list[Appointment]] = {}
    for interview in evidence.interviews.values():
        for session in interview.sessions:
            for person_id in taking_part(interview, session):
                address = evidence.address(person_id)
                if address is not None and session.starts_at and session.ends_at:
                    found.setdefault(address, []).append(
                        Appointment(session.starts_at, session.ends_at, whereabouts(session.place))
                    )
    return {address: sorted(some) for address, some in found.items()}


def taking_part(interview: Interview, session: Session) -> list[str]:
    if session.status not in KEPT:
        return []
    seated = [
        seat.interviewer_id
        for seat in session.seats
        if seat.interviewer_id is not None and seat.status in SITTING
    ]
    return [interview.candidate_id, *seated]


def whereabouts(place: Place) -> str:
    """Where an entry has to say that the session is."""
    where = {
        PlaceKind.VIDEO: place.url,
        PlaceKind.PHONE: place.dial_in,
        PlaceKind.ONSITE: place.address,
    }
    return next((value for kind, value in where.items() if kind == place.kind and value), "")
