"""Whether the system has nothing left to do, and when it will have: asked of databases and offsets."""

import asyncio
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
    (select count(*) from published) as published,
    (select count(*) from timer where parked_at is null and due_at <= $1) as timers
"""
NEXT = "select min(due_at) from timer where parked_at is null"
DELIVERIES_WAITING = "select count(*) from delivery where due_at <= $1"
DELIVERIES_NEXT = "select min(due_at) from delivery"


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
    _ends: dict[TopicPartition, int] = field(default_factory=dict, init=False)
    _written: tuple[int, ...] = field(default=(), init=False)
    """How much had been written to Kafka when `_ends` was asked."""
    _behind: set[str] = field(default_factory=set, init=False)
    """Services that have not read up to `_ends`, as far as is known."""

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

    async def busy(self, now: datetime, said: int) -> str | None:
        """What is still under way; None where nothing is. `said` counts what others wrote to Kafka."""
        asked = [self._connections[service].fetchrow(WAITING, now) for service in self.dsns]
        written = [said]
        for service, row in zip(self.dsns, await asyncio.gather(*asked), strict=True):
            if row is None or row["unpublished"] or row["timers"]:
                return f"{service} has rows to publish or timers due"
            written.append(row["published"])
        if await self._connections["notifications"].fetchval(DELIVERIES_WAITING, now):
            return "mails are on their way"
        return await self._lag(tuple(written))

    async def next_at(self) -> datetime | None:
        """When a timer or a delivery comes due next."""
        moments = [await one.fetchval(NEXT) for one in self._connections.values()]
        moments.append(await self._connections["notifications"].fetchval(DELIVERIES_NEXT))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _lag(self, written: tuple[int, ...]) -> str | None:
        """Kafka is asked only where more has been written since everything had been read."""
        if written != self._written:
            self._ends = await self._consumer.end_offsets(self._places)
            self._written, self._behind = written, set(self.dsns)
        for service in sorted(self._behind):
            done = await self._admin.list_consumer_group_offsets(self.groups[service])
            for topic in consumed_by(service):
                for number in range(topic.partitions):
                    place = TopicPartition(self.prefix + topic.name, number)
                    end = self._ends[place]
                    if end and (place not in done or done[place].offset < end):
                        return f"{service} has records of {topic.name} to read"
            self._behind.discard(service)
        return None
