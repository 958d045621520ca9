"""The next word to a candidate is due soon, or has not come."""

from datetime import datetime, timedelta

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.publish_clock import TIMER, publish_clock
from feedback.working_set import Fired, Needs, Refusal

AFTER_ROUNDS = timedelta(seconds=1)


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.aggregate_id) | Needs.matching(
        "round", "application_id", message.aggregate_id
    )


def wake_application(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    """A round that is due at the same moment tells first: what it tells may be the word that is owed."""
    application = work.applications.get(message.aggregate_id)
    if application is not None and application.wake_at == message.due_at:
        rounds = work.rounds.where("application_id", application.id)
        if any(one.wake_at is not None and one.wake_at <= now for one in rounds):
            work.timers.set(TIMER, application.id, message.due_at + AFTER_ROUNDS)
            return None
    if application is not None:
        woken = changed(application, wake_at=None)
        work.applications.put(woken)
        publish_clock(work, woken, now=now)
    return None
