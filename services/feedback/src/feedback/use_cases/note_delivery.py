"""A message to the candidate arrived or did not: a word that did not reach them was none."""

from datetime import datetime

from feedback.domain.application import Application
from feedback.domain.round import NotReached, Round
from feedback.ports import Work
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import application_of, word_key
from feedback.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.notifications import (
    Notification,
    NotificationEvent,
    NotificationStatus,
    NotificationSuppressed,
    SuppressionReason,
)


def needs(message: Received, work: Work) -> Needs:
    event = _event(message)
    about = event.notification
    if not about.told or _outdated(event):
        return Needs()
    known = work.rounds.peek(about.interview_id) if about.interview_id is not None else None
    application_id = known.application_id if known is not None else None
    return Needs.rows("round", about.interview_id) | Needs.rows(
        "application", about.application_id, application_id
    )


def note_delivery(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    """What is told of an interview that is not known yet is kept until it is."""
    event = _event(message)
    about = event.notification
    if not about.told or _outdated(event):
        return None
    words = tuple(word_key(one.type, one.aggregate_id, one.revision) for one in about.told)
    missed = NotReached(
        notification_id=about.notification_id,
        person_id=about.person_id,
        words=words,
        at=about.at,
    )
    application = _application(work, about)
    if application is None and about.interview_id is not None:
        _keep(work, about.interview_id, missed, event)
    elif application is not None:
        reached = about.status == NotificationStatus.SENT
        after = application.reach(about.notification_id) if reached else application.miss(missed)
        if after is not application:
            publish_clock(work, after, now=now)
    return None


def _event(message: Received) -> NotificationEvent:
    if not isinstance(message.data, NotificationEvent):
        raise TypeError("a notification is expected here")
    return message.data


def _outdated(event: NotificationEvent) -> bool:
    """Held back because something newer says more: no word is lost by that."""
    return isinstance(event, NotificationSuppressed) and event.reason == SuppressionReason.OUTDATED


def _application(work: Work, about: Notification) -> Application | None:
    application_id = about.application_id
    if application_id is None and about.interview_id is not None:
        known = work.rounds.get(about.interview_id)
        application_id = known.application_id if known is not None else None
    return application_of(work, application_id) if application_id is not None else None


def _keep(work: Work, interview_id: str, missed: NotReached, event: NotificationEvent) -> None:
    known = work.rounds.get(interview_id) or Round(id=interview_id)
    others = tuple(
        one for one in known.not_reached if one.notification_id != missed.notification_id
    )
    reached = event.notification.status == NotificationStatus.SENT
    kept = others if reached else (*others, missed)
    work.rounds.put(Round(id=interview_id, not_reached=kept))
