"""A model calendar client over random histories: what it shows at the end is what holds."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from tests.notifications.events import NOW, STARTS

from notifications.adapters.ics import Invitation, calendar_of
from notifications.adapters.letterhead import Letterhead
from notifications.domain.dossier import Dossier
from notifications.domain.interview import Interview, Job, Place, Seat, Session, Stage, Team
from notifications.domain.letters import uid_of, write
from notifications.domain.message import CalendarEntry, Draft, Message
from notifications.domain.person import Person

CANDIDATE = "ats:ana"
PANEL = ("ats:ivan", "ats:jun", "ats:kim")
PEOPLE = {
    one: Person(id=one, name=one.removeprefix("ats:").title(), locale="en-GB")
    for one in (CANDIDATE, *PANEL)
}
PLACES = {
    "Video call: https://a.example": Place(kind="video", url="https://a.example"),
    "Video call: https://b.example": Place(kind="video", url="https://b.example"),
    "By phone: +49 30 1234": Place(kind="phone", dial_in="+49 30 1234"),
    "On site: 1 Main Street, Springfield": Place(
        kind="onsite", address="1 Main Street, Springfield", instructions="Ring twice."
    ),
}
"""By what a calendar is to say of it."""
SUMMARIES = dict.fromkeys(PANEL, "Technical: Ana, Engineer") | {CANDIDATE: "Technical: Engineer"}
WORDS = Invitation(
    summary="Interview",
    description="With others.",
    location="Video call",
    organizer_name="Parley",
    organizer="parley@corp.example",
    attendee_name="Somebody",
    attendee="somebody@corp.example",
    domain="corp.example",
)


Shown = tuple[datetime, datetime, str, str]
"""Start, end, place and summary."""


@dataclass
class Client:
    """Keeps an entry by UID; an older SEQUENCE is ignored, a CANCEL removes it."""

    entries: dict[str, Shown | None] = field(default_factory=dict)
    seen: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def read(self, raw: bytes) -> None:
        calendar = Calendar.from_ical(raw)
        (event,) = calendar.walk("VEVENT")
        uid, sequence = str(event["UID"]), event.decoded("SEQUENCE")
        stamp = event.decoded("DTSTAMP")
        last = self.seen.get(uid)
        assert last is None or (sequence == last[0] + 1 and stamp > last[1])
        self.seen[uid] = (sequence, stamp)
        cancelled = str(calendar["METHOD"]) == "CANCEL"
        times = (event.decoded("DTSTART"), event.decoded("DTEND"))
        shown = (*times, str(event["LOCATION"]), str(event["SUMMARY"]))
        self.entries[uid] = None if cancelled else shown


Wanted = dict[str, object]
"""A session, by day, place, seats and status."""
sessions: st.SearchStrategy[Wanted] = st.fixed_dictionaries(
    {
        "day": st.integers(0, 5),
        "place": st.sampled_from(sorted(PLACES)),
        "seats": st.lists(st.sampled_from(PANEL), min_size=1, max_size=2, unique=True),
        "status": st.sampled_from(["booked", "booked", "booked", "open"]),
    }
)
statuses = ["booked", "booked", "booked", "booked", "searching", "offered", "cancelled"]
changes = ["everything", "day", "place", "place", "seats"]
steps = st.lists(
    st.tuples(
        st.sampled_from(statuses),
        st.sampled_from(changes),
        st.lists(sessions, min_size=1, max_size=2),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


def changed(before: list[Wanted], what: str, given: list[Wanted]) -> list[Wanted]:
    """By one thing of each session, or in everything."""
    if what == "everything" or not before:
        return given
    return [one | {what: given[n % len(given)][what]} for n, one in enumerate(before)]


def state(status: str, wanted: list[Wanted]) -> Interview:
    return Interview(
        interview_id="i1",
        application_id="a1",
        candidate_id=CANDIDATE,
        status=status,
        hiring_team=Team(recruiter_id="ats:ruth"),
        job=Job(title="Engineer"),
        stage=Stage(name="Technical"),
        sessions=tuple(session(f"s{n}", one) for n, one in enumerate(wanted)),
    )


def session(session_id: str, wanted: Wanted) -> Session:
    starts_at = STARTS + timedelta(days=int(str(wanted["day"])))
    booked = wanted["status"] == "booked"
    seats = wanted["seats"]
    assert isinstance(seats, list)
    return Session(
        session_id=session_id,
        title="Talk",
        minutes=60,
        place=PLACES[str(wanted["place"])],
        status=str(wanted["status"]),
        starts_at=starts_at if booked else None,
        ends_at=starts_at + timedelta(hours=1) if booked else None,
        seats=tuple(Seat(interviewer_id=str(one), status="seated") for one in seats),
    )


@settings(max_examples=500, deadline=None)
@given(steps)
def test_every_calendar_ends_up_as_the_state_is(
    history: list[tuple[str, str, list[Wanted], bool]],
) -> None:
    dossier, clients, now = Dossier(id="i1"), {one: Client() for one in (CANDIDATE, *PANEL)}, NOW
    wanted: list[Wanted] = []
    for number, (status, what, given_now, told) in enumerate(history, start=1):
        wanted = changed(wanted, what, given_now)
        dossier = dossier.with_interview(state(status, wanted), number)
        if told or number == len(history):
            dossier = tell_all(dossier, clients, now)

    for person, client in clients.items():
        held = {
            f"{uid_of('i1', one.session_id)}@corp.example": (
                one.starts_at,
                one.ends_at,
                where(one.place),
                SUMMARIES[person],
            )
            for one in dossier.facts(person).meetings
        }
        shown = {uid: entry for uid, entry in client.entries.items() if entry is not None}
        assert shown == held
    assert dossier.pending() == ()


def tell_all(dossier: Dossier, clients: dict[str, Client], now: datetime) -> Dossier:
    for person in dossier.pending():
        written = write(dossier, person, now=now)
        for draft in written.drafts:
            if draft.entry is not None:
                clients[person].read(mailed(dossier, person, draft, draft.entry, now))
        dossier = dossier.with_letter(written.letter)
    return dossier


def mailed(
    dossier: Dossier, person: str, draft: Draft, entry: CalendarEntry, now: datetime
) -> bytes:
    """The entry, with the words that its mail has for it."""
    message = Message(
        id="0" * 32,
        person_id=person,
        kind=draft.kind,
        about=dossier.about,
        parts=draft.parts,
        entry=entry,
        created_at=now,
    )
    letter = Letterhead().write(message, PEOPLE[person], PEOPLE, lambda *_: "https://p.example")
    words = replace(WORDS, location=letter.location, summary=letter.summary)
    return calendar_of(entry, words)


def where(place: Place) -> str:
    return next(said for said, one in PLACES.items() if one == place)


def test_what_did_not_change_is_not_told_again() -> None:
    wanted: Wanted = {
        "day": 0,
        "place": "By phone: +49 30 1234",
        "seats": ["ats:ivan"],
        "status": "booked",
    }
    dossier = Dossier(id="i1").with_interview(state("booked", [wanted]), 1)
    told = tell_all(dossier, {one: Client() for one in (CANDIDATE, *PANEL)}, NOW)

    again = told.with_interview(state("booked", [wanted]), 2)

    assert again.pending() == ()


def test_mended_title_is_taken_over_without_a_mail() -> None:
    wanted: Wanted = {
        "day": 0,
        "place": "By phone: +49 30 1234",
        "seats": ["ats:ivan"],
        "status": "booked",
    }
    first = state("booked", [wanted])
    told = tell_all(
        Dossier(id="i1").with_interview(first, 1),
        {one: Client() for one in (CANDIDATE, *PANEL)},
        NOW,
    )
    mended = replace(first, sessions=(replace(first.sessions[0], title="Another"),))

    written = write(told.with_interview(mended, 2), CANDIDATE, now=NOW)

    assert written.drafts == ()


def test_entry_is_the_same_for_every_attempt() -> None:
    wanted: Wanted = {
        "day": 0,
        "place": "By phone: +49 30 1234",
        "seats": ["ats:ivan"],
        "status": "booked",
    }
    dossier = Dossier(id="i1").with_interview(state("booked", [wanted]), 1)
    (draft,) = write(dossier, CANDIDATE, now=NOW).drafts
    entry = draft.entry

    assert isinstance(entry, CalendarEntry)
    assert calendar_of(entry, WORDS) == calendar_of(entry, WORDS)
