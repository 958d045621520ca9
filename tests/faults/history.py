"""What one run left behind, and who said what on the way: all that the checker judges by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from parley_local.demo.evidence import Evidence, Record


@dataclass(frozen=True, slots=True)
class Command:
    """A form that somebody sent. `status` is None where no answer came: it may have had its effect."""

    person: str
    purpose: str
    about: str
    action: str
    """The last word of the path, or the hidden field `do`."""
    form: Mapping[str, Sequence[str]]
    at: datetime
    status: int | None

    @property
    def acknowledged(self) -> bool:
        return self.status == 303


@dataclass(frozen=True, slots=True)
class Emitted:
    """A row of an outbox, as a trigger saw it in the transaction that wrote it: gone where that was rolled back."""

    service: str
    transaction: int
    seq: int
    id: str
    topic: str
    key: str
    type: str
    revision: int | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of an inbox: this service has taken this event in."""

    service: str
    transaction: int
    source: str
    id: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """A record of the ATS that the broker has acknowledged."""

    topic: str
    id: str


@dataclass(frozen=True)
class History:
    evidence: Evidence
    commands: Sequence[Command] = ()
    said: Sequence[Said] = ()
    emitted: Sequence[Emitted] = ()
    claimed: Sequence[Claimed] = ()
    copies_allowed: int = 0
    """Mails that may have come once more: one for each time that something was ended between two steps."""
    consumed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By service: the topics that it reads."""
    deadlocks: Mapping[str, int] = field(default_factory=dict)
    """By service: transactions that waited for each other, as PostgreSQL counted."""

    @property
    def records(self) -> Sequence[Record]:
        """Everything on Kafka, partition by partition, in order."""
        return self.evidence.records
