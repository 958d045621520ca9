"""Nothing moves before a date: what would take place by then is called off, once."""

from datetime import datetime

from parley_contracts.applications import ApplicationOnHold
from parley_contracts.cloudevents import Received
from scheduling.domain.application import Standing
from scheduling.domain.changed import changed
from scheduling.domain.interview import By, Why
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.application_rows import (
    application_of,
    live_interviews,
    needs_of_application,
)
from scheduling.use_cases.ending import call_off, last_end
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    return needs_of_application(message.subject, work)


def hold_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    if not isinstance(data, ApplicationOnHold):
        raise TypeError("an ApplicationOnHold is expected here")
    application = application_of(message.subject, work)
    if not is_newer(application.seen, message.source, data.revision):
        return Refusal("older_revision")
    seen = having_seen(application.seen, message.source, data.revision)
    held = changed(application, seen=seen, standing=Standing.ON_HOLD, hold_until=data.until)
    work.applications.put(held)
    for interview in live_interviews(message.subject, work):
        if not held.takes(last_end(interview)):
            call_off(work, interview, By.ATS, Why.APPLICATION_ON_HOLD, now=now)
    return None
