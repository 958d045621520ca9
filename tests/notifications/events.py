"""Small events of one hiring day, by builders with sensible defaults."""

from datetime import UTC, datetime, timedelta
from typing import Any

from parley_contracts import applications, candidate_updates, interviews, people, rounds
from parley_contracts.plan import HiringTeam, Job, Place, Stage

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
CANDIDATE, RECRUITER, COORDINATOR = "ats:ana", "ats:ruth", "ats:cora"
IVAN, JUN, KIM, DORA = "ats:ivan", "ats:jun", "ats:kim", "ats:dora"
APPLICATION, INTERVIEW = "ats:app-1", "ats:int-1"
STARTS = datetime(2027, 3, 16, 9, 30, tzinfo=UTC)
TEAM = HiringTeam(recruiter_id=RECRUITER, coordinator_id=COORDINATOR, decider_ids=(DORA,))
PLACE = Place(kind="video", url="https://meet.example.com/abc")

NAMES = {
    CANDIDATE: ("Ana Silva", "ana@mail.example", "America/Sao_Paulo", "en-GB"),
    RECRUITER: ("Ruth Berg", "ruth@corp.example", "Europe/Berlin", "en-GB"),
    COORDINATOR: ("Cora Lind", "cora@corp.example", "Europe/Berlin", "en-GB"),
    IVAN: ("Ivan Petrov", "ivan@corp.example", "Europe/Berlin", "de-DE"),
    JUN: ("Jun Tanaka", "jun@corp.example", "Asia/Tokyo", "en-US"),
    KIM: ("Kim Okafor", "kim@corp.example", "Africa/Lagos", "en"),
    DORA: ("Dora Novak", "dora@corp.example", "Europe/Berlin", "en-GB"),
}


def person(person_id: str, **changes: Any) -> people.PersonUpserted:
    name, email, zone, locale = NAMES[person_id]
    values: dict[str, Any] = {
        "person_id": person_id,
        "name": name,
        "email": email,
        "zone": zone,
        "locale": locale,
        "revision": 1,
    }
    return people.PersonUpserted(**values | changes)


def everyone() -> list[people.PersonUpserted]:
    return [person(one) for one in NAMES]


def opened(**changes: Any) -> applications.ApplicationOpened:
    values: dict[str, Any] = {
        "application_id": APPLICATION,
        "candidate_id": CANDIDATE,
        "job": Job(title="Backend engineer"),
        "hiring_team": TEAM,
        "revision": 1,
    }
    return applications.ApplicationOpened(**values | changes)


def closed(outcome: str, **changes: Any) -> applications.ApplicationClosed:
    values: dict[str, Any] = {"application_id": APPLICATION, "outcome": outcome, "revision": 9}
    return applications.ApplicationClosed(**values | changes)


def seat(person_id: str | None, **changes: Any) -> interviews.Seat:
    values: dict[str, Any] = {"interviewer_id": person_id, "status": "seated"}
    return interviews.Seat(**values | changes)


def session(session_id: str = "s1", **changes: Any) -> interviews.Session:
    values: dict[str, Any] = {
        "session_id": session_id,
        "title": "System design",
        "minutes": 60,
        "place": PLACE,
        "status": "booked",
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(minutes=60),
        "seats": (seat(IVAN, role="Hiring manager"), seat(JUN)),
    }
    return interviews.Session(**values | changes)


def interview(status: str = "booked", **changes: Any) -> interviews.Interview:
    sessions: tuple[interviews.Session, ...] = (session(),)
    if status == "ended":
        sessions = (session(status="ended"),)
    elif status != "booked":
        sessions = (session(status="open", starts_at=None, ends_at=None),)
    values: dict[str, Any] = {
        "interview_id": INTERVIEW,
        "application_id": APPLICATION,
        "candidate_id": CANDIDATE,
        "status": status,
        "hiring_team": TEAM,
        "job": Job(title="Backend engineer"),
        "stage": Stage(name="Technical interview"),
        "zone": "Europe/Berlin",
        "sessions": sessions,
    }
    if status == "offered":
        values["slots"] = interviews.Slots(
            count=12,
            first_at=STARTS,
            last_at=STARTS + timedelta(days=3),
            expires_at=NOW + timedelta(days=5),
        )
        values["book_by"] = NOW + timedelta(days=3)
    return interviews.Interview(**values | changes)


def offered(revision: int = 1, **changes: Any) -> interviews.SlotsOffered:
    return interviews.SlotsOffered(revision=revision, interview=interview("offered", **changes))


def booked(revision: int = 2, **changes: Any) -> interviews.InterviewBooked:
    state = interview("booked", **changes)
    return interviews.InterviewBooked(revision=revision, interview=state, by="candidate")


def round_(status: str = "collecting", **changes: Any) -> rounds.Round:
    values: dict[str, Any] = {
        "interview_id": INTERVIEW,
        "application_id": APPLICATION,
        "candidate_id": CANDIDATE,
        "status": status,
        "hiring_team": TEAM,
        "job_title": "Backend engineer",
        "stage_name": "Technical interview",
        "sessions": (
            rounds.RoundSession(
                session_id="s1",
                ended_at=STARTS + timedelta(hours=1) if status == "collecting" else None,
            ),
        ),
    }
    return rounds.Round(**values | changes)


def card(person_id: str, status: str = "asked", **changes: Any) -> rounds.Card:
    due = STARTS + timedelta(days=2)
    values: dict[str, Any] = {
        "session_id": "s1",
        "interviewer_id": person_id,
        "status": status,
        "due_at": due,
    }
    return rounds.Card(**values | changes)


def clock_state(**changes: Any) -> candidate_updates.Application:
    values: dict[str, Any] = {
        "application_id": APPLICATION,
        "candidate_id": CANDIDATE,
        "hiring_team": TEAM,
        "job_title": "Backend engineer",
        "status": "open",
        "next_word_due_at": NOW + timedelta(days=5),
    }
    return candidate_updates.Application(**values | changes)
