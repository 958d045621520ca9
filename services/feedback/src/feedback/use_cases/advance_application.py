"""The company takes a candidate to a next stage: its decision wherever the ATS decides."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.hear_application import (
    OLDER,
    hear_application,
    rounds_needs,
    settle_rounds,
)
from feedback.working_set import Refusal
from parley_contracts.applications import ApplicationAdvanced
from parley_contracts.cloudevents import Received

needs = rounds_needs


def advance_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    """When it was decided says of which rounds: those that had ended by then."""
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ApplicationAdvanced):
        return OLDER
    application = changed(
        application,
        advanced_at=tuple(sorted({*application.advanced_at, message.time})),
    )
    settle_rounds(work, application, now=now)
    return None
