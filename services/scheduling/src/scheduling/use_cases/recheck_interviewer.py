"""Someone's hours or calendar are others now: open offers are searched again, booked sessions are checked."""

from collections.abc import Iterator
from datetime import datetime

from parley_contracts.interviews import BookingConflictFound, InterviewChanged
from scheduling.domain.booking import Booking
from scheduling.domain.changed import changed
from scheduling.domain.facts import Affected
from scheduling.domain.interview import (
    SeatState,
    Session,
    Status,
    conflict_key,
    with_session,
    without_conflicts,
)
from scheduling.domain.kinds import FIND_SLOTS
from scheduling.ports import Work
from scheduling.use_cases.told import told
from scheduling.working_set import Fired, Needs, Refusal

CALENDAR = ""
"""Instead of an interview's id, where the other thing is none."""


def needs(message: Fired, work: Work) -> Needs:
    del work
    who, found = message.aggregate_id, _affected(message)
    return (
        Needs.rows("interviewer", who)
        | Needs.rows("calendar", who)
        | Needs.rows("interview", *found.open, *found.booked)
        | Needs.matching("booking", "interview_id", *found.booked)
    )


def recheck_interviewer(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    found = _affected(message)
    for interview_id in found.open:
        interview = work.interviews.get(interview_id)
        if interview is not None and interview.status in {
            Status.SEARCHING,
            Status.NO_SLOTS,
            Status.OFFERED,
        }:
            work.timers.set(FIND_SLOTS, interview_id, now)
    bookings = [
        one
        for interview_id in found.booked
        for one in work.bookings.where("interview_id", interview_id)
        if one.interviewer_id == message.aggregate_id and one.ends_at > now
    ]
    for held in bookings:
        _check(work, held, bookings, now=now)
    return None


def _check(work: Work, held: Booking, bookings: list[Booking], *, now: datetime) -> None:
    interview = work.interviews.get(held.interview_id)
    session = interview.session(held.session_id) if interview is not None else None
    if interview is None or session is None or interview.status != Status.BOOKED:
        return
    about = held.session_id, held.interviewer_id
    keys = {conflict_key(*about, other): other for other in _others(work, held, bookings)}
    rest = without_conflicts(interview, *about).conflicts
    mine = set(interview.conflicts) - set(rest)
    interview = changed(interview, conflicts=tuple(sorted({*rest, *keys})))
    state = SeatState.CONFLICT if keys else SeatState.SEATED
    after = with_session(interview, _with_seat(session, held.interviewer_id, state))
    work.interviews.put(after)
    fresh = sorted(key for key in keys if key not in mine)
    for key in fresh:
        after = told(
            work,
            after,
            BookingConflictFound,
            now=now,
            session_id=held.session_id,
            interviewer_id=held.interviewer_id,
            with_interview_id=keys[key] or None,
        )
    if mine and not keys:
        told(work, after, InterviewChanged, now=now, changed=["seats"])


def _others(work: Work, held: Booking, bookings: list[Booking]) -> Iterator[str]:
    """What else is at that time: interviews by id, and whatever else."""
    interviewer = work.interviewers.get(held.interviewer_id)
    calendar = work.calendars.get(held.interviewer_id)
    busy = calendar.busy(bookings) if calendar is not None else ()
    pauses = interviewer.pauses if interviewer is not None else ()
    gone = interviewer is not None and interviewer.ended
    if gone or any(one.overlaps(held.span) for one in (*busy, *pauses)):
        yield CALENDAR
    for other in bookings:
        if other.interview_id != held.interview_id and other.span.overlaps(held.span):
            yield other.interview_id


def _with_seat(session: Session, who: str, state: SeatState) -> Session:
    seats = tuple(
        changed(seat, state=state) if seat.interviewer_id == who and seat.taken else seat
        for seat in session.seats
    )
    return changed(session, seats=seats)


def _affected(message: Fired) -> Affected:
    return message.facts if isinstance(message.facts, Affected) else Affected()
