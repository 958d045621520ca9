"""The next word to a candidate is due soon, or has not come."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.publish_clock import publish_clock
from feedback.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.aggregate_id)


def wake_application(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    application = work.applications.get(message.aggregate_id)
    if application is not None:
        woken = changed(application, wake_at=None)
        work.applications.put(woken)
        publish_clock(work, woken, now=now)
    return None
