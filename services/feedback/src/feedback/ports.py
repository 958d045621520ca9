"""What use cases and pages stand on: the working set, and the roles that adapters play."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from feedback.working_set import Refusal, Step, WorkingSet
from parley_contracts.links import LinkClaims


@dataclass(slots=True)
class Work(WorkingSet):
    """The rows of one transaction, by table."""


class Clock(Protocol):
    def now(self) -> datetime: ...


class Commands(Protocol):
    """Runs one message in a transaction of its own; None, or why it was refused."""

    async def command(self, step: Step[Any, Work], *, now: datetime) -> Refusal | None: ...


class Links(Protocol):
    """What a token claims, signature checked and expiry not; None for what is none of ours."""

    def claims(self, token: str) -> LinkClaims | None: ...


class Reader(Protocol):
    """Reads for pages, without locks."""
