"""What the upstream asks for, as the domain has it."""

from collections.abc import Mapping
from datetime import timedelta

from parley_contracts.applications import InterviewImported, InterviewPlan, InterviewRequest
from parley_contracts.cloudevents import Received
from parley_contracts.plan import ImportedSession, SessionRequest
from scheduling.domain.changed import changed
from scheduling.domain.interview import (
    Document,
    Interview,
    RecordPlace,
    Request,
    Seat,
    SeatState,
    Session,
    SessionState,
    Wanted,
)
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.domain.span import Span
from scheduling.ports import Work


def document_of(plan: InterviewPlan) -> Document:
    """The words themselves, comparable: who counts them and how is no part of them."""
    return plan.model_dump(mode="json", exclude={"revision"}, exclude_none=True)


def interview_of(message: Received, plan: InterviewPlan, work: Work) -> Interview:
    """The interview as it would be were this the first word about it."""
    document = document_of(plan)
    return Interview(
        id=plan.interview_id,
        application_id=plan.application_id,
        candidate_id=plan.candidate_id,
        asked=document,
        asked_at=message.time,
        hiring_team=plan.hiring_team.model_dump(mode="json", exclude_none=True),
        sessions=_sessions(plan),
        request=_request(plan),
        zone=plan.zone,
        record=_place(message, work),
    )


def _sessions(plan: InterviewPlan) -> tuple[Session, ...]:
    if isinstance(plan, InterviewImported):
        return tuple(_imported(one) for one in plan.sessions)
    if isinstance(plan, InterviewRequest):
        return tuple(_requested(one) for one in plan.sessions)
    return ()


def _requested(session: SessionRequest) -> Session:
    seats = tuple(
        Seat(
            Wanted(seat.interviewer_id, seat.one_of, seat.pool_id, seat.skills),
            seat.role,
            seat.shadow,
            seat.scorecard,
        )
        for seat in session.seats
    )
    return _session(session, seats)


def _imported(session: ImportedSession) -> Session:
    seats = tuple(
        Seat(
            Wanted(seat.interviewer_id),
            seat.role,
            seat.shadow,
            seat.scorecard,
            seat.interviewer_id,
            SeatState.SEATED,
        )
        for seat in session.seats
    )
    planned = _session(session, seats)
    return changed(planned, state=SessionState.BOOKED, starts_at=session.starts_at)


def _session(session: SessionRequest | ImportedSession, seats: tuple[Seat, ...]) -> Session:
    return Session(
        id=session.session_id,
        title=session.title,
        minutes=session.minutes,
        candidate_minutes=session.candidate_minutes,
        place=session.place.model_dump(mode="json", exclude_none=True),
        seats=seats,
        about=session.about,
    )


def _request(plan: InterviewPlan) -> Request | None:
    if not isinstance(plan, InterviewRequest):
        return None
    return Request(
        window=Span(plan.window.starts_at, plan.window.ends_at),
        notice=timedelta(hours=plan.notice_hours),
        step_minutes=plan.step_minutes,
        book_within=timedelta(hours=plan.book_within_hours),
    )


def _place(message: Received, work: Work) -> RecordPlace | None:
    if work.place is None:
        return None
    return RecordPlace(*work.place, message.source, message.id, message.type)


def with_team(before: Interview, fresh: Interview, source: str, revision: int | None) -> Interview:
    """The plan names a team too, and another may have been told of since it was written."""
    if is_newer(before.team_seen, source, revision):
        seen = having_seen(before.team_seen, source, revision)
        return changed(fresh, team_seen=seen)
    return changed(fresh, hiring_team=before.hiring_team, team_seen=before.team_seen)


def for_its_candidate(before: Interview, after: Interview) -> Interview:
    """Another candidate has links of their own, has confirmed no zone, and nobody has said that they will not meet them."""
    if before.candidate_id == after.candidate_id:
        return after
    return changed(
        after,
        generation=before.generation + 1,
        reading_zone=None,
        candidate_zone=None,
        excluded=(),
    )


def changed_parts(before: Interview, after: Interview) -> tuple[str, ...]:
    """Which public parts differ, times left aside."""
    old, new = before.asked, after.asked
    found = [part for part in ("place", "seats") if _of(before, part) != _of(after, part)]
    if before.hiring_team != after.hiring_team:
        found.append("hiring_team")
    if _rest(old) != _rest(new):
        found.append("details")
    return tuple(found)


def _of(interview: Interview, part: str) -> list[object]:
    sessions = interview.asked.get("sessions")
    return [one.get(part) for one in sessions] if isinstance(sessions, list) else []


def _rest(document: Document) -> Mapping[str, object]:
    """All but what has a name of its own among the parts, and the times."""
    sessions = document.get("sessions")
    named = {"place", "seats", "starts_at"}
    bare = [
        {name: value for name, value in one.items() if name not in named}
        for one in (sessions if isinstance(sessions, list) else [])
    ]
    return {
        name: value
        for name, value in document.items()
        if name not in {"sessions", "hiring_team", "window"}
    } | {"sessions": bare}
