"""Someone applies: from now on they are owed a next word."""

from datetime import datetime

from feedback.domain.application import SaidWord, WordKind
from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.follow_interview import team_in
from feedback.use_cases.hear_application import OLDER, application_needs, hear_application
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import word_key
from feedback.working_set import Refusal
from parley_contracts.applications import ApplicationOpened
from parley_contracts.cloudevents import Received

needs = application_needs


def open_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    application = hear_application(message, work)
    if application is None or not isinstance(event, ApplicationOpened):
        return OLDER
    if not application.opened:
        key = word_key(message.type, application.id, event.revision)
        application = application.say(SaidWord(kind=WordKind.OPENED, at=message.time, key=key))
    moved_on = application.team_changed_at is not None
    application = changed(
        application,
        opened=True,
        candidate_id=event.candidate_id,
        team=application.team if moved_on else team_in(event.hiring_team),
        job_title=event.job.title,
        promised_days=event.promised_days,
    )
    publish_clock(work, application, now=now)
    return None
