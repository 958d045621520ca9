"""Others look after an application now, and after its rounds."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.follow_interview import team_in
from feedback.use_cases.hear_application import (
    OLDER,
    hear_application,
    rounds_needs,
    settle_rounds,
)
from feedback.working_set import Refusal
from parley_contracts.applications import HiringTeamChanged
from parley_contracts.cloudevents import Received

needs = rounds_needs


def change_hiring_team(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, HiringTeamChanged):
        return OLDER
    application = changed(
        application,
        team=team_in(event.hiring_team),
        team_changed_at=message.time,
    )
    settle_rounds(work, application, now=now)
    return None
