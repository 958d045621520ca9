"""An application has ended: told at once, the company's decision where none was told, gate B counts."""

from datetime import datetime

from feedback.domain.application import SaidWord, WordKind
from feedback.ports import Work
from feedback.use_cases.hear_application import (
    OLDER,
    hear_application,
    rounds_needs,
    settle_rounds,
)
from feedback.use_cases.publish_round import word_key
from feedback.working_set import Refusal
from parley_contracts.applications import ApplicationClosed
from parley_contracts.cloudevents import Received

needs = rounds_needs


def close_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ApplicationClosed):
        return OLDER
    application = application.close(event.outcome, now=now)
    key = word_key(message.type, application.id, event.revision)
    if event.candidate_told:
        key += "by the ATS"
    word = SaidWord(kind=WordKind.OUTCOME, at=message.time, key=key, ends=True)
    settle_rounds(work, application.say(word), now=now)
    return None
