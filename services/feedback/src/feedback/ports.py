"""What use cases and pages stand on: the working set, and the roles that adapters play."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from feedback.domain.application import Application
from feedback.domain.page import RoundPage
from feedback.domain.person import Person
from feedback.domain.round import Round
from feedback.working_set import KeptRecords, Refusal, Rows, Step, WorkingSet
from parley_contracts.links import LinkClaims


@dataclass(slots=True)
class Work(WorkingSet):
    """The rows of one transaction, by table."""

    people: Rows[Person] = field(default_factory=lambda: Rows("person", ("merged_into",)))
    applications: Rows[Application] = field(default_factory=lambda: Rows("application"))
    rounds: Rows[Round] = field(default_factory=lambda: Rows("round", ("application_id", "people")))
    kept_records: Rows[KeptRecords] = field(default_factory=lambda: Rows("kept_records"))


class Clock(Protocol):
    def now(self) -> datetime: ...


class Commands(Protocol):
    """Runs one message in a transaction of its own; None, or why it was refused."""

    async def command(self, step: Step[Any, Work], *, now: datetime) -> Refusal | None: ...


class Links(Protocol):
    """What a token claims, signature checked and expiry not; None for what is none of ours."""

    def claims(self, token: str) -> LinkClaims | None: ...


class Reader(Protocol):
    """Reads for pages, without locks, and nothing that is sealed to the reader."""

    async def page(self, interview_id: str, person_id: str) -> RoundPage | None:
        """None for a round that has not been heard of."""

    async def people(self, ids: tuple[str, ...]) -> Mapping[str, Person]: ...
