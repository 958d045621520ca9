"""`python -m <service> serve` as an orchestrator meets it: its probes, its metrics, and how it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families
from tests.conformance.stage import Process
from tests.conformance.tally import NOW, Plumbing
from tests.support.until import until_it

from parley_contracts.cloudevents import encode
from parley_contracts.people import PersonUpserted
from parley_contracts.topics import PEOPLE, consumed_by
from parley_local.ports import free_ports
from parley_local.topics import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

PROBES = ("/startupz", "/readyz", "/livez")
METRICS = {
    "parley_records",
    "parley_refusals",
    "parley_batch_seconds",
    "parley_outages",
    "parley_timers",
    "parley_revision_gaps",
    "parley_loop_last_turn_timestamp_seconds",
}
PEOPLE_SENT = 2000
DRAINED_SECONDS = 25


@dataclass
class Installation:
    """One service on its own database, topics and group."""

    plumbing: Plumbing
    kafka: Kafka
    dsn: str
    prefix: str
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    @property
    def group(self) -> str:
        return self.prefix + self.plumbing.service

    async def serve(self) -> Process:
        (port,) = free_ports(1)
        name = self.plumbing.service.upper()
        given = {
            f"{name}_DATABASE_URL": self.dsn,
            f"{name}_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            f"{name}_KAFKA_GROUP": self.group,
            f"{name}_KAFKA_TOPIC_PREFIX": self.prefix,
            f"{name}_PORT": str(port),
        }
        given |= {f"{name}_{setting}": value for setting, value in self.settings.items()}
        log = self.folder / f"{len(self.processes)}.log"
        with log.open("wb") as out:
            popen = await asyncio.to_thread(
                subprocess.Popen,
                [sys.executable, "-m", self.plumbing.service, "serve"],
                env=os.environ | given,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        process = Process(popen, log, port)
        self.processes.append(process)
        await process.until_ready()
        return process

    async def send_people(self, count: int) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka.bootstrap, acks="all")
        await producer.start()
        try:
            for number in range(count):
                person = PersonUpserted(person_id=f"ats:{number}", name="Per Son")
                at = NOW + timedelta(seconds=number)
                record = encode(person, id=f"e{number}", source="ats", time=at)
                await producer.send(
                    self.prefix + record.topic,
                    key=record.key.encode(),
                    value=record.value,
                    headers=list(record.headers),
                )
        finally:
            await producer.stop()

    async def taken_in(self) -> int:
        connection = await asyncpg.connect(self.dsn)
        try:
            found: int = await connection.fetchval("select count(*) from inbox")
            return found
        finally:
            await connection.close()

    async def committed(self) -> int:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap)
        await admin.start()
        try:
            places = await admin.list_consumer_group_offsets(self.group)
            return sum(place.offset for place in places.values())
        finally:
            await admin.close()


@pytest.fixture
async def installation(
    plumbing: Plumbing, kafka: Kafka, database: str, topic_prefix: str
) -> AsyncIterator[Installation]:
    service = plumbing.service
    await plumbing.migrate.migrate(database, plumbing.migrate.migrations(service), applied_at=NOW)
    topics = [topic_prefix + topic.name for topic in consumed_by(service)]
    await kafka.create_topics(topics, partitions=2)
    with tempfile.TemporaryDirectory() as folder:
        found = Installation(plumbing, kafka, database, topic_prefix, Path(folder))
        yield found
        for process in found.processes:
            with suppress(ProcessLookupError):
                process.signal(signal.SIGKILL)
            process.popen.wait()


async def test_probes_and_metrics_answer(installation: Installation) -> None:
    process = await installation.serve()

    assert {path: await process.get(path) for path in PROBES} == dict.fromkeys(PROBES, 200)
    page = (await process.page("/metrics")).text
    families = {family.name for family in text_string_to_metric_families(page)}
    assert families >= METRICS


async def test_a_drained_process_leaves_nothing_to_be_read_again(
    installation: Installation,
) -> None:
    first = await installation.serve()
    first.signal(signal.SIGSTOP)
    await installation.send_people(PEOPLE_SENT)
    first.signal(signal.SIGCONT)
    await until_it(lambda: _some(installation))
    first.signal(signal.SIGSTOP)
    assert await installation.taken_in() < PEOPLE_SENT

    first.signal(signal.SIGTERM)
    first.signal(signal.SIGCONT)
    await until_it(lambda: _unready(first), seconds=1)
    assert await first.wait(seconds=DRAINED_SECONDS) == 0
    taken_in = await installation.taken_in()
    assert await installation.committed() == taken_in

    second = await installation.serve()
    await until_it(lambda: _done(second, PEOPLE_SENT - taken_in))
    assert "repeat" not in await records(second)
    second.signal(signal.SIGTERM)
    assert await second.wait(seconds=DRAINED_SECONDS) == 0
    assert await installation.committed() == PEOPLE_SENT


@pytest.mark.parametrize("program", ["scheduling", "feedback", "notifications", "relay"])
async def test_an_address_that_is_taken_is_told_before_anything_starts(program: str) -> None:
    nothing = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x",
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = {f"{program.upper()}_{n}": v for n, v in (nothing | {"PORT": port}).items()}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", program, "serve"],
            env=os.environ | given,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on" in done.stderr


async def records(process: Process) -> dict[str, float]:
    """How many people's records this process has read, by what became of them."""
    page = (await process.page("/metrics")).text
    return {
        sample.labels["result"]: sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == "parley_records_total" and sample.labels["topic"] == PEOPLE.name
    }


async def _some(installation: Installation) -> bool:
    return await installation.taken_in() > 0


async def _done(process: Process, count: int) -> bool:
    return (await records(process)).get("done", 0) == count


async def _unready(process: Process) -> bool:
    return await process.get("/readyz") != 200
