"""The batch after the one in hand: read, and decoded, while that one waits for its database.

What was read so is neither done nor committed. Where the batch in hand fails, it is put back, so that it
comes again after that one.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import structlog
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError

from scheduling.adapters.record import UNREADABLE

log = structlog.get_logger()

MAX_RECORDS = 500
BEHIND = 100
"""Whoever gets so many at once is behind, and gains by looking ahead; whoever keeps up answers sooner without."""
POLL_MS = 1000
"""At most; a record that comes ends the wait."""

BEYOND_SECONDS = 0.1
"""The client knows its places, but for those that it has to ask for."""

RawBatch = tuple[ConsumerRecord, ...]


CAREFUL_SECONDS = 0.05
"""Between two rounds in which each partition was asked alone, and had nothing."""


async def leave(*_: object) -> None:
    """Nothing is decoded ahead, and nothing committed that was no record."""


@dataclass(slots=True)
class Lookahead:
    """For one client and its whole life; `decode` keeps what it makes of the records it is given."""

    decode: Callable[[RawBatch], Awaitable[None]] = leave
    passed: Callable[[Any, Mapping[TopicPartition, int]], Awaitable[None]] = leave
    """Told of places that the client has come to without a record for anybody, when all before them is done: a
    transaction's marker, or what compaction took, would look like a record that waits.
    """
    _looking: "asyncio.Task[None] | None" = field(default=None, init=False)
    _read: RawBatch = field(default=(), init=False)
    _next: dict[TopicPartition, int] = field(default_factory=dict, init=False)
    """Of each partition, the offset after the last that was handed out; where there is none, what is committed."""
    _lost: bool = field(default=False, init=False)
    """The client has passed records by, and handed them to nobody."""
    _careful: bool = field(default=False, init=False)

    @classmethod
    def reading_alone(cls, begins: Mapping[TopicPartition, int]) -> "Lookahead":
        """For a client without a group, whose partitions begin there: it looks no further, and passes what cannot be read."""
        reader = cls()
        reader._next.update(begins)
        return reader

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
            more = await self._more(consumer, wait_ms=0 if self._read else POLL_MS, most=room)
            if not self._read and not more and (beyond := await self._beyond(consumer)):
                await self.passed(consumer, beyond)
        ahead, self._read = self._read, ()
        return ahead + more

    async def _beyond(self, consumer: Any) -> Mapping[TopicPartition, int]:
        """Nothing is in hand, and nothing was there: the client's own place is after all that was handed out."""
        beyond: dict[TopicPartition, int] = {}
        if self._lost or self._careful:
            return beyond
        heard = [one for one in consumer.assignment() if consumer.highwater(one) is not None]
        # A place that is being looked up anew, or that was taken away meanwhile: another time.
        with contextlib.suppress(TimeoutError, IllegalStateError):
            async with asyncio.timeout(BEYOND_SECONDS):
                for place in heard:
                    position = await consumer.position(place)
                    if position > self._next.get(place, 0):
                        beyond[place] = position
        self._next |= beyond
        return beyond

    async def put_back(self, consumer: Any) -> None:
        """What is not assigned any more is nobody's to put back: whoever has it now begins where it was committed."""
        await self.drop()
        earliest: dict[TopicPartition, int] = {}
        for one in self._read:
            earliest.setdefault(TopicPartition(one.topic, one.partition), one.offset)
        self._read = ()
        self._next.clear()
        for place, offset in earliest.items():
            with contextlib.suppress(IllegalStateError):
                consumer.seek(place, offset)

    async def forget(self) -> None:
        """All of it: partitions are given back, and those that stay are read from where they were committed."""
        await self.drop()
        self._read = ()
        self._next.clear()
        self._careful = False

    async def drop(self) -> None:
        """No more of it; what was read stays to be put back."""
        looking, self._looking = self._looking, None
        if looking is not None:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    async def _look(self, consumer: Any) -> None:
        self._read = await self._more(consumer, wait_ms=0, most=MAX_RECORDS)
        # What cannot be decoded for a bug of ours is met again where the batch is taken in, and told there.
        with contextlib.suppress(Exception):
            await self.decode(self._read)

    async def _more(self, consumer: Any, *, wait_ms: int, most: int) -> RawBatch:
        """Where the client fails on one partition, what it had taken from others goes with it: it is sent back."""
        if self._lost:
            await self._go_back(consumer)
        try:
            if self._careful:
                return self._handed_out(await self._each_alone(consumer, most))
            return self._handed_out(await consumer.getmany(timeout_ms=wait_ms, max_records=most))
        except UnicodeDecodeError:
            self._lost = self._careful = True
            return ()
        except BaseException:  # whoever looks ahead may be cancelled between two partitions
            self._lost = True
            raise

    def _handed_out(self, found: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> RawBatch:
        self._next |= {place: records[-1].offset + 1 for place, records in found.items() if records}
        return tuple(chain.from_iterable(found.values()))

    async def _go_back(self, consumer: Any) -> None:
        for place in consumer.assignment():
            offset = self._next.get(place)
            if offset is None:
                offset = await consumer.committed(place)
            if offset is None:
                await consumer.seek_to_beginning(place)
            else:
                consumer.seek(place, offset)
        self._lost = False

    async def _each_alone(
        self, consumer: Any, most: int
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        """Until the one that cannot be read is found, and passed."""
        found: dict[TopicPartition, Sequence[ConsumerRecord]] = {}
        for place in sorted(consumer.assignment()):
            room = most - sum(map(len, found.values()))
            if room <= 0:
                break
            try:
                found |= await consumer.getmany(place, timeout_ms=0, max_records=room)
            except UnicodeDecodeError:
                found[place] = records = await _up_to_the_unreadable(consumer, place, room)
                self._careful = not records or records[-1].headers != UNREADABLE
        if not found:
            await asyncio.sleep(CAREFUL_SECONDS)
        return found


async def _up_to_the_unreadable(
    consumer: Any, place: TopicPartition, most: int
) -> list[ConsumerRecord]:
    """One by one, and itself as its place. In a compacted topic, places that are empty may be told of too."""
    found: list[ConsumerRecord] = []
    while len(found) < most:
        try:
            records = await consumer.getmany(place, timeout_ms=POLL_MS, max_records=1)
        except UnicodeDecodeError:
            offset = await consumer.position(place)
            log.warning(
                "record cannot be read", topic=place.topic, partition=place.partition, offset=offset
            )
            consumer.seek(place, offset + 1)
            return [*found, unreadable(place, offset)]
        if not records:
            break
        found += records[place]
    return found


def unreadable(place: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic=place.topic,
        partition=place.partition,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=UNREADABLE,
    )
