"""One calendar entry as text: a single event in UTC, with nobody in it but the reader and us."""

from dataclasses import dataclass

from icalendar import Calendar, Event, vCalAddress, vText

from notifications.domain.message import CalendarEntry, Method

PRODUCT = "-//Parley//Interviews//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """The words of an entry, in the reader's language."""

    summary: str
    description: str
    location: str
    organizer_name: str
    organizer: str
    attendee_name: str
    attendee: str
    domain: str


def calendar_of(entry: CalendarEntry, words: Invitation) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", entry.method)
    event = Event()
    event.add("uid", f"{entry.uid}@{words.domain}")
    event.add("dtstamp", entry.stamp)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.meeting.starts_at)
    event.add("dtend", entry.meeting.ends_at)
    event.add("summary", words.summary)
    event.add("description", words.description)
    event.add("location", words.location)
    event.add("status", "CANCELLED" if entry.method == Method.CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event["organizer"] = _address(words.organizer_name, words.organizer)
    attendee = _address(words.attendee_name, words.attendee)
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", "REQ-PARTICIPANT"),
        ("PARTSTAT", "NEEDS-ACTION"),
        # Nothing reads answers yet: whoever cannot come follows the link in the mail.
        ("RSVP", "FALSE"),
    ):
        attendee.params[name] = vText(value)
    event["attendee"] = attendee
    calendar.add_component(event)
    raw: bytes = calendar.to_ical()
    return raw


def _address(name: str, address: str) -> vCalAddress:
    found = vCalAddress(f"mailto:{address}")
    found.params["CN"] = vText(name.replace('"', "'"))
    return found
