"""The last offered time cannot be booked any more, and nobody picked one."""

from datetime import datetime

from parley_contracts.interviews import OfferExpired
from scheduling.domain.changed import changed
from scheduling.domain.interview import Status
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.told import told
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def expire_offer(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status != Status.OFFERED or interview.slots is None:
        return None
    if now < interview.slots.expires_at:
        set_for(work, interview, now=now)
        return None
    after = changed(
        interview, status=Status.EXPIRED, slots=None, book_by=None, booking_overdue=False
    )
    set_for(work, after, now=now)
    told(work, after, OfferExpired, now=now)
    return None
