"""What a command asks Kafka beside the consumer: how far the group has read, and what the topics hold.

It joins no group and commits nothing, so that it may run beside the service.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from feedback.adapters.kafka_access import KafkaAccess
from feedback.adapters.lookahead import Lookahead
from feedback.adapters.record import Record
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import TOPICS

UNREACHABLE = (KafkaError, OSError, TimeoutError)
ANSWER_MS = 10_000
"""How long a broker may think before it counts as one that does not answer."""
AGAIN_SECONDS = 0.2

Offsets = Mapping[tuple[str, int], int]
"""By topic, without the prefix, and partition."""


@dataclass(frozen=True)
class Kafka:
    bootstrap: str
    group: str
    prefix: str = ""
    access: KafkaAccess = field(default_factory=KafkaAccess)

    async def answers(self) -> bool:
        """Whether a client that has just come is answered."""
        try:
            async with self.admin():
                return True
        except UNREACHABLE:
            return False

    async def lag(self, topics: Collection[str]) -> dict[str, int | None]:
        """Records behind the group's committed offsets; None for a topic that is not there.

        Where nothing was committed, everything that is there is still to be read.
        """
        async with self._client() as consumer, self.admin() as admin:
            there = await consumer.topics()
            places = self._places([one for one in topics if self.prefix + one in there])
            first = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
            done = await self._committed(admin, places)
        found: dict[str, int | None] = dict.fromkeys(sorted(topics))
        for place in places:
            name = place.topic.removeprefix(self.prefix)
            behind = ends[place] - max(done.get(place, -1), first[place])
            found[name] = (found[name] or 0) + max(0, behind)
        return found

    async def committed(self, topics: Collection[str]) -> Offsets:
        """Of each partition, the offset before which the group has read everything."""
        async with self.admin() as admin:
            done = await self._committed(admin, self._places(topics))
        return {
            (place.topic.removeprefix(self.prefix), place.partition): max(0, offset)
            for place, offset in done.items()
        }

    async def records(
        self, topics: Collection[str], *, key: str | None = None
    ) -> AsyncIterator[Sequence[Record]]:
        """Everything up to where the topics end now, in order within each partition; with `key`, what stands
        under it alone.
        """
        own = None if key is None else key.encode()
        async with self._client() as consumer:
            there = await consumer.topics()
            places = self._places([one for one in topics if self.prefix + one in there], own)
            first = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
            left = {place for place in places if first[place] < ends[place]}
            if not left:
                return
            consumer.assign(list(left))
            await consumer.seek_to_beginning()
            reader = Lookahead.reading_alone(first)
            while left:
                wanted = [
                    self._record(one)
                    for one in await reader.next_batch(consumer)
                    if one.offset < ends[TopicPartition(one.topic, one.partition)]
                    and own in (None, one.key)
                ]
                if wanted:
                    yield wanted
                left = {one for one in left if await consumer.position(one) < ends[one]}

    async def _committed(
        self, admin: AIOKafkaAdminClient, places: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """A broker that has just begun needs a moment until it keeps offsets at all."""
        if not places:
            return {}
        async with asyncio.timeout(ANSWER_MS / 1000):
            while True:
                try:
                    kept = await admin.list_consumer_group_offsets(self.group, partitions=places)
                    return {place: one.offset for place, one in kept.items()}
                except KafkaError as error:
                    if not error.retriable:
                        raise
                await asyncio.sleep(AGAIN_SECONDS)

    def _places(self, topics: Collection[str], key: bytes | None = None) -> list[TopicPartition]:
        """All partitions, or those that a key stands in."""
        return [
            TopicPartition(self.prefix + name, number)
            for name in sorted(topics)
            for number in range(TOPICS[name].partitions)
            if key is None or number == partition_for(key, TOPICS[name].partitions)
        ]

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            enable_auto_commit=False, isolation_level="read_committed", **self._given
        )
        try:
            await consumer.start()
            yield consumer
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(**self._given)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()

    @property
    def _given(self) -> dict[str, Any]:
        return {
            "bootstrap_servers": self.bootstrap.split(","),
            "request_timeout_ms": ANSWER_MS,
            **self.access.client(),
        }

    def _record(self, raw: Any) -> Record:
        topic = raw.topic.removeprefix(self.prefix)
        return Record(
            topic, raw.partition, raw.offset, raw.key, raw.value, tuple(raw.headers or ())
        )
