"""Someone gave the candidate a word outside Parley, perhaps with a date for the next one."""

from datetime import datetime

from feedback.domain.application import SaidWord, WordKind
from feedback.ports import Work
from feedback.use_cases.hear_application import OLDER, application_needs, hear_application
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import word_key
from feedback.working_set import Refusal
from parley_contracts.applications import CandidateContacted
from parley_contracts.cloudevents import Received
from parley_contracts.times import spell_instant

needs = application_needs


def note_contact(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, CandidateContacted):
        return OLDER
    word = SaidWord(
        kind=WordKind.CONTACTED,
        at=message.time,
        key=word_key(message.type, application.id, event.revision) + spell_instant(message.time),
        due_at=event.next_word_due_at,
    )
    application = application.say(word)
    publish_clock(work, application, now=now)
    return None
