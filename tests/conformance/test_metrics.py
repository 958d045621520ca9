"""What a service tells of itself after a day in small: every metric, each with a bounded number of series."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from tests.conformance.stage import Process
from tests.conformance.tally import NOW, Plumbing
from tests.conformance.test_link_keys import public_key, write_keys
from tests.conformance.test_serve import Installation
from tests.support.until import turns, until_it

from parley_contracts.cloudevents import encode
from parley_contracts.people import PersonUpserted
from parley_contracts.topics import PEOPLE, consumed_by
from parley_local.topics import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

MOST_SERIES = 200
PAGES = {"scheduling": "book", "feedback": "review", "notifications": "home"}
LABELS = {"topic", "result", "reason", "where", "kind", "loop", "page", "status", "le", "by"}
LABELS |= {"service", "version", "setting", "kid"}
NEVER_HERE = {
    "parley_refusals",
    "parley_outages",
    "parley_revision_gaps",
    "parley_certificate_expiry_timestamp_seconds",
    "parley_mails",
    "parley_mails_unsent",
    "parley_mails_unsent_oldest_seconds",
    "parley_mail_held",
}
"""Of what this run has none of, the name alone is there."""
FILL = """
insert into timer (kind, aggregate_id, due_at, parked_reason, parked_at)
values ('x', 'ats:1', $1, 'KeyError', $1)
"""


@pytest.fixture
async def installation(
    plumbing: Plumbing, kafka: Kafka, database: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Installation]:
    service = plumbing.service
    await plumbing.migrate.migrate(database, plumbing.migrate.migrations(service), applied_at=NOW)
    await kafka.create_topics([topic_prefix + topic.name for topic in consumed_by(service)])
    keys = tmp_path / "public.json"
    write_keys(keys, public_key("first"))
    given = {"LINK_KEYS": str(keys)}
    found = Installation(plumbing, kafka, database, topic_prefix, tmp_path, given)
    yield found
    for process in found.processes:
        process.popen.kill()
        process.popen.wait()


async def send(installation: Installation, records: Sequence[tuple[bytes, Any, Any]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=installation.kafka.bootstrap, acks="all")
    await producer.start()
    try:
        for key, value, headers in records:
            topic = installation.prefix + PEOPLE.name
            await producer.send_and_wait(topic, key=key, value=value, headers=headers)
    finally:
        await producer.stop()


def person(number: int) -> tuple[bytes, Any, Any]:
    event = PersonUpserted(person_id=f"ats:{number}", name="Per Son")
    record = encode(event, id=f"e{number}", source="ats", time=NOW)
    return record.key.encode(), record.value, list(record.headers)


async def families(process: Process) -> Mapping[str, Metric]:
    page = (await process.page("/metrics")).text
    return {family.name: family for family in text_string_to_metric_families(page)}


def value(found: Mapping[str, Metric], sample: str, **labels: str) -> float:
    return sum(
        one.value
        for family in found.values()
        for one in family.samples
        if one.name == sample and labels.items() <= one.labels.items()
    )


async def scripted(installation: Installation) -> Mapping[str, Metric]:
    """A person twice, a broken record, an erasure, a parked timer, a visitor with a bad link."""
    connection = await asyncpg.connect(installation.dsn)
    await connection.execute(FILL, NOW)
    await connection.close()
    await send(
        installation, [person(1), person(1), person(2), (b"ats:3", b"{", []), (b"ats:2", None, [])]
    )
    process = await installation.serve()
    page = PAGES[installation.plumbing.service]
    for path in (f"/{page}/ats:i/ats:p?token=odd", "/home/home/ats:p?token=odd", "/nowhere"):
        await process.get(path)

    async def seen() -> bool:
        found = await families(process)
        done = value(found, "parley_erasure_seconds_count") == 1
        figures = value(found, "parley_timers_parked") == 1
        lag = found["parley_consumer_lag_records"].samples
        return done and figures and bool(lag)

    await until_it(seen, seconds=60)
    return await families(process)


async def test_after_a_scripted_run_every_metric_is_there(installation: Installation) -> None:
    found = await scripted(installation)
    own = {name: family for name, family in found.items() if name.startswith("parley_")}
    silent = {name for name, family in own.items() if not family.samples}
    service = installation.plumbing.service

    assert silent <= NEVER_HERE | {"parley_dead_letters", "parley_timers"}, silent
    assert sum(len(family.samples) for family in own.values()) <= MOST_SERIES
    assert value(found, "parley_records_total", topic=PEOPLE.name, result="repeat") == 1
    assert value(found, "parley_event_latency_seconds_count", topic=PEOPLE.name) == 2
    assert value(found, "parley_tokens_refused_total", reason="unknown") >= 1
    assert value(found, "parley_http_requests_total", page=PAGES[service], status="4xx") >= 1
    assert value(found, "parley_http_requests_total", page="none", status="4xx") >= 1
    assert value(found, "parley_rebalances_total") >= 1
    assert value(found, "parley_build_info", service=service) == 1
    assert value(found, "parley_link_key_loaded", kid="first") == 1
    assert not value(found, "parley_http_requests_total", page="metrics")


def test_no_label_holds_an_id_or_an_address(plumbing: Plumbing) -> None:
    labels = {
        label
        for family in plumbing.metrics.REGISTRY.collect()
        for sample in family.samples
        for label in sample.labels
    }
    assert labels <= LABELS


async def test_a_topic_is_counted_from_the_start(plumbing: Plumbing) -> None:
    """A day without a record is seen on the first day too."""
    consumer = plumbing.consumer.Consumer("127.0.0.1:1", "nobody", ["never.heard"], ingest=None)
    running = asyncio.create_task(consumer.run())
    await turns(1)
    consumer.stop()
    await running

    labels = {"topic": "never.heard", "result": "done"}
    assert plumbing.metrics.REGISTRY.get_sample_value("parley_records_total", labels) == 0
