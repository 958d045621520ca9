"""An interviewer whose scorecard is kept in the ATS has written it there."""

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
from parley_contracts.applications import ScorecardSubmittedUpstream
from parley_contracts.cloudevents import Received

needs = rounds_needs


def note_upstream_card(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ScorecardSubmittedUpstream):
        return OLDER
    card = (event.interview_id, event.interviewer_id, event.session_id, message.time)
    application = changed(
        application,
        upstream_cards=(*application.upstream_cards, card),
    )
    settle_rounds(work, application, now=now)
    return None
