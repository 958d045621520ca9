"""An interview that was scheduled elsewhere: booked as it comes, and moved when it comes otherwise."""

from collections.abc import Mapping
from datetime import datetime

from parley_contracts.applications import InterviewImported
from parley_contracts.cloudevents import Received
from parley_contracts.interviews import (
    InterviewBooked,
    InterviewChanged,
    InterviewRescheduled,
)
from parley_contracts.plan import MOST_SESSIONS
from scheduling.domain.changed import changed
from scheduling.domain.interview import (
    REVIVABLE,
    By,
    Interview,
    Session,
    SessionState,
    Status,
)
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.asked import changed_parts, for_its_candidate, interview_of, with_team
from scheduling.use_cases.decline_seat import apply_early_answers
from scheduling.use_cases.ending import call_off, called_off_already, last_end
from scheduling.use_cases.seats import needs_of_seats, release_seats, take_seats
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    plan = _plan(message)
    seated = {seat.interviewer_id for session in plan.sessions for seat in session.seats}
    return (
        Needs.looking("person", plan.candidate_id)
        | Needs.rows("interviewer", *seated)
        | Needs.rows("application", plan.application_id)
        | Needs.rows("early", plan.interview_id)
        | Needs.rows("interview", plan.interview_id)
        | needs_of_seats(plan.interview_id, work)
    )


def import_interview(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    plan = _plan(message)
    before = work.interviews.get(plan.interview_id)
    early = work.early.get(plan.interview_id)
    seen = before.seen if before is not None else early.cancelled if early is not None else {}
    if not is_newer(seen, message.source, plan.revision):
        return Refusal("older_revision")
    seen = having_seen(seen, message.source, plan.revision)
    fresh = changed(interview_of(message, plan, work), seen=seen, team_seen=seen)
    fresh = changed(fresh, status=Status.BOOKED, candidate_zone=None)
    if before is not None:
        fresh = with_team(before, fresh, message.source, plan.revision)
    if before is not None and before.asked == fresh.asked and not _wanted_again(before):
        work.interviews.put(changed(before, seen=seen))
        return None
    if before is None or before.status == Status.CANCELLED:
        _begin(work, fresh, before, now=now)
    else:
        _move(work, before, fresh, now=now)
    return None


def _begin(work: Work, fresh: Interview, before: Interview | None, *, now: datetime) -> None:
    application = work.applications.get(fresh.application_id)
    over = called_off_already(fresh, application, work.persons.get(fresh.candidate_id))
    to_come = last_end(fresh) > now
    if before is not None:
        fresh = changed(
            fresh,
            revision=before.revision,
            generation=before.generation + 1,
            serial=before.serial,
            notes=before.notes,
            sessions=tuple(_over_if_it_was(before.session(one.id), one) for one in fresh.sessions),
        )
        if all(_is_over(one) for one in fresh.sessions):
            fresh = changed(fresh, status=Status.ENDED)
    if over is not None and to_come:
        if before is None:
            work.interviews.put(fresh)
            call_off(work, fresh, *over, now=now)
        else:
            work.interviews.put(changed(before, seen=fresh.seen))
        return
    after = _seated(work, fresh, now=now)
    set_for(work, after, now=now)
    told(work, after, InterviewBooked, now=now, by=By.ATS)
    apply_early_answers(work, after.id, now=now)


def _move(work: Work, before: Interview, fresh: Interview, *, now: datetime) -> None:
    sessions = _merged(before, fresh)
    status = Status.ENDED if all(_is_over(one) for one in sessions) else Status.BOOKED
    after = changed(
        before,
        application_id=fresh.application_id,
        candidate_id=fresh.candidate_id,
        asked=fresh.asked,
        asked_at=fresh.asked_at,
        hiring_team=fresh.hiring_team,
        sessions=sessions,
        request=None,
        zone=fresh.zone,
        seen=fresh.seen,
        team_seen=fresh.team_seen,
        record=fresh.record,
        status=status,
        slots=None,
        no_slots=None,
        waiting=None,
        book_by=None,
        booking_overdue=False,
        conflicts=(),
    )
    after = for_its_candidate(before, after)
    release_seats(work, before, now=now)
    after = _seated(work, after, now=now)
    set_for(work, after, now=now)
    moves = _moves(before, after)
    parts = changed_parts(before, after) or ("details",)
    if before.status in {Status.BOOKED, Status.ENDED}:
        if moves:
            told(work, after, InterviewRescheduled, now=now, by=By.ATS, moves=moves)
        else:
            told(work, after, InterviewChanged, now=now, changed=parts)
    else:
        told(work, after, InterviewBooked, now=now, by=By.ATS)


def _seated(work: Work, interview: Interview, *, now: datetime) -> Interview:
    """What is over keeps the bookings that it had."""
    held = {
        (one.session_id, one.interviewer_id, one.span)
        for one in work.bookings.where("interview_id", interview.id)
    }
    for session in interview.sessions:
        if session.state == SessionState.BOOKED:
            people = tuple(
                who for who in session.people if (session.id, who, session.span) not in held
            )
            interview = take_seats(work, interview, session, people, now=now)
    return interview


def _merged(before: Interview, fresh: Interview) -> tuple[Session, ...]:
    """The sessions as they are to be; one that is dropped stays to be seen, cancelled."""
    known: Mapping[str, Session] = {one.id: one for one in before.sessions}
    kept = [_over_if_it_was(known.get(one.id), one) for one in fresh.sessions]
    dropped = [
        one if one.state == SessionState.ENDED else changed(one, state=SessionState.CANCELLED)
        for one in before.sessions
        if fresh.session(one.id) is None and one.starts_at is not None
    ]
    return tuple([*kept, *dropped][:MOST_SESSIONS])


def _over_if_it_was(was: Session | None, now_is: Session) -> Session:
    over = was is not None and was.state == SessionState.ENDED and was.span == now_is.span
    return changed(now_is, state=SessionState.ENDED) if over else now_is


def _is_over(session: Session) -> bool:
    return session.state in {SessionState.ENDED, SessionState.CANCELLED}


def _moves(before: Interview, after: Interview) -> list[dict[str, object]]:
    moves: list[dict[str, object]] = []
    for session in after.sessions:
        was = before.session(session.id)
        was_at = was.starts_at if was is not None else None
        cancelled = session.state == SessionState.CANCELLED
        was_cancelled = was is not None and was.state == SessionState.CANCELLED
        if was_at != session.starts_at or cancelled != was_cancelled:
            moves.append({"session_id": session.id, "was_at": was_at})
    return moves


def _wanted_again(before: Interview) -> bool:
    return before.cancelled is not None and before.cancelled.reason in REVIVABLE


def _plan(message: Received) -> InterviewImported:
    if not isinstance(message.data, InterviewImported):
        raise TypeError("an InterviewImported is expected here")
    return message.data
