"""Tells how everything stands that this service owns: for a new reader, or one that has lost its state.

What is told carries its current revision, so that whoever knows it already does nothing. Each aggregate
is locked while its row of the outbox is written: no older state can come behind a newer one.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from scheduling.adapters.database import Pool
from scheduling.adapters.transaction import Store, run_steps, with_retries
from scheduling.working_set import Restate, Step, UseCase, WorkingSet

W = TypeVar("W", bound=WorkingSet)

AT_ONCE = 500
"""Aggregates in one transaction: pages may have to wait for its locks."""


@dataclass(frozen=True)
class Stream(Generic[W]):
    """The aggregates that one of our topics tells of, and the use case that tells how one stands.

    `revisions` selects id and published revision of up to $2 aggregates after id $1, in order of id.
    """

    topic: str
    revisions: str
    restate: UseCase[Restate, W]
    stateless: bool = False
    """Each event stands for itself; only the revision is counted."""


@dataclass(frozen=True)
class Owner(Generic[W]):
    pool: Pool
    store: Store[W]
    streams: Sequence[Stream[W]]

    async def tell_all(self, *, now: datetime) -> dict[str, int]:
        """How many aggregates were told, by topic."""
        told = {}
        for stream in self.streams:
            if not stream.stateless:
                told[stream.topic] = await self._tell(stream, now=now)
        return told

    async def restate(
        self, stream: Stream[W], messages: Sequence[Restate], *, now: datetime
    ) -> list[bool]:
        """In one transaction; whether each of them was told."""
        steps = [Step(message, stream.restate) for message in messages]

        async def attempt() -> list[bool]:
            async with self.pool.acquire() as connection, connection.transaction():
                ran = await run_steps(connection, self.store, steps, now=now)
                return [answer is None for answer in ran.answers]

        return await with_retries(attempt)

    async def revisions(self, stream: Stream[W]) -> dict[str, int]:
        """What this database says it has told of each aggregate."""
        found: dict[str, int] = {}
        async for page in self._pages(stream):
            found |= page
        return found

    async def _tell(self, stream: Stream[W], *, now: datetime) -> int:
        told = 0
        async for page in self._pages(stream):
            told += sum(await self.restate(stream, [Restate(one) for one in page], now=now))
        return told

    async def _pages(self, stream: Stream[W]) -> AsyncIterator[dict[str, int]]:
        after = ""
        while True:
            rows = await self.pool.fetch(stream.revisions, after, AT_ONCE)
            if not rows:
                return
            yield {row["id"]: row["revision"] for row in rows}
            after = rows[-1]["id"]
