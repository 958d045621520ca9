"""The batch after the one in hand: read, and decoded, while that one waits for its database.

What was read so is neither done nor committed. Where the batch in hand fails, it is put back, so that it
comes again after that one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

MAX_RECORDS = 500
BEHIND = 100
"""Whoever gets so many at once is behind, and gains by looking ahead; whoever keeps up answers sooner without."""
POLL_MS = 1000
"""At most; a record that comes ends the wait."""

RawBatch = tuple[ConsumerRecord, ...]


@dataclass(slots=True)
class Lookahead:
    """For one client and its whole life; `decode` keeps what it makes of the records it is given."""

    decode: Callable[[RawBatch], Awaitable[None]]
    _looking: "asyncio.Task[None] | None" = field(default=None, init=False)
    _read: RawBatch = field(default=(), init=False)

    def begin(self, consumer: Any, in_hand: RawBatch) -> None:
        """What is there already: for more it does not wait, since more may come until it is asked for."""
        if len(in_hand) >= BEHIND:
            self._looking = asyncio.create_task(self._look(consumer))

    async def next_batch(self, consumer: Any) -> RawBatch:
        """As soon as there is something. FastStream's own sleeps after a poll that found nothing, for as long as it waited."""
        looking, self._looking = self._looking, None
        if looking is not None:
            await looking
        more: RawBatch = ()
        if room := MAX_RECORDS - len(self._read):
            # Where this fails, what was read ahead stays for the next call: the client has passed it by.
            more = await _read(consumer, wait_ms=0 if self._read else POLL_MS, most=room)
        ahead, self._read = self._read, ()
        return ahead + more

    async def put_back(self, consumer: Any) -> None:
        """What is not assigned any more is nobody's to put back: whoever has it now begins where it was committed."""
        await self.drop()
        earliest: dict[TopicPartition, int] = {}
        for one in self._read:
            earliest.setdefault(TopicPartition(one.topic, one.partition), one.offset)
        self._read = ()
        for place, offset in earliest.items():
            with contextlib.suppress(IllegalStateError):
                consumer.seek(place, offset)

    async def forget(self) -> None:
        """All of it: partitions are given back, and those that stay are read from where they were committed."""
        await self.drop()
        self._read = ()

    async def drop(self) -> None:
        """No more of it; what was read stays to be put back."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, consumer: Any) -> None:
        self._read = await _read(consumer, wait_ms=0, most=MAX_RECORDS)
        # What cannot be decoded for a bug of ours is met again where the batch is taken in, and told there.
        with contextlib.suppress(Exception):
            await self.decode(self._read)


async def _read(consumer: Any, *, wait_ms: int, most: int) -> RawBatch:
    found = await consumer.getmany(timeout_ms=wait_ms, max_records=most)
    return tuple(chain.from_iterable(found.values()))
