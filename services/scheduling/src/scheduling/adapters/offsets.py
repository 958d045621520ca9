"""The offsets of what is done, committed while the next batch is in hand: one commit at a time.

A record that is redelivered is known by its id, so a commit that fails loses nothing: its places go with the next.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import TopicPartition

log = structlog.get_logger()

COMMIT_SECONDS = 20.0
"""The client tries for ever where nobody coordinates the group."""
SETTLE_SECONDS = 5.0
"""How long whoever gives partitions back, or leaves, waits for what is under way."""


@dataclass(slots=True)
class Offsets:
    """For one client and its whole life."""

    _done: dict[TopicPartition, int] = field(default_factory=dict, init=False)
    _under_way: "asyncio.Task[None] | None" = field(default=None, init=False)
    _closing: bool = field(default=False, init=False)

    async def commit(self, client: Any, places: Mapping[TopicPartition, int]) -> None:
        """Of each, the offset after the last that is done. Back before they are committed, but where the client is
        about to leave.
        """
        self._done |= places
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._commit_all(client))
        if self._closing:
            await self.settled()

    async def settled(self) -> None:
        """Until nothing is under way, or it has taken too long; what has failed is not told."""
        if self._under_way is not None:
            await asyncio.wait([self._under_way], timeout=SETTLE_SECONDS)

    async def close(self) -> None:
        """The client leaves soon: from now on whoever commits waits until it is done."""
        self._closing = True
        await self.settled()

    def forget(self) -> None:
        """What is not committed by now: somebody else may have its partitions, and be further."""
        self._done.clear()
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.cancel()

    async def _commit_all(self, client: Any) -> None:
        while self._done:
            held = client.assignment()
            places = {place: offset for place, offset in self._done.items() if place in held}
            self._done = {}
            if not places:
                return
            try:
                async with asyncio.timeout(COMMIT_SECONDS):
                    await client.commit(places)
            except Exception as trouble:  # noqa: BLE001 - whatever it was, the next says it again
                log.warning("offsets wait", because=type(trouble).__name__)
                self._done = places | self._done
                return
