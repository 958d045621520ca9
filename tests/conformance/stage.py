"""Processes on real servers: records in, what came out, and what must hold between the two."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from tests.conformance.tally import DDL, NOW, Plumbing
from tests.support.until import until_it

from parley_contracts.applications import CandidateContacted
from parley_contracts.cloudevents import encode
from parley_contracts.topics import APPLICATIONS
from parley_local.databases import Postgres
from parley_local.ports import free_ports
from parley_local.topics import Kafka

ROOT = Path(__file__).parents[2]
TOPICS = ("ats.applications.v1", "parley.applications.v1", "parley.intake.v1")


@dataclass
class Process:
    """One of the project's programs; `log` is what it wrote."""

    popen: "subprocess.Popen[bytes]"
    log: Path
    port: int

    @property
    def ended(self) -> int | None:
        return self.popen.poll()

    def signal(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    async def wait(self, *, seconds: float = 30) -> int:
        async def over() -> bool:
            return self.ended is not None

        await until_it(over, seconds=seconds)
        return self.popen.returncode

    async def get(self, path: str) -> int:
        """The status, or 0 where nobody answers."""
        try:
            return (await self.page(path)).status_code
        except httpx.HTTPError:
            return 0

    async def page(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=3) as client:
            return await client.get(f"http://127.0.0.1:{self.port}{path}")

    async def until_ready(self, *, seconds: float = 30) -> None:
        async def ready() -> bool:
            assert self.ended is None, self.log.read_text()[-3000:]
            return await self.get("/readyz") == 200

        await until_it(ready, seconds=seconds)


Place = tuple[int, int]
"""Partition and offset."""


class Raw(NamedTuple):
    """What a record is made of, before anybody has looked at it."""

    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass
class Stage:
    plumbing: Plumbing
    kafka: Kafka
    dsn: str
    prefix: str
    folder: Path
    processes: list[Process] = field(default_factory=list)
    sent: int = 0

    def start(self, program: str, *, kill: str | None = None, kill_at: int = 1) -> Process:
        (port,) = free_ports(1)
        given = {
            "TALLY_DSN": self.dsn,
            "TALLY_KAFKA": self.kafka.bootstrap,
            "TALLY_PREFIX": self.prefix,
            "TALLY_PORT": str(port),
            "PARLEY_FAILPOINT": f"{kill or ''}:{kill_at}",
            "RELAY_DATABASE_URL": self.dsn,
            "RELAY_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "RELAY_KAFKA_TOPIC_PREFIX": self.prefix,
            "RELAY_PORT": str(port),
        }
        log = self.folder / f"{program}-{len(self.processes)}.log"
        with log.open("wb") as out:
            popen = subprocess.Popen(
                [sys.executable, "-m", "tests.conformance.tally_process", program],
                cwd=ROOT,
                env=os.environ | given,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        process = Process(popen, log, port)
        self.processes.append(process)
        return process

    def service(self, *, kill: str | None = None, kill_at: int = 1) -> Process:
        return self.start(self.plumbing.service, kill=kill, kill_at=kill_at)

    def relay(self, *, kill: str | None = None, kill_at: int = 1) -> Process:
        return self.start("relay", kill=kill, kill_at=kill_at)

    async def send(self, count: int, *, keys: int = 10) -> None:
        await self.put(self._event(number, keys) for number in range(self.sent, self.sent + count))
        self.sent += count

    async def put(self, records: Iterable[Raw]) -> list[Place]:
        """As they are, to the applications' topic; where they stand."""
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap, acks="all")
        await producer.start()
        try:
            acks = [
                await producer.send(
                    self.prefix + APPLICATIONS.name,
                    key=record.key,
                    value=record.value,
                    headers=list(record.headers),
                )
                for record in records
            ]
            places = [await ack for ack in acks]
            return [(place.partition, place.offset) for place in places]
        finally:
            await producer.stop()

    def _event(self, number: int, keys: int) -> Raw:
        event = CandidateContacted(application_id=f"ats:{number % keys}", channel="email")
        at = NOW + timedelta(seconds=number)
        record = encode(event, id=f"e{number}", source="ats", time=at)
        return Raw(record.key.encode(), record.value, record.headers)

    async def counted(self) -> int:
        connection = await asyncpg.connect(self.dsn)
        try:
            found: int = await connection.fetchval(
                "select coalesce(sum((state->>'count')::int), 0)::int from tally"
            )
            return found
        finally:
            await connection.close()

    async def unpublished(self) -> int:
        connection = await asyncpg.connect(self.dsn)
        try:
            found: int = await connection.fetchval("select count(*) from outbox")
            return found
        finally:
            await connection.close()

    async def until_counted(self, *, seconds: float = 60) -> None:
        async def all_counted() -> bool:
            with suppress(OSError, asyncpg.PostgresError):
                return await self.counted() >= self.sent
            return False

        await until_it(all_counted, seconds=seconds)

    async def until_published(self, *, seconds: float = 60) -> None:
        async def all_published() -> bool:
            with suppress(OSError, asyncpg.PostgresError):
                return await self.counted() >= self.sent and await self.unpublished() == 0
            return False

        await until_it(all_published, seconds=seconds)

    async def check(self) -> None:
        """Nothing lost, nothing done twice, order kept per key; repeats keep their id."""
        assert await self.counted() == self.sent
        by_key: dict[str, list[int]] = defaultdict(list)
        seen: set[str] = set()
        for key, event_id, revision in await self.published():
            if event_id not in seen:
                seen.add(event_id)
                by_key[key].append(revision)
        missing = await self.moved() - seen
        assert not missing, f"moved and not on the topic: {sorted(missing)[:5]} of {len(missing)}"
        assert sum(len(found) for found in by_key.values()) == self.sent
        for key, revisions in by_key.items():
            assert revisions == list(range(1, len(revisions) + 1)), key

    async def moved(self) -> set[str]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return {str(row["id"]) for row in await connection.fetch("select id from published")}
        finally:
            await connection.close()

    async def published(self) -> list[tuple[str, str, int]]:
        """Key, event id and revision of everything on the topic, in order per partition."""
        found = []
        for record in await self.read("parley.applications.v1"):
            headers = dict(record.headers)
            revision = json.loads(record.value)["revision"]
            found.append((record.key.decode(), headers["ce_id"].decode(), revision))
        return found

    async def read(self, topic: str) -> list[Any]:
        """All records of a topic as the client gives them, in order per partition."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap, auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            places = [TopicPartition(self.prefix + topic, number) for number in range(24)]
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            found: list[Any] = []
            while any([await consumer.position(place) < ends[place] for place in places]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
            return found
        finally:
            await consumer.stop()

    def tell(self) -> None:
        """The logs' ends, for whoever reads a failed test."""
        for process in self.processes:
            sys.stderr.write(f"--- {process.log.name}: {process.ended}\n")
            sys.stderr.write(process.log.read_text()[-4000:])

    def end(self) -> None:
        for process in self.processes:
            if process.ended is None:
                process.signal(signal.SIGCONT)
                process.signal(signal.SIGKILL)
                process.popen.wait()


async def prepare(plumbing: Plumbing, postgres: Postgres) -> tuple[str, str]:
    """A database with the service's plumbing and the tally; its name and DSN."""
    name = f"stage_{secrets.token_hex(6)}"
    dsn = await postgres.create_database(name)
    wanted = plumbing.migrate.migrations(plumbing.service)
    await plumbing.migrate.migrate(dsn, wanted, applied_at=NOW)
    connection = await asyncpg.connect(dsn)
    await connection.execute(DDL)
    await connection.close()
    return name, dsn


@asynccontextmanager
async def stage_on(
    plumbing: Plumbing, kafka: Kafka, postgres: Postgres, *, topics: Iterable[str] = TOPICS
) -> AsyncIterator[Stage]:
    prefix = f"{kafka.prefix}t{secrets.token_hex(6)}-"
    name, dsn = await prepare(plumbing, postgres)
    await kafka.create_topics([prefix + topic for topic in topics])
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(plumbing, kafka, dsn, prefix, Path(folder))
        try:
            yield stage
        except BaseException:
            stage.tell()
            raise
        finally:
            await asyncio.to_thread(stage.end)
            with suppress(OSError, asyncpg.PostgresError):
                await postgres.drop_database(name)
