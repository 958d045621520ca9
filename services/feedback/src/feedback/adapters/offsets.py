"""The offsets of what is done, committed while the next batch is in hand: one commit at a time.

A record that is redelivered is known by its id, so a commit that fails loses nothing: its places go with the next.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

log = structlog.get_logger()


@dataclass(slots=True)
class Offsets:
    """For one client and its whole life."""

    _done: dict[TopicPartition, int] = field(default_factory=dict, init=False)
    _under_way: "asyncio.Task[None] | None" = field(default=None, init=False)
    _closing: bool = field(default=False, init=False)

    async def commit(self, consumer: Any, places: Mapping[TopicPartition, int]) -> None:
        """Of each, the offset after the last that is done. Returns before they are committed, but where the client is about to leave."""
        self._done |= places
        if self._under_way is None or self._under_way.done():
            self._under_way = asyncio.create_task(self._commit_all(consumer))
        if self._closing:
            await self.settled()

    async def settled(self) -> None:
        """Until nothing is under way; what has failed is not told."""
        if self._under_way is not None:
            await asyncio.wait([self._under_way])

    async def close(self) -> None:
        """The client leaves soon: from now on whoever commits waits until it is done."""
        self._closing = True
        await self.settled()

    def forget(self) -> None:
        """What could not be committed: somebody else may have its partitions now."""
        self._done.clear()

    def drop(self) -> None:
        if self._under_way is not None:
            self._under_way.cancel()

    async def _commit_all(self, consumer: Any) -> None:
        while self._done:
            held = consumer.assignment()
            places = {place: offset for place, offset in self._done.items() if place in held}
            self._done = {}
            if not places:
                return
            try:
                await consumer.commit(places)
            except (KafkaError, OSError) as trouble:
                log.warning("offsets wait", because=type(trouble).__name__)
                self._done = places | self._done
                return
