"""Nothing will move before a date: the candidate is told so, and owed the next word then."""

from datetime import datetime

from feedback.domain.application import SaidWord, WordKind
from feedback.ports import Work
from feedback.use_cases.hear_application import OLDER, application_needs, hear_application
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import word_key
from feedback.working_set import Refusal
from parley_contracts.applications import ApplicationOnHold
from parley_contracts.cloudevents import Received

needs = application_needs


def hold_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ApplicationOnHold):
        return OLDER
    application = application.hold(event.until)
    key = word_key(message.type, application.id, event.revision)
    word = SaidWord(kind=WordKind.HOLD, at=message.time, key=key, due_at=event.until)
    publish_clock(work, application.say(word), now=now)
    return None
