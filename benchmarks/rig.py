"""Servers, topics, databases and our own programs for one measurement, and nothing of the one before."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition
from asyncpg.pool import PoolConnectionProxy

from benchmarks.day import Said
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import TOPICS, consumed_by
from parley_local.demo import system
from parley_local.demo.clock import ConductedClock
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.system import SERVICES, Program, System
from parley_local.kafka import KafkaCluster
from parley_local.ports import free_ports
from parley_local.postgres import PostgresServer
from parley_local.servers import AnyServers
from parley_local.side_by_side import side_by_side

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 300.0
BATCH_BYTES = 512 * 1024
ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class NotDone(Exception):
    """What was fed in has not come out in time."""


@dataclass
class Rig:
    """Lives as long as the servers do; a database is made as a copy of one that is migrated."""

    servers: AnyServers
    folder: Path
    sink: Mailbox
    keys: Mapping[str, Path] = field(init=False)
    prefix: str = field(init=False)
    _numbers: Iterable[int] = field(default_factory=partial(count, 1))

    async def prepare(self) -> None:
        """Topics are made once: a broker that makes and drops hundreds of partitions a minute measures that."""
        self.prefix = f"{self.servers.kafka.prefix}bench-"
        await self.servers.kafka.create_topics([self.prefix + one for one in TOPICS])
        self.keys = await asyncio.to_thread(system.make_keys, self.folder)
        dsns = {one: await self.servers.postgres.create_database(template(one)) for one in SERVICES}
        work = [partial(system.migrate, one, dsn, self.folder) for one, dsn in dsns.items()]
        await asyncio.to_thread(side_by_side, *work)

    @asynccontextmanager
    async def stage(
        self, service: str, now: datetime, *, like: str | None = None
    ) -> AsyncIterator["Stage"]:
        """An empty database of this service, or a copy of one that was kept; all topics from here on."""
        number = next(iter(self._numbers))
        postgres = self.servers.postgres
        name = f"run_{number}"
        dsn = await postgres.create_database(name, template=like or template(service))
        clock = ConductedClock(self.folder / f"clock-{number}.json")
        clock.set(now, rate=0)
        stage = Stage(self, service, dsn, name, clock)
        await stage.open()
        try:
            yield stage
        finally:
            await asyncio.to_thread(stage.system.stop)
            await stage.close()
            await postgres.drop_database(name)


def template(service: str) -> str:
    return f"template_{service}"


@dataclass
class Stage:
    rig: Rig
    service: str
    dsn: str
    name: str
    clock: ConductedClock
    system: System = field(init=False)
    begins: Mapping[TopicPartition, int] = field(init=False)
    """The first offset of this stage's own records."""
    _admin: AIOKafkaAdminClient = field(init=False)
    _consumer: AIOKafkaConsumer = field(init=False)
    _pool: "asyncpg.Pool[asyncpg.Record]" = field(init=False)

    async def open(self) -> None:
        bootstrap = self.rig.servers.kafka.bootstrap
        self.system = System(dict.fromkeys(SERVICES, self.dsn), self._groups(), self.prefix)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        await self._admin.start()
        await self._consumer.start()
        self.begins = await self._consumer.end_offsets(self._places(TOPICS))
        await self._begin_here()
        self._pool = await asyncpg.create_pool(self.dsn, min_size=1, max_size=2)

    async def close(self) -> None:
        await self._pool.close()
        await self._consumer.stop()
        await self._admin.close()

    async def _begin_here(self) -> None:
        """The group has read what was there before."""
        consumed = self._places([topic.name for topic in consumed_by(self.service)])
        group = AIOKafkaConsumer(
            bootstrap_servers=self.rig.servers.kafka.bootstrap,
            group_id=self.group,
            enable_auto_commit=False,
        )
        await group.start()
        try:
            group.assign(consumed)
            await group.commit({place: self.begins[place] for place in consumed})
        finally:
            await group.stop()

    def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [
            TopicPartition(self.prefix + name, number)
            for name in topics
            for number in range(TOPICS[name].partitions)
        ]

    @property
    def prefix(self) -> str:
        return self.rig.prefix

    @property
    def group(self) -> str:
        return self._groups()[self.service]

    def _groups(self) -> dict[str, str]:
        return {one: f"{self.prefix}{self.name}-{one}" for one in SERVICES}

    async def keep_database(self, name: str) -> None:
        """A copy to make others from; nobody may be connected."""
        await self._pool.close()
        postgres = self.rig.servers.postgres
        await postgres.drop_database(name)
        own = self.dsn.rpartition("/")[2].removeprefix(postgres.prefix)
        await postgres.create_database(name, template=own)

    # Our own programs

    def add_service(self, roles: str = "web,consume,timers", **settings: str) -> Program:
        ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        given = system.settings_of(
            self.service,
            self.system,
            self.rig.servers.kafka,
            ports=ports,
            keys=self.rig.keys,
            clock=self.clock.path,
            smtp_port=self.rig.sink.port,
        ) | {f"{self.service.upper()}_{name}": value for name, value in settings.items()}
        arguments = [self.service, "serve", "--roles", roles]
        return self._add(self.service, arguments, given, ports[self.service])

    def add_relay(self) -> Program:
        (port,) = free_ports(1)
        given = {
            "RELAY_DATABASE_URL": self.dsn,
            "RELAY_KAFKA_BOOTSTRAP": self.rig.servers.kafka.bootstrap,
            "RELAY_KAFKA_TOPIC_PREFIX": self.prefix,
            "RELAY_PORT": str(port),
        }
        return self._add("relay", ["relay", "serve"], given, port)

    def add_program(self, name: str, arguments: list[str], given: Mapping[str, str]) -> Program:
        """One without probes, a baseline say."""
        return self._add(name, arguments, {"PYTHONPATH": str(ROOT), **given}, 0)

    def _add(self, name: str, arguments: list[str], given: Mapping[str, str], port: int) -> Program:
        name = f"{name}-{len(self.system.programs)}"
        folder = self.rig.folder / self.name
        folder.mkdir(exist_ok=True)
        program = Program(name, arguments, given, folder, port)
        self.system.programs[name] = program
        return program

    async def ready(self) -> None:
        for program in self.system.programs.values():
            if program.process is None:
                program.start()
        for program in self.system.programs.values():
            if program.port:
                await asyncio.to_thread(program.await_ready)

    async def until_joined(self) -> None:
        """Until the group is stable, so that nobody's start is measured."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            (answer,) = await self._admin.describe_consumer_groups([self.group])
            for _, _, state, *_ in answer.groups:
                if state == "Stable":
                    return
            self._all_alive()
            await asyncio.sleep(LOOK_SECONDS)
        raise NotDone(f"{self.group} does not come together")

    # What goes in and comes out

    async def feed(self, records: Iterable[Said]) -> int:
        """As fast as the broker takes it; the records of a partition in their order."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.rig.servers.kafka.bootstrap,
            acks="all",
            max_batch_size=BATCH_BYTES,
            compression_type="zstd",
        )
        await producer.start()
        try:
            places: dict[tuple[str, int], list[Said]] = {}
            for one in records:
                at = (one.topic, partition_for(one.key, TOPICS[one.topic].partitions))
                places.setdefault(at, []).append(one)
            sending = [
                send_all(
                    producer,
                    self.prefix + topic,
                    place,
                    [(one.key, one.value, list(one.headers)) for one in own],
                )
                for (topic, place), own in places.items()
            ]
            await asyncio.gather(*sending)
            return sum(map(len, places.values()))
        finally:
            await producer.stop()

    async def read_so_far(self) -> int:
        """How many records the group has committed."""
        done = await self._admin.list_consumer_group_offsets(self.group)
        return sum(kept.offset - self.begins[place] for place, kept in done.items())

    async def until_done(
        self,
        records: int,
        *,
        moving: tuple[datetime, datetime] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """All read, and all that came of it published. Domain time follows what is read, where it moves."""
        give_up = time.monotonic() + patience
        while not await self._done(records, moving):
            self._all_alive()
            if time.monotonic() > give_up:
                raise NotDone(f"{self.service} has not read {records} records, or not published")
            await asyncio.sleep(LOOK_SECONDS)

    async def _done(self, records: int, moving: tuple[datetime, datetime] | None) -> bool:
        read = await self.read_so_far() if records else 0
        if moving is not None:
            begins, ends = moving
            self.clock.set(begins + (ends - begins) * min(1.0, read / records), rate=0)
        return read >= records and not await self.unpublished()

    def _all_alive(self) -> None:
        for name, one in self.system.programs.items():
            if not one.alive:
                raise NotDone(f"{name} ended: {one.log.read_text(errors='replace')[-2000:]}")

    async def unpublished(self) -> int:
        found: int = await self._pool.fetchval("select count(*) from outbox")
        return found

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["PoolConnectionProxy[asyncpg.Record]"]:
        async with self._pool.acquire() as connection:
            yield connection

    async def fetch(self, statement: str) -> list[asyncpg.Record]:
        return await self._pool.fetch(statement)

    async def written(self) -> dict[str, int]:
        """Records on each topic."""
        ends = await self._consumer.end_offsets(list(self.begins))
        found: dict[str, int] = {}
        for place, end in ends.items():
            name = place.topic.removeprefix(self.prefix)
            found[name] = found.get(name, 0) + end - self.begins[place]
        return found

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time so far: of each of our programs, and of the servers where they are ours."""
        found = {
            name: cpu_seconds(one.process.pid)
            for name, one in self.system.programs.items()
            if one.process is not None
        }
        kafka, postgres = self.rig.servers.kafka, self.rig.servers.postgres
        if isinstance(kafka, KafkaCluster) and isinstance(postgres, PostgresServer):
            found["Kafka"] = sum(
                with_children(one.process.pid) for one in kafka.nodes if one.process
            )
            found["PostgreSQL"] = with_children(postgres.process.pid) if postgres.process else 0.0
        return found


Row = tuple[bytes, bytes | None, list[tuple[str, bytes]]]
"""Key, value and headers."""


async def send_all(producer: AIOKafkaProducer, topic: str, place: int, rows: Sequence[Row]) -> None:
    """One batch after the other, as full as they may be."""
    batch = producer.create_batch()
    for key, value, headers in rows:
        if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
            await (await producer.send_batch(batch, topic, partition=place))
            batch = producer.create_batch()
            batch.append(key=key, value=value, timestamp=None, headers=headers)
    await (await producer.send_batch(batch, topic, partition=place))


def with_children(pid: int) -> float:
    """Those that have ended too."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    living = sum(cpu_seconds(int(child)) for child in children if Path(f"/proc/{child}").exists())
    return cpu_seconds(pid, ended=True) + living


@dataclass(frozen=True, slots=True)
class Cores:
    """What all cores together have done so far, in ticks (proc(5), /proc/stat)."""

    idle: int
    total: int

    @classmethod
    def now(cls) -> "Cores":
        first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
        user, nice, system, idle, iowait, *others = map(int, first.split()[1:9])
        return cls(idle + iowait, user + nice + system + idle + iowait + sum(others))

    def busy_since(self, before: "Cores") -> float:
        return 1 - (self.idle - before.idle) / max(1, self.total - before.total)


def cpu_seconds(pid: int, *, ended: bool = False) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(one) for one in fields[11 : 15 if ended else 13]) / TICKS
