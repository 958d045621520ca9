"""Says on `parley.notifications.v1` what became of a message."""

from datetime import datetime

from notifications.domain.message import Message, Status, Stream
from notifications.ports import Work
from parley_contracts.notifications import (
    Notification,
    NotificationFailed,
    NotificationSent,
    NotificationSuppressed,
    ToldEvent,
)


def publish_outcome(work: Work, message: Message, *, reason: str | None, now: datetime) -> None:
    stream = work.streams.get(message.key) or Stream(id=message.key)
    revision = stream.revision + 1
    work.streams.put(Stream(id=stream.id, revision=revision))
    state = _public(message, now=now)
    if message.status == Status.SENT:
        work.publish(NotificationSent(revision=revision, notification=state), at=now)
    elif message.status == Status.FAILED:
        work.publish(
            NotificationFailed(revision=revision, notification=state, reason=reason or ""), at=now
        )
    elif message.status == Status.SUPPRESSED:
        work.publish(
            NotificationSuppressed(revision=revision, notification=state, reason=reason or ""),
            at=now,
        )


def _public(message: Message, *, now: datetime) -> Notification:
    return Notification(
        notification_id=message.id,
        person_id=message.person_id,
        interview_id=message.about.interview_id,
        application_id=message.about.application_id,
        session_ids=message.session_ids,
        kind=message.kind,
        status=message.status,
        attempts=message.attempts,
        at=now,
        told=tuple(
            ToldEvent(type=one.type, aggregate_id=one.aggregate_id, revision=one.revision)
            for one in message.told
        ),
    )
