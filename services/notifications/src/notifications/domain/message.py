"""A message to one person, and the delivery that carries it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from notifications.domain.changed import changed
from notifications.domain.correspondence import Meeting, Part, ToldEvent
from notifications.domain.person import Contact, Person

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
"""How long to wait after each attempt that the other side put off, in domain time."""


class Kind(StrEnum):
    INVITE = "invite"
    UPDATE = "update"
    CANCEL = "cancel"
    ACTION = "action"
    REMINDER = "reminder"
    NEWS = "news"
    DIGEST = "digest"


class Status(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Failure(StrEnum):
    NO_ADDRESS = "no_address"
    REFUSED = "refused"
    GAVE_UP = "gave_up"


class Suppression(StrEnum):
    CONTACT_NONE = "contact_none"
    PERSON_ERASED = "person_erased"
    OUTDATED = "outdated"
    OUTSIDE_ALLOWED = "outside_allowed"


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    method: str
    uid: str
    sequence: int
    stamp: datetime
    meeting: Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A page that the mail leads to; the link is signed when the mail is written."""

    purpose: str
    label: str
    interview_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message as it is decided on: not yet numbered, and for nobody in particular."""

    kind: str
    parts: tuple[Part, ...]
    actions: tuple[Action, ...] = ()
    entry: CalendarEntry | None = None
    session_ids: tuple[str, ...] = ()
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a message is about. Operators' words and ids: names are looked up when it is sent."""

    interview_id: str | None = None
    application_id: str | None = None
    candidate_id: str | None = None
    job_title: str | None = None
    stage_name: str | None = None
    zone: str | None = None
    """Of the company's side, for a reader whose own is not known."""
    candidate_zone: str | None = None
    reply_to: str | None = None
    roles: tuple[tuple[str, str], ...] = ()
    """Person id and role of whoever sits there, as the candidate reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: str
    person_id: str
    kind: str
    about: About
    parts: tuple[Part, ...]
    actions: tuple[Action, ...] = ()
    entry: CalendarEntry | None = None
    session_ids: tuple[str, ...] = ()
    told: tuple[ToldEvent, ...] = ()
    created_at: datetime
    valid_until: datetime | None = None
    """From then on it would tell what is past."""
    status: str = Status.QUEUED
    attempts: int = 0
    sent_at: datetime | None = None
    failed_person: str | None = None
    """The person it could not reach, as long as it has not."""
    trace: str | None = None

    @property
    def key(self) -> str:
        """Messages about one interview are one stream, else about one application, else to one person."""
        return self.about.interview_id or self.about.application_id or self.person_id

    @property
    def is_late(self) -> bool:
        """Not handed over when it was written: what was written since may be with its reader already."""
        return self.attempts > 0 or self.failed_person is not None

    def attempted(self, status: Status, *, reached: str, now: datetime) -> "Message":
        """`reached`: who was to be, the reader or whoever remains of them."""
        return changed(
            self,
            status=status,
            attempts=self.attempts + 1,
            sent_at=now if status is Status.SENT else self.sent_at,
            failed_person=reached if status is Status.FAILED else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """There as long as a message is to be handed over; due in domain time, leased in wall time."""

    id: str
    due_at: datetime
    attempts: int = 0
    generation: int = 0
    """Of the address, where that was corrected while the mail was on its way to another."""

    def put_off(self, *, now: datetime) -> "Delivery | None":
        """The next attempt, or None after the last one."""
        if self.attempts >= len(RETRIES):
            return None
        return changed(self, due_at=now + RETRIES[self.attempts], attempts=self.attempts + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt. `status` None: put off by the other side, to be tried again.

    `stream`, where it is known, is the key under which it will be published.
    """

    message_id: str
    status: Status | None
    reason: str | None = None
    stream: str | None = None
    person_id: str | None = None
    """Who was to be reached: the reader, or whoever remains of people who turned out to be one."""
    generation: int | None = None
    """Of that person's address, as it was then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Counts what is published under one key."""

    id: str
    revision: int = 0


def message_id(key: str, person_id: str, number: int) -> str:
    return sha256(f"{key}\n{person_id}\n{number}".encode()).hexdigest()[:32]


def held_back(
    message: Message, person: Person | None, *, now: datetime
) -> Failure | Suppression | None:
    """Why a message is not to be sent, whatever the mail server would say."""
    if person is None or person.erased:
        return Suppression.PERSON_ERASED
    if person.contact != Contact.ALLOWED:
        return Suppression.CONTACT_NONE
    if message.valid_until is not None and now >= message.valid_until:
        return Suppression.OUTDATED
    return Failure.NO_ADDRESS if person.email is None else None
