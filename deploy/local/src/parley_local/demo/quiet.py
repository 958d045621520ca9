"""Whether the system has nothing left to do, and when it will have: asked of databases and offsets."""

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
select (select count(*) from outbox)
    + (select count(*) from timer where parked_at is null and due_at <= $1)
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
    _read_up_to: dict[TopicPartition, int] | None = field(default=None, init=False)

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

    async def busy(self, now: datetime) -> str | None:
        """What is still under way; None where nothing is."""
        for service, connection in self._connections.items():
            if await connection.fetchval(WAITING, now):
                return f"{service} has rows to publish or timers due"
        if await self._connections["notifications"].fetchval(DELIVERIES_WAITING, now):
            return "mails are on their way"
        return await self._lag()

    async def next_at(self) -> datetime | None:
        """When a timer or a delivery comes due next."""
        moments = [await one.fetchval(NEXT) for one in self._connections.values()]
        moments.append(await self._connections["notifications"].fetchval(DELIVERIES_NEXT))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _lag(self) -> str | None:
        """Groups are asked only where a topic has grown since all of them had read it."""
        ends = await self._consumer.end_offsets(self._places)
        if ends == self._read_up_to:
            return None
        for service in self.dsns:
            done = await self._admin.list_consumer_group_offsets(self.groups[service])
            for topic in consumed_by(service):
                for number in range(topic.partitions):
                    place = TopicPartition(self.prefix + topic.name, number)
                    if ends[place] and (place not in done or done[place].offset < ends[place]):
                        return f"{service} has records of {topic.name} to read"
        self._read_up_to = ends
        return None
