"""Nobody picked a time by the date; the offer stands, and the recruiter is told."""

from datetime import datetime

from parley_contracts.interviews import BookingOverdue
from scheduling.domain.changed import changed
from scheduling.domain.interview import Status
from scheduling.ports import Work
from scheduling.use_cases.told import told
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def mark_overdue(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status != Status.OFFERED or interview.booking_overdue:
        return None
    told(work, changed(interview, booking_overdue=True), BookingOverdue, now=now)
    return None
