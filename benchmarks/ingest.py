"""From topic through inbox, state and outbox to the next topic: each service beside its two baselines."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from benchmarks.baselines import MADE, Writes
from benchmarks.day import Day, Said, side_by_side
from benchmarks.pages import reading
from benchmarks.rig import Cores, Rig, Stage
from parley_contracts.topics import TOPICS, consumed_by
from parley_local.demo.clock import ConductedClock
from parley_local.demo.system import Program

PLUMBING = ("inbox", "outbox", "timer", "dead_letter", "applied_migration")
ROWS = """
select relname as name, n_tup_ins + n_tup_upd as rows from pg_stat_user_tables
where relname not like 'published%'
"""
STATES = 500
OF_STATES = "select state::text from {} where state is not null order by hashtext(id) limit {}"  # our own tables
SAMPLES = """
select aggregatetype, type, convert_from(payload, 'UTF8') from published order by seq limit 1000
"""


@dataclass(frozen=True, slots=True)
class Sample:
    records: int
    published: int
    seconds: float
    cpu: Mapping[str, float]
    """Seconds by program."""
    cores: float
    """The share of the machine's cores that was busy, whoever kept them so."""

    @property
    def rate(self) -> float:
        return self.records / self.seconds


@dataclass(frozen=True)
class Ingest:
    """The same records for whoever takes them in."""

    rig: Rig
    day: Day
    service: str
    days: int
    shared_staff: bool = False

    @property
    def topics(self) -> list[str]:
        return sorted(topic.name for topic in consumed_by(self.service))

    def records(self, days: int | None = None, *, first: int = 0) -> list[Said]:
        told = self.day.told_to(self.topics)
        count = days or self.days
        return list(side_by_side(told, count, first=first, shared_staff=self.shared_staff))

    @asynccontextmanager
    async def as_ours(self, *, processes: int = 1) -> AsyncIterator[Stage]:
        """Those that consume, and one beside them that serves pages to readers and does what timers ask."""
        async with self.rig.stage(self.service, self.day.starts_at) as stage:
            stage.add_relay()
            for _ in range(processes):
                stage.add_service("consume")
            beside = stage.add_service("web,timers")
            await stage.ready()
            await stage.until_joined()
            async with reading(stage, beside):
                yield stage

    @asynccontextmanager
    async def as_raw(self, writes: Writes) -> AsyncIterator[Stage]:
        async with self._crowded("raw", writes, relayed=True) as stage:
            yield stage

    @asynccontextmanager
    async def _crowded(self, name: str, writes: Writes, *, relayed: bool) -> AsyncIterator[Stage]:
        """With pages and timers beside it too: of a service whose state is that of the end of such an ingest."""
        async with self.rig.stage(self.service, self.day.starts_at, like=self.kept) as other:
            beside = other.add_service("web,timers")
            other.add_relay()
            await other.ready()
            async with (
                reading(other, beside),
                self._baseline(name, writes, relayed=relayed, clock=other.clock) as stage,
            ):
                yield stage

    @asynccontextmanager
    async def with_offers(self) -> AsyncIterator[tuple[Stage, Program]]:
        """Everything of the day taken in and searched on its first morning: pages have times to offer."""
        async with self.rig.stage(self.service, self.day.starts_at) as stage:
            program = stage.add_service()
            stage.add_relay()
            await stage.ready()
            await stage.until_joined()
            await stage.until_done(await stage.feed(self.records()))
            yield stage, program

    @property
    def kept(self) -> str:
        return f"kept_{self.service}"

    async def prepare(self) -> Writes:
        """What the service writes for these records, and its database as a template, no timer fired yet."""
        async with self.rig.stage(self.service, self.day.starts_at) as stage:
            stage.add_service("consume")
            stage.add_relay()
            await stage.ready()
            await stage.until_joined()
            sample = await self.timed(stage, self.records())
            await asyncio.to_thread(stage.system.stop)
            writes = await self._writes(stage, sample)
            await stage.keep_database(self.kept)
            return writes

    async def ours(self, *, processes: int = 1) -> Sample:
        async with self.as_ours(processes=processes) as stage:
            return await self.timed(stage, self.records(), moving=self.span)

    async def raw(self, writes: Writes) -> Sample:
        async with self.as_raw(writes) as stage:
            return await self.timed(stage, self.records(), moving=self.span)

    async def naive(self, writes: Writes) -> Sample:
        """With the machine to itself."""
        async with self._baseline("naive", writes, relayed=False) as stage:
            return await self.timed(stage, self.records(days=1))

    async def crowded_naive(self, writes: Writes) -> Sample:
        async with self._crowded("naive", writes, relayed=False) as stage:
            return await self.timed(stage, self.records(days=1), moving=self.span)

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.day.starts_at, self.day.ends_at

    @asynccontextmanager
    async def _baseline(
        self, name: str, writes: Writes, *, relayed: bool, clock: ConductedClock | None = None
    ) -> AsyncIterator[Stage]:
        async with self.rig.stage(self.service, self.day.starts_at) as stage:
            file = self.rig.folder / f"{stage.name}-writes.json"
            writes.keep(file)
            stage.clock = clock or stage.clock
            await stage.fetch(MADE)
            if relayed:
                stage.add_relay()
            given = {
                "BENCH_DSN": stage.dsn,
                "BENCH_KAFKA": self.rig.servers.kafka.bootstrap,
                "BENCH_PREFIX": stage.prefix,
                "BENCH_GROUP": stage.group,
                "BENCH_TOPICS": ",".join(self.topics),
                "BENCH_WRITES": str(file),
            }
            stage.add_program(name, ["benchmarks.baselines", name], given)
            await stage.ready()
            await stage.until_joined()
            yield stage

    async def timed(
        self,
        stage: Stage,
        records: Sequence[Said],
        *,
        moving: tuple[datetime, datetime] | None = None,
    ) -> Sample:
        before, cores = stage.cpu_seconds(), Cores.now()
        began = time.perf_counter()
        fed = await stage.feed(records)
        await stage.until_done(fed, moving=moving)
        seconds = time.perf_counter() - began
        cpu = {name: used - before[name] for name, used in stage.cpu_seconds().items()}
        busy = Cores.now().busy_since(cores)
        written = await stage.written()
        fed_by_topic = {name: sum(one.topic == name for one in records) for name in TOPICS}
        published = sum(written[name] - fed_by_topic[name] for name in TOPICS)
        return Sample(fed, published, seconds, cpu, busy)

    async def _writes(self, stage: Stage, sample: Sample) -> Writes:
        rows = {one["name"]: one["rows"] for one in await stage.fetch(ROWS)}
        tables = {name: count for name, count in rows.items() if name not in PLUMBING and count}
        total = sum(tables.values())
        states: list[str] = []
        for table, count in sorted(tables.items()):
            share = max(1, STATES * count // total)
            states += [row[0] for row in await stage.fetch(OF_STATES.format(table, share))]
        random.Random(1).shuffle(states)
        return Writes(
            rows=(total + rows.get("timer", 0)) / sample.records,
            states=states,
            events=sample.published / sample.records,
            samples=[tuple(one) for one in await stage.fetch(SAMPLES)],
        )
