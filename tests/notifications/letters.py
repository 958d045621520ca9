"""Every thing that a mail can say, written without a database: for golden texts and pictures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from notifications.adapters.letterhead import Letter, Letterhead
from notifications.domain.catalogue import PARTS
from notifications.domain.correspondence import Line, Meeting, Part
from notifications.domain.interview import Place
from notifications.domain.letters import actions_of, uid_of
from notifications.domain.message import About, CalendarEntry, Message, Method
from notifications.domain.person import Person

WHEN = datetime(2027, 3, 26, 9, 30, tzinfo=UTC)
PEOPLE: Mapping[str, Person] = {
    one.id: one
    for one in (
        Person(id="ana", name="Ana Silva", email="ana@mail.example", zone="Europe/Lisbon"),
        Person(id="ivan", name="Ivan Petrov", email="ivan@corp.example", title="Staff engineer"),
        Person(id="jun", name="田中 純", email="jun@corp.example", zone="Asia/Tokyo"),
        Person(id="cora", name="Cora Lind", email="cora@corp.example"),
        Person(id="ruth", name="Ruth Berg", email="ruth@corp.example", zone="Europe/Berlin"),
    )
}
ABOUT = About(
    interview_id="int-1",
    application_id="app-1",
    candidate_id="ana",
    job_title="Backend engineer",
    stage_name="Technical interview",
    zone="Europe/Berlin",
    reply_to="cora",
    roles=(("ivan", "Hiring manager"),),
)
MEETING = Meeting(
    session_id="s1",
    title="System design",
    starts_at=WHEN,
    ends_at=WHEN + timedelta(minutes=60),
    place=Place(kind="video", url="https://meet.example.com/abc", instructions="Ask for a pen."),
    panel=("ivan", "jun"),
    candidate_minutes=15,
)
BEFORE = Meeting(
    session_id="s1",
    title="System design",
    starts_at=WHEN - timedelta(days=1),
    ends_at=WHEN - timedelta(hours=23),
    place=MEETING.place,
    panel=MEETING.panel,
)
READERS = {"candidate": "ana", "interviewer": "ivan", "decider": "ivan", "desk": "ruth"}
WORDS = {
    "no_slots": "no_common_time",
    "no_show": "candidate",
    "withdrawn": "candidate_withdrew",
    "outcome": "rejected",
    "reminder": "remind_day",
    "called_off": "request_cancelled",
    "decided": "advance",
}
_LINES = tuple(
    Line(kind=kind, interview_id="int-1", candidate_id="ana", job_title="Backend engineer", at=WHEN)
    for kind in ("no_slots", "card_missing")
)


def part_of(kind: str, role: str) -> Part:
    """Filled with whatever any template may ask for."""
    digest = kind == "digest"
    return Part(
        kind=kind,
        role=role,
        session_id="s1",
        meeting=MEETING,
        was=BEFORE,
        at=WHEN + timedelta(days=3),
        person_id="ivan",
        word=WORDS.get(kind),
        words={"no_slots": ("later_end:3:8",), "answered": ("advance",)}.get(kind, ()),
        lines=_LINES if digest else (),
        news=_LINES[:1] if digest else (),
    )


def roles_of(kind: str) -> tuple[str, ...]:
    """Who is told it."""
    says = PARTS[kind]
    named = tuple(one for one in READERS if says.leads_to(one))
    if kind == "cancelled":
        return ("candidate", "interviewer")
    return named or ("candidate",)


def message_of(*parts: Part, method: Method | None = None) -> Message:
    entry = None
    if method is not None:
        uid = uid_of("int-1", "s1")
        entry = CalendarEntry(method=method, uid=uid, sequence=1, stamp=WHEN, meeting=MEETING)
    return Message(
        id="0" * 32,
        person_id=READERS[parts[0].role],
        kind=PARTS[parts[0].kind].mail,
        about=ABOUT,
        parts=parts,
        actions=actions_of(parts, "int-1"),
        entry=entry,
        created_at=WHEN,
    )


def method_of(kind: str) -> Method | None:
    if kind == "cancelled":
        return Method.CANCEL
    return Method.REQUEST if kind in ("invite", "moved", "changed") else None


def letter_of(kind: str, role: str, locale: str, people: Mapping[str, Person] = PEOPLE) -> Letter:
    message = message_of(part_of(kind, role), method=method_of(kind))
    return write(message, locale, people)


def write(message: Message, locale: str, people: Mapping[str, Person] = PEOPLE) -> Letter:
    found = people[message.person_id]
    reader = Person(id=found.id, name=found.name, email=found.email, zone=found.zone, locale=locale)
    return Letterhead().write(message, reader, people, link)


def link(purpose: str, interview_id: str | None) -> str:
    return f"https://parley.example/{purpose}/{interview_id or 'home'}?token=signed"
