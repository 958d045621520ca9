"""An application has ended: what is open for it is called off, once."""

from datetime import datetime

from parley_contracts.applications import ApplicationClosed, ApplicationOutcome
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
from scheduling.use_cases.ending import call_off
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    return needs_of_application(message.subject, work)


def close_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    application = application_of(message.subject, work)
    if not is_newer(application.seen, message.source, data.revision):
        return Refusal("older_revision")
    seen = having_seen(application.seen, message.source, data.revision)
    closed = changed(application, seen=seen, standing=Standing.CLOSED, hold_until=None)
    work.applications.put(closed)
    withdrawn = isinstance(data, ApplicationClosed) and data.outcome == ApplicationOutcome.WITHDRAWN
    why = Why.CANDIDATE_WITHDREW if withdrawn else Why.APPLICATION_CLOSED
    for interview in live_interviews(message.subject, work):
        call_off(work, interview, By.ATS, why, now=now)
    return None
