"""`parley.notifications.v1`: what became of each message. Its key is the interview that it is about, else the
application, else the person; its words and addresses stay in notifications.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from parley_contracts.counts import Count
from parley_contracts.event import Revision, StateEvent
from parley_contracts.ids import ApplicationId, Id, InterviewId, PersonId, SessionId
from parley_contracts.known import Known
from parley_contracts.times import Instant, Value

EVENT_TYPE_PATTERN = r"^[a-z0-9]+([.-][a-z0-9]+)*$"


class MessageKind(StrEnum):
    INVITE = "invite"
    UPDATE = "update"
    CANCEL = "cancel"
    ACTION = "action"
    REMINDER = "reminder"
    NEWS = "news"
    DIGEST = "digest"


class Channel(StrEnum):
    EMAIL = "email"
    CHAT = "chat"
    WEBHOOK = "webhook"


class NotificationStatus(StrEnum):
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class FailureReason(StrEnum):
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    BOUNCED = "bounced"
    GAVE_UP = "gave_up"


class SuppressionReason(StrEnum):
    CONTACT_NONE = "contact_none"
    PERSON_ERASED = "person_erased"
    OUTDATED = "outdated"
    PREFERENCE = "preference"
    OUTSIDE_ALLOWED = "outside_allowed"
    """The installation mails only to certain addresses."""


class Answer(StrEnum):
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"


class ToldEvent(Value):
    """One event that a message told, by its type, aggregate and revision."""

    type: Annotated[str, Field(pattern=EVENT_TYPE_PATTERN, max_length=80)]
    aggregate_id: Id
    revision: Revision | None = None


class Notification(Value):
    """What became of one message to one person."""

    notification_id: Id
    person_id: PersonId
    interview_id: InterviewId | None = None
    application_id: ApplicationId | None = None
    session_ids: Annotated[tuple[SessionId, ...], Field(max_length=16)] = ()
    kind: Annotated[str, Known(MessageKind)]
    channel: Annotated[str, Known(Channel)] = Channel.EMAIL
    status: Annotated[str, Known(NotificationStatus)]
    attempts: Count = 0
    at: Instant
    """When it was handed over, given up or held back."""
    told: Annotated[tuple[ToldEvent, ...], Field(max_length=50)] = ()
    """What it told: so the owner of a word knows whether it reached the reader."""


class NotificationEvent(StateEvent):
    """The revision counts per key: messages about one interview are one stream."""

    notification: Notification

    @property
    def aggregate_id(self) -> str:
        about = self.notification
        return about.interview_id or about.application_id or about.person_id


class NotificationSent(NotificationEvent):
    """A message was handed over to the channel."""


class NotificationFailed(NotificationEvent):
    """A message will not arrive, or came back: after `NotificationSent` too."""

    reason: Annotated[str, Known(FailureReason)]


class NotificationSuppressed(NotificationEvent):
    """A message was held back for good."""

    reason: Annotated[str, Known(SuppressionReason)]


class InvitationAnswered(StateEvent):
    """A calendar answered an invitation on behalf of the person."""

    interview_id: InterviewId
    session_id: SessionId
    person_id: PersonId
    answer: Annotated[str, Known(Answer)]
    starts_at: Instant
    """Of the invitation that was answered: an answer to an older one is no answer."""

    @property
    def aggregate_id(self) -> str:
        return self.interview_id
