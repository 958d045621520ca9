"""A closed or held application goes on: what counted from its end counts no more."""

from datetime import datetime

from feedback.ports import Work
from feedback.use_cases.hear_application import (
    OLDER,
    hear_application,
    rounds_needs,
    settle_rounds,
)
from feedback.working_set import Refusal
from parley_contracts.applications import ApplicationReopened
from parley_contracts.cloudevents import Received

needs = rounds_needs


def reopen_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ApplicationReopened):
        return OLDER
    application = application.resume(at=message.time)
    settle_rounds(work, application, now=now)
    return None
