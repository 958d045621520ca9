"""Small days, made of contract models: good ones, and ones with something wrong in them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from icalendar import Calendar
from icalendar import Event as CalendarEvent

from parley_contracts.applications import ApplicationOpened
from parley_contracts.candidate_updates import Application, ApplicationStatus
from parley_contracts.event import Event
from parley_contracts.interviews import (
    Interview,
    InterviewBooked,
    InterviewStatus,
    Origin,
    Seat,
    SeatStatus,
    Session,
    SessionStatus,
)
from parley_contracts.people import PersonUpserted
from parley_contracts.plan import HiringTeam, Job, Place, Stage
from parley_contracts.rounds import Round, RoundStatus
from parley_contracts.topics import published_as
from parley_local.demo.evidence import Evidence, Record
from parley_local.demo.mailbox import Mail

NINE = datetime(2027, 3, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CANDIDATE, INES, OLU, RECRUITER = "cand:1", "staff:ines", "staff:olu", "staff:recruiter"
TEAM = HiringTeam(recruiter_id=RECRUITER)
ROOM = "https://meet.example/1"
PLACE = Place(kind="video", url=ROOM)


def address(person_id: str) -> str:
    return f"{person_id.replace(':', '.')}@mail.example"


def record(event: Event, at: datetime = NINE, number: int = 0) -> Record:
    topic, ce_type = published_as(type(event))
    return Record(
        topic=topic.name,
        partition=0,
        offset=number,
        key=event.aggregate_id,
        raw=event.model_dump_json(),
        wall=float(number),
        source="test",
        id=f"{topic.name}-{number}",
        type=ce_type,
        time=at,
        digest=number.to_bytes(4, "big"),
        data=event,
    )


def a_day(
    *events: Event | tuple[datetime, Event],
    mails: Sequence[Mail] = (),
    now: datetime = NINE + 30 * DAY,
) -> Evidence:
    """Everyone is known, and the events come in this order."""
    known = [a_person(one) for one in (CANDIDATE, INES, OLU, RECRUITER)]
    told: list[tuple[datetime, Event]] = [(NINE - DAY, one) for one in known]
    told += [one if isinstance(one, tuple) else (NINE, one) for one in events]
    records = tuple(record(event, at, number) for number, (at, event) in enumerate(told))
    return Evidence(now=now, records=records, mails=tuple(mails))


def a_person(person_id: str) -> PersonUpserted:
    return PersonUpserted(person_id=person_id, name=person_id, email=address(person_id))


def opened(application_id: str = "app:1") -> ApplicationOpened:
    return ApplicationOpened(
        application_id=application_id,
        candidate_id=CANDIDATE,
        job=Job(title="Engineer"),
        hiring_team=TEAM,
    )


def a_seat(person_id: str | None = INES, status: str = SeatStatus.SEATED) -> Seat:
    return Seat(interviewer_id=person_id, status=status)


def a_session(
    *seats: Seat, starts_at: datetime = NINE, status: str = SessionStatus.BOOKED
) -> Session:
    return Session(
        session_id="team",
        title="Talk",
        minutes=60,
        place=PLACE,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        seats=seats or (a_seat(),),
    )


def an_interview(
    *sessions: Session,
    interview_id: str = "int:1",
    status: str = InterviewStatus.BOOKED,
    origin: str = Origin.REQUESTED,
) -> Interview:
    return Interview(
        interview_id=interview_id,
        application_id="app:1",
        candidate_id=CANDIDATE,
        origin=origin,
        status=status,
        hiring_team=TEAM,
        job=Job(title="Engineer"),
        stage=Stage(name="Team"),
        sessions=sessions or (a_session(),),
    )


def booked(interview: Interview, revision: int = 1) -> InterviewBooked:
    return InterviewBooked(revision=revision, interview=interview, by="candidate")


def a_round(**values: object) -> Round:
    given = {
        "interview_id": "int:1",
        "application_id": "app:1",
        "candidate_id": CANDIDATE,
        "status": RoundStatus.COLLECTING,
        "hiring_team": TEAM,
        "job_title": "Engineer",
        "stage_name": "Team",
    }
    return Round.model_validate(given | values)


def an_application(**values: object) -> Application:
    given = {
        "application_id": "app:1",
        "candidate_id": CANDIDATE,
        "hiring_team": TEAM,
        "job_title": "Engineer",
        "status": ApplicationStatus.OPEN,
    }
    return Application.model_validate(given | values)


def a_mail(
    person_id: str, text: str = "Hello", *, message_id: str = "<1@x>", at: datetime = NINE
) -> Mail:
    message = EmailMessage()
    message["Subject"] = "News"
    message["Message-ID"] = message_id
    message.set_content(text)
    return Mail(1, address(person_id), bytes(message), at, 0.0)


def an_invite(
    person_id: str,
    *,
    starts_at: datetime = NINE,
    sequence: int = 0,
    method: str = "REQUEST",
    location: str = f"Video call: {ROOM}",
    uid: str = "one@x",
) -> Mail:
    event = CalendarEvent()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", NINE - DAY)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + HOUR)
    event.add("location", location)
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Test//EN")
    calendar.add("method", method)
    calendar.add_component(event)
    mail = a_mail(person_id, message_id=f"<{uid}-{sequence}-{method}>")
    message = message_from_bytes(mail.raw, policy=default)
    message.add_alternative(calendar.to_ical().decode(), subtype="calendar")
    return replace(mail, raw=bytes(message))


def broken(topic: str, number: int) -> Record:
    good = record(opened(), number=number)
    return replace(good, topic=topic, data=None, broken="minutes: Input should be greater than 0")
