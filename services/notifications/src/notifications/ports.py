"""What use cases and pages stand on: the working set, and the roles that adapters play."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from notifications.domain.application import Application
from notifications.domain.desk import Desk
from notifications.domain.dossier import Dossier
from notifications.domain.message import Delivery, Message, Stream
from notifications.domain.person import Person
from notifications.working_set import KeptRecords, Refusal, Rows, Step, WorkingSet
from parley_contracts.links import LinkClaims


@dataclass(slots=True)
class Work(WorkingSet):
    """The rows of one transaction, by table, in the order in which they are locked."""

    persons: Rows[Person] = field(default_factory=lambda: Rows("person", ("merged_into",)))
    desks: Rows[Desk] = field(default_factory=lambda: Rows("desk", ("id",)))
    applications: Rows[Application] = field(
        default_factory=lambda: Rows("application", ("waiting_for",))
    )
    dossiers: Rows[Dossier] = field(default_factory=lambda: Rows("dossier", ("waiting_for",)))
    streams: Rows[Stream] = field(default_factory=lambda: Rows("stream"))
    messages: Rows[Message] = field(
        default_factory=lambda: Rows("message", ("person_id", "failed_person"))
    )
    deliveries: Rows[Delivery] = field(default_factory=lambda: Rows("delivery"))
    kept_records: Rows[KeptRecords] = field(default_factory=lambda: Rows("kept_records"))


class Clock(Protocol):
    def now(self) -> datetime: ...


class Commands(Protocol):
    """Runs one message in a transaction of its own; None, or why it was refused."""

    async def command(self, step: Step[Any, Work], *, now: datetime) -> Refusal | None: ...


class Links(Protocol):
    """What a token claims, signature checked and expiry not; None for what is none of ours."""

    def claims(self, token: str) -> LinkClaims | None: ...


class Signer(Protocol):
    """Writes an address that only this person can follow, and only for a while."""

    def link(self, claims: LinkClaims, *, staff: bool = False) -> str: ...


@dataclass(frozen=True, slots=True)
class Home:
    """What a home shows: a person, what is open for them, and the names that it mentions."""

    person: Person
    known_as: frozenset[str]
    """Under which ids: their own, and those of whoever turned out to be them."""
    dossiers: Sequence[Dossier]
    applications: Sequence[Application]
    names: dict[str, str]


class Reader(Protocol):
    """Reads for pages, without locks."""

    async def home(self, person_id: str) -> Home | None: ...

    async def known_as(self, person_id: str) -> frozenset[str]: ...

    async def dossier(self, interview_id: str) -> Dossier | None: ...

    async def person(self, person_id: str) -> Person | None: ...


class LinkAddresses(Protocol):
    """Writes the address of a page for one person."""

    def signed(
        self,
        person: Person,
        purpose: str,
        dossier: Dossier | None,
        interview_id: str | None,
        *,
        candidate_id: str | None,
        expires: datetime,
    ) -> str: ...
