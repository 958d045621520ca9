"""The timers of this service, and what is waited for how long."""

from datetime import datetime, timedelta

from scheduling.domain.interview import Interview, Status
from scheduling.domain.kinds import (
    BOOKING_OVERDUE,
    END_SESSION,
    EXPIRE_OFFER,
    FIND_SLOTS,
    WAIT_FOR_INTERVIEWER,
)
from scheduling.ports import Work

WAITING_IS_TOLD_AFTER = timedelta(minutes=10)
WAITING_ENDS_AFTER = timedelta(hours=1)
BOOKINGS_SETTLE_FOR = timedelta(minutes=10)
"""Bookings of one interviewer that come close together are looked at once."""


def set_for(work: Work, interview: Interview, *, now: datetime) -> None:
    """The timers that an interview in this state has; whatever else was set is gone."""
    slots, waiting = interview.slots, interview.waiting
    _at(work, FIND_SLOTS, interview, now if _to_search(interview) else None)
    _at(work, EXPIRE_OFFER, interview, None if slots is None else slots.expires_at)
    overdue = interview.book_by if not interview.booking_overdue else None
    _at(work, BOOKING_OVERDUE, interview, overdue)
    _at(work, END_SESSION, interview, interview.next_end if interview.live else None)
    if waiting is None:
        _at(work, WAIT_FOR_INTERVIEWER, interview, None)
    else:
        pause = WAITING_ENDS_AFTER if waiting.told else WAITING_IS_TOLD_AFTER
        _at(work, WAIT_FOR_INTERVIEWER, interview, waiting.since + pause)


def _to_search(interview: Interview) -> bool:
    return interview.status == Status.SEARCHING and interview.waiting is None


def _at(work: Work, kind: str, interview: Interview, due_at: datetime | None) -> None:
    if due_at is None:
        work.timers.cancel(kind, interview.id)
    else:
        work.timers.set(kind, interview.id, due_at)
