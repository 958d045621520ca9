"""A session's last minute is over, whether it took place or not."""

from datetime import datetime

from scheduling.domain.interview import Status
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.ending import end_what_is_over
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def end_session(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status != Status.BOOKED:
        return None
    interview = end_what_is_over(work, interview, now=now)
    set_for(work, interview, now=now)
    return None
