"""Whether the system has nothing left to do, and when it will have: asked of databases and offsets."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from parley_contracts.topics import Topic, consumed_by

WAITING = """
select exists (select from outbox) as unpublished,
    exists (select from timer where parked_at is null and due_at <= $1) as timers
"""
WRITTEN = "select aggregatetype as topic, count(*) as records from published group by 1"
NEXT = "select min(due_at) from timer where parked_at is null"
DELIVERIES_WAITING = "select exists (select from delivery where due_at <= $1)"
DELIVERIES_NEXT = "select min(due_at) from delivery"

AGAIN_SECONDS = 0.5
OPEN_SECONDS = 10.0
NOT_THERE = (KafkaError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""A server that has just begun lacks its tables and topics, too."""


@dataclass
class Quiet:
    """One connection to each database, and two clients of Kafka, kept open for the whole day."""

    dsns: Mapping[str, str]
    groups: Mapping[str, str]
    bootstrap: str
    prefix: str
    counted: bool = True
    """Whether each record stands on its topic once; where some were lost or sent again, no count tells."""
    _connections: dict[str, "asyncpg.Connection[asyncpg.Record]"] = field(default_factory=dict)
    _admin: AIOKafkaAdminClient = field(init=False)
    _consumer: AIOKafkaConsumer = field(init=False)
    _found: Callable[[], Awaitable[str | None]] | None = field(default=None, init=False)
    """The check that found something under way, when it was asked last."""
    _read: Counter[str] = field(default_factory=Counter, init=False)
    """How many records each topic held, when all of them had been read."""

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def _open(self) -> None:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap)
        await self._admin.start()
        await self._consumer.start()
        for service, dsn in self.dsns.items():
            self._connections[service] = await asyncpg.connect(dsn)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        """Each of them, whatever became of the others."""
        closing = [connection.close() for connection in self._connections.values()]
        await asyncio.gather(
            *closing, self._consumer.stop(), self._admin.close(), return_exceptions=True
        )

    async def busy(self, now: datetime, said: Counter[str]) -> str | None:
        """What is still under way; None where nothing is. `said` counts what the ATS wrote, by topic.

        What was found last is asked after first: as long as it lasts, the rest need not be asked.
        """
        if self._found is not None and (why := await self._found()) is not None:
            return why
        for check in (
            *(partial(self._rows, one, now) for one in self.dsns),
            partial(self._mails, now),
        ):
            if (why := await check()) is not None:
                self._found = check
                return why
        return await self._lag(said)

    async def next_at(self) -> datetime | None:
        """When a timer or a delivery comes due next."""
        moments = [await one.fetchval(NEXT) for one in self._connections.values()]
        moments.append(await self._connections["notifications"].fetchval(DELIVERIES_NEXT))
        return min((moment for moment in moments if moment is not None), default=None)

    async def _rows(self, service: str, now: datetime) -> str | None:
        row = await self._connections[service].fetchrow(WAITING, now)
        if row is None or row["unpublished"] or row["timers"]:
            return f"{service} has rows to publish or timers due"
        return None

    async def _mails(self, now: datetime) -> str | None:
        if await self._connections["notifications"].fetchval(DELIVERIES_WAITING, now):
            return "mails are on their way"
        return None

    async def _lag(self, said: Counter[str]) -> str | None:
        """Kafka is asked only about topics that more was written to since all had been read: first how much
        of them each service has read; then, where that could be everything, partition by partition.
        Where counts tell nothing, every partition is asked about each time.
        """
        written = Counter(said)
        for rows in await asyncio.gather(*[c.fetch(WRITTEN) for c in self._connections.values()]):
            written.update({row["topic"]: row["records"] for row in rows})
        news = {name for name, count in written.items() if count != self._read[name]}
        for service in self.dsns:
            topics = [t for t in consumed_by(service) if not self.counted or t.name in news]
            if not topics:
                continue
            places = self._places(topics)
            done = await self._admin.list_consumer_group_offsets(
                self.groups[service], partitions=places
            )
            read = {place: max(0, kept.offset) for place, kept in done.items()}
            if self.counted and sum(read.values()) < sum(written[topic.name] for topic in topics):
                return f"{service} has records to read"
            ends = await self._consumer.end_offsets(places)
            behind = [place for place in places if read.get(place, 0) < ends[place]]
            if behind:
                left = ends[behind[0]] - read.get(behind[0], 0)
                return f"{service} has {left} records of {behind[0].topic} to read"
        self._read = written
        return None

    def _places(self, topics: Iterable[Topic]) -> list[TopicPartition]:
        return [
            TopicPartition(self.prefix + topic.name, number)
            for topic in topics
            for number in range(topic.partitions)
        ]


@dataclass
class PatientQuiet(Quiet):
    """Where servers come and go: one that does not answer has everything under way, and is asked again."""

    counted: bool = False

    async def __aenter__(self) -> Self:
        await self._anew()
        return self

    async def busy(self, now: datetime, said: Counter[str]) -> str | None:
        try:
            return await super().busy(now, said)
        except NOT_THERE as trouble:
            await self._close()
            await self._anew()
            return f"a server does not answer: {type(trouble).__name__}"

    async def next_at(self) -> datetime | None:
        while True:
            try:
                return await super().next_at()
            except NOT_THERE:
                await self._close()
                await self._anew()

    async def _anew(self) -> None:
        self._found = None
        while True:
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    return await self._open()
            except NOT_THERE:
                await self._close()
            await asyncio.sleep(AGAIN_SECONDS)
