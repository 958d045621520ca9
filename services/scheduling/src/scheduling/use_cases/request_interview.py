"""An interview is asked for, or asked for differently; what equals the current state is nothing."""

from datetime import datetime

from parley_contracts.applications import InterviewRequest
from parley_contracts.cloudevents import Received
from parley_contracts.interviews import InterviewChanged, InterviewRescheduled, NoSlotsFound
from scheduling.domain.changed import changed
from scheduling.domain.interview import (
    REVIVABLE,
    By,
    Interview,
    NoSlots,
    Session,
    SessionState,
    Status,
    not_found,
    searching,
)
from scheduling.domain.no_slots import Reason
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.asked import changed_parts, for_its_candidate, interview_of, with_team
from scheduling.use_cases.ending import call_off, called_off_already
from scheduling.use_cases.seats import needs_of_seats, release_seats
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    plan = _plan(message)
    return (
        Needs.looking("person", plan.candidate_id)
        | Needs.rows("application", plan.application_id)
        | Needs.rows("early", plan.interview_id)
        | Needs.rows("interview", plan.interview_id)
        | needs_of_seats(plan.interview_id, work)
    )


def request_interview(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    plan = _plan(message)
    before = work.interviews.get(plan.interview_id)
    early = work.early.get(plan.interview_id)
    seen = before.seen if before is not None else early.cancelled if early is not None else {}
    if not is_newer(seen, message.source, plan.revision):
        return Refusal("older_revision")
    seen = having_seen(seen, message.source, plan.revision)
    fresh = changed(interview_of(message, plan, work), seen=seen, team_seen=seen)
    if before is None:
        _begin(work, fresh, now=now)
        return None
    if before.asked == fresh.asked and not _wanted_again(before):
        work.interviews.put(changed(before, seen=seen))
        return None
    if before.status == Status.ENDED:
        return Refusal("interview_ended")
    carried = _carried(before, with_team(before, fresh, message.source, plan.revision))
    if _has_begun(before, now=now) and _kept(before, carried) is None:
        return Refusal("interview_begun")
    if before.status == Status.CANCELLED:
        again = changed(searching(carried), generation=before.generation + 1)
        _begin(work, again, now=now, before=before)
    else:
        _change(work, before, carried, now=now)
    return None


def _begin(
    work: Work, interview: Interview, *, now: datetime, before: Interview | None = None
) -> None:
    application = work.applications.get(interview.application_id)
    candidate = work.persons.get(interview.candidate_id)
    over = called_off_already(interview, application, candidate)
    if over is not None and before is not None:
        work.interviews.put(changed(before, seen=interview.seen))
    elif over is not None:
        work.interviews.put(interview)
        call_off(work, interview, *over, now=now)
    else:
        _search(work, interview, now=now)


def _search(work: Work, interview: Interview, *, now: datetime) -> None:
    """Loops are not searched yet, and say so at once; the timer does the rest."""
    if len(interview.sessions) > 1:
        interview = not_found(interview, NoSlots((Reason.SEVERAL_SESSIONS,)))
        set_for(work, interview, now=now)
        told(work, interview, NoSlotsFound, now=now)
    else:
        work.interviews.put(interview)
        set_for(work, interview, now=now)


def _change(work: Work, before: Interview, after: Interview, *, now: datetime) -> None:
    parts = changed_parts(before, after)
    if before.status == Status.BOOKED:
        kept = _kept(before, after)
        if kept is not None:
            told(work, kept, InterviewChanged, now=now, changed=parts or ("details",))
            return
        moves = [{"session_id": one.id, "was_at": one.starts_at} for one in before.sessions]
        release_seats(work, before, now=now)
        again = told(work, searching(after), InterviewRescheduled, now=now, by=By.ATS, moves=moves)
        _search(work, again, now=now)
    elif _same_search(before, after):
        told(
            work, _in_place(before, after), InterviewChanged, now=now, changed=parts or ("details",)
        )
    else:
        _search(work, changed(searching(after), waiting=None), now=now)


def _carried(before: Interview, fresh: Interview) -> Interview:
    """The new request with what this service knows besides."""
    carried = changed(
        before,
        application_id=fresh.application_id,
        candidate_id=fresh.candidate_id,
        asked=fresh.asked,
        asked_at=fresh.asked_at,
        hiring_team=fresh.hiring_team,
        sessions=fresh.sessions,
        request=fresh.request,
        zone=fresh.zone,
        seen=fresh.seen,
        team_seen=fresh.team_seen,
        record=fresh.record,
    )
    return for_its_candidate(before, carried)


def _has_begun(interview: Interview, *, now: datetime) -> bool:
    """What is under way, or over and not told of yet, is nobody's to arrange."""
    starts_at = interview.single.starts_at
    return interview.status == Status.BOOKED and starts_at is not None and starts_at <= now


def _wanted_again(before: Interview) -> bool:
    return before.cancelled is not None and before.cancelled.reason in REVIVABLE


def _same_search(before: Interview, after: Interview) -> bool:
    """Whether the slots that were found, or not, are still the answer."""
    return (
        before.request == after.request
        and before.candidate_id == after.candidate_id
        and before.zone == after.zone
        and [_searched(one) for one in before.sessions] == [_searched(s) for s in after.sessions]
    )


def _searched(session: Session) -> tuple[object, ...]:
    return session.id, session.minutes, [(seat.wanted, seat.shadow) for seat in session.seats]


def _in_place(before: Interview, after: Interview) -> Interview:
    """The new words on the sessions as they stand."""
    pairs = zip(before.sessions, after.sessions, strict=True)
    return changed(after, sessions=tuple(_seated_as(old, new) for old, new in pairs))


def _seated_as(old: Session, new: Session) -> Session:
    seats = tuple(
        changed(wish, interviewer_id=seat.interviewer_id, state=seat.state)
        for seat, wish in zip(old.seats, new.seats, strict=True)
    )
    return changed(new, seats=seats, state=old.state, starts_at=old.starts_at)


def _kept(before: Interview, after: Interview) -> Interview | None:
    """The booking under the new request; None where it does not fit any more."""
    if before.imported or after.request is None or before.candidate_id != after.candidate_id:
        return None
    if [_searched(one) for one in before.sessions] != [_searched(s) for s in after.sessions]:
        return None
    span = before.single.span
    if span is None or before.single.state != SessionState.BOOKED:
        return None
    return _in_place(before, after) if after.request.window.contains(span) else None


def _plan(message: Received) -> InterviewRequest:
    if not isinstance(message.data, InterviewRequest):
        raise TypeError("an InterviewRequest is expected here")
    return message.data
