"""Events of a small world, with everything that a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from parley_contracts.applications import (
    InterviewImported,
    InterviewRequestChanged,
    InterviewRequested,
)
from parley_contracts.interviewers import (
    BusyInterval,
    Hours,
    InterviewerBusySet,
    InterviewerProfileSet,
    WeeklyHours,
)
from parley_contracts.people import PersonUpserted
from parley_contracts.times import Interval

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
"""A Monday morning."""
APPLICATION = "ats:a1"
INTERVIEW = "ats:i1"
CANDIDATE = "ats:cara"
RECRUITER = "ats:rita"
COORDINATOR = "ats:coen"
ANNA, BORIS, CHEN = "ats:anna", "ats:boris", "ats:chen"
HOURS = (Hours(start="09:00", end="17:00"),)
WEEK = WeeklyHours(monday=HOURS, tuesday=HOURS, wednesday=HOURS, thursday=HOURS, friday=HOURS)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In March 2027, UTC; the first is a Monday."""
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC)


def a_person(person_id: str = CANDIDATE, **more: Any) -> PersonUpserted:
    given = {"name": person_id.removeprefix("ats:").title(), "zone": "Europe/Berlin"} | more
    return PersonUpserted(person_id=person_id, **given)


def a_profile(interviewer_id: str = ANNA, **more: Any) -> InterviewerProfileSet:
    given: dict[str, Any] = {"zone": "Europe/Berlin", "weekly_hours": WEEK} | more
    return InterviewerProfileSet(interviewer_id=interviewer_id, **given)


def busy(
    interviewer_id: str,
    *spans: tuple[datetime, datetime],
    uid: str | None = None,
    whole: tuple[datetime, datetime] = (at(1, 0), at(31, 0)),
    **more: Any,
) -> InterviewerBusySet:
    return InterviewerBusySet(
        interviewer_id=interviewer_id,
        range=Interval(starts_at=whole[0], ends_at=whole[1]),
        busy=tuple(BusyInterval(starts_at=a, ends_at=b, ical_uid=uid) for a, b in spans),
        **more,
    )


def a_seat(interviewer_id: str | None = None, **more: Any) -> dict[str, Any]:
    named = {} if interviewer_id is None else {"interviewer_id": interviewer_id}
    return {"role": "Interviewer"} | named | more


def a_session(*seats: dict[str, Any], session_id: str = "talk", **more: Any) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "title": "Technical conversation",
        "minutes": 60,
        "place": {"kind": "video", "url": "https://meet.example.com/abc"},
        "seats": list(seats) or [a_seat(ANNA)],
    } | more


def _plan(more: dict[str, Any]) -> dict[str, Any]:
    return {
        "interview_id": INTERVIEW,
        "application_id": APPLICATION,
        "candidate_id": CANDIDATE,
        "hiring_team": {"recruiter_id": RECRUITER, "coordinator_id": COORDINATOR},
        "job": {"title": "Backend engineer", "team": "Payments", "location": "Berlin"},
        "pay": {"currency": "EUR", "minimum": "70000", "maximum": "85000"},
        "stage": {"name": "Technical interview", "assesses": ["System design", "Teamwork"]},
        "zone": "Europe/Berlin",
    } | more


def request_fields(*sessions: dict[str, Any], **more: Any) -> dict[str, Any]:
    window = {"starts_at": at(2, 0), "ends_at": at(13, 0)}
    return {"sessions": list(sessions) or [a_session()], "window": window} | _plan(more)


def a_request(*sessions: dict[str, Any], **more: Any) -> InterviewRequested:
    return InterviewRequested.model_validate(request_fields(*sessions, **more))


def a_change(*sessions: dict[str, Any], **more: Any) -> InterviewRequestChanged:
    return InterviewRequestChanged.model_validate(request_fields(*sessions, **more))


def an_import(*sessions: dict[str, Any], **more: Any) -> InterviewImported:
    given = list(sessions) or [a_session(starts_at=at(3, 10))]
    return InterviewImported.model_validate({"sessions": given} | _plan(more))


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)
