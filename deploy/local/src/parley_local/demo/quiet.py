"""Whether the system has nothing left to do, and when it will have: asked of databases and offsets."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from parley_contracts.topics import ATS, TOPICS, consumed_by

WAITING = """
select (select count(*) from outbox) as unpublished,
    (select count(*) from timer where parked_at is null and due_at <= $1) as timers
"""
WRITTEN = "select aggregatetype as topic, count(*) as records from published group by 1"
NEXT = "select min(due_at) from timer where parked_at is null"
DELIVERIES_WAITING = "select count(*) from delivery where due_at <= $1"
DELIVERIES_NEXT = "select min(due_at) from delivery"

Offsets = Mapping[TopicPartition, int]


@dataclass
class Quiet:
    """One connection to each database, and two clients of Kafka, kept open for the whole day."""

    dsns: Mapping[str, str]
    groups: Mapping[str, str]
    bootstrap: str
    prefix: str
    _connections: dict[str, "asyncpg.Connection[asyncpg.Record]"] = field(default_factory=dict)
    _admin: AIOKafkaAdminClient = field(init=False)
    _consumer: AIOKafkaConsumer = field(init=False)
    _places: list[TopicPartition] = field(init=False)
    _done: dict[str, Offsets] = field(default_factory=dict, init=False)
    """What each service had read, when it was asked last."""
    _read: Counter[str] | None = field(default=None, init=False)
    """How many records each topic held, when all of them had been read."""

    async def __aenter__(self) -> Self:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        self._places = [
            TopicPartition(self.prefix + topic.name, number)
            for topic in TOPICS.values()
            if topic.consumers != (ATS,)
            for number in range(topic.partitions)
        ]
        await self._admin.start()
        await self._consumer.start()
        for service, dsn in self.dsns.items():
            self._connections[service] = await asyncpg.connect(dsn)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for connection in self._connections.values():
            await connection.close()
        await self._consumer.stop()
        await self._admin.close()

    async def busy(self, now: datetime, said: Counter[str]) -> str | None:
        """What is still under way; None where nothing is. `said` counts what the ATS wrote, by topic."""
        asked = [self._connections[service].fetchrow(WAITING, now) for service in self.dsns]
        for service, row in zip(self.dsns, await asyncio.gather(*asked), strict=True):
            if row is None or row["unpublished"] or row["timers"]:
                return f"{service} has rows to publish or timers due"
        if await self._connections["notifications"].fetchval(DELIVERIES_WAITING, now):
            return "mails are on their way"
        return await self._lag(said)

    async def next_at(self) -> datetime | None:
        """When a timer or a delivery comes due next."""
        moments = [await one.fetchval(NEXT) for one in self._connections.values()]
        moments.append(await self._connections["notifications"].fetchval(DELIVERIES_NEXT))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _lag(self, said: Counter[str]) -> str | None:
        """Kafka is asked only where more was written since all had been read: first what each service has
        read, in all; then, where that could be everything, partition by partition.
        """
        written = Counter(said)
        for rows in await asyncio.gather(*[c.fetch(WRITTEN) for c in self._connections.values()]):
            written.update({row["topic"]: row["records"] for row in rows})
        if written == self._read:
            return None
        for service in self.dsns:
            topics = [topic.name for topic in consumed_by(service)]
            expected = sum(written[name] for name in topics)
            if self._read is None or expected != sum(self._read[name] for name in topics):
                self._done[service] = await self._offsets(service)
            if sum(self._done[service].values()) < expected:
                return f"{service} has records to read"
        ends = await self._consumer.end_offsets(self._places)
        for service, done in self._done.items():
            for topic in consumed_by(service):
                for number in range(topic.partitions):
                    place = TopicPartition(self.prefix + topic.name, number)
                    if done.get(place, 0) < ends[place]:
                        self._read = None
                        return f"{service} has records of {topic.name} to read"
        self._read = written
        return None

    async def _offsets(self, service: str) -> Offsets:
        found = await self._admin.list_consumer_group_offsets(self.groups[service])
        return {place: kept.offset for place, kept in found.items() if kept.offset > 0}
