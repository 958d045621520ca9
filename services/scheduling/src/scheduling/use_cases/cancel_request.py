"""The ATS does not want an interview any more."""

from datetime import datetime

from parley_contracts.applications import InterviewRequestCancelled, RequestCancelReason
from parley_contracts.cloudevents import Received
from scheduling.domain.changed import changed
from scheduling.domain.early import Early
from scheduling.domain.interview import By, Why
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.ending import call_off
from scheduling.use_cases.seats import needs_of_seats
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    data = _data(message)
    return (
        Needs.rows("application", data.application_id)
        | Needs.rows("early", data.interview_id)
        | Needs.rows("interview", data.interview_id)
        | needs_of_seats(data.interview_id, work)
    )


def cancel_request(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = _data(message)
    before = work.interviews.get(data.interview_id)
    if before is None:
        early = work.early.get(data.interview_id) or Early(data.interview_id)
        if not is_newer(early.cancelled, message.source, data.revision):
            return Refusal("older_revision")
        seen = having_seen(early.cancelled, message.source, data.revision)
        work.early.put(changed(early, cancelled=seen))
        return None
    if not is_newer(before.seen, message.source, data.revision):
        return Refusal("older_revision")
    before = changed(before, seen=having_seen(before.seen, message.source, data.revision))
    work.interviews.put(before)
    if before.live:
        call_off(work, before, By.ATS, _why(data), now=now)
    return None


def _why(data: InterviewRequestCancelled) -> Why:
    withdrew = data.reason == RequestCancelReason.WITHDRAWN
    return Why.CANDIDATE_WITHDREW if withdrew else Why.REQUEST_CANCELLED


def _data(message: Received) -> InterviewRequestCancelled:
    if not isinstance(message.data, InterviewRequestCancelled):
        raise TypeError("an InterviewRequestCancelled is expected here")
    return message.data
