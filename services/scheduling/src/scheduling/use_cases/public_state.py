"""An interview as everyone may see it, and its events, each with the next revision."""

from typing import Any

from parley_contracts import interviews as contract
from parley_contracts.times import Interval
from scheduling.domain.interview import Interview, Seat, SeatState, Session
from scheduling.domain.span import Span

PLAN = ("job", "pay", "stage", "materials", "decide_in", "promised_days")


def public_state(interview: Interview) -> contract.Interview:
    slots, request = interview.slots, interview.request
    window = None if request is None else _interval(request.window)
    return contract.Interview.model_validate(
        {name: interview.asked[name] for name in PLAN if interview.asked.get(name) is not None}
        | {
            "interview_id": interview.id,
            "application_id": interview.application_id,
            "candidate_id": interview.candidate_id,
            "origin": "imported" if interview.imported else "requested",
            "status": interview.status,
            "generation": interview.generation,
            "hiring_team": interview.hiring_team,
            "zone": interview.zone,
            "candidate_zone": interview.candidate_zone,
            "sessions": [_session(one) for one in interview.sessions],
            "window": window,
            "slots": None if slots is None else _fields(slots),
            "book_by": interview.book_by,
            "booking_overdue": interview.booking_overdue,
            "no_slots": _no_slots(interview),
            "needs_coordinator": interview.attention is not None,
            "cancelled": None if interview.cancelled is None else _fields(interview.cancelled),
        }
    )


def _session(session: Session) -> dict[str, Any]:
    span = session.span
    return {
        "session_id": session.id,
        "title": session.title,
        "minutes": session.minutes,
        "candidate_minutes": session.candidate_minutes,
        "about": session.about,
        "place": session.place,
        "status": session.state,
        "starts_at": None if span is None else span.starts_at,
        "ends_at": None if span is None else span.ends_at,
        "seats": [_seat(seat) for seat in session.seats],
    }


def _seat(seat: Seat) -> dict[str, Any]:
    who = seat.interviewer_id
    if who is None and seat.state == SeatState.OPEN:
        who = seat.wanted.interviewer_id
    return {
        "interviewer_id": who,
        "role": seat.role,
        "shadow": seat.shadow,
        "scorecard": seat.scorecard,
        "status": seat.state,
    }


def _no_slots(interview: Interview) -> dict[str, Any] | None:
    found = interview.no_slots
    if found is None:
        return None
    return {"reasons": found.reasons, "relaxations": [_fields(one) for one in found.relaxations]}


def _interval(span: Span) -> Interval:
    return Interval(starts_at=span.starts_at, ends_at=span.ends_at)


def _fields(value: object) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]  # frozen dataclasses with slots
