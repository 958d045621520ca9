"""The relay beside each copy of the outbox: what it checks, writes, keeps and tells."""

import asyncio
import json
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import asyncpg
import pytest
from tests.conformance.conftest import Bench
from tests.conformance.stage import Process, Stage, stage_on
from tests.conformance.tally import NOW, Plumbing, Tally, counted
from tests.support.until import until_it

from parley_contracts.cloudevents import Received, decode
from parley_contracts.topics import CANDIDATE_UPDATES
from parley_local.databases import Postgres
from parley_local.topics import Kafka
from relay import postgres as relaying
from relay.kafka import Kafka as Broker
from relay.relay import OUTAGES, Relay
from scheduling.adapters import transaction

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
EVENT_ID = uuid.UUID("0195a3f0-0000-7000-8000-000000000001")
STORE = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent, payload)
values ($1, 'parley.applications.v1', 'ats:a', 5, 'parley.application.updated.v1', 'test/relay',
    $2, $3, $4)
"""
MANY = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
select gen_random_uuid(), 'parley.applications.v1', 'ats:' || n % 7, n % 7,
    'parley.application.updated.v1', 'test/relay', $2, 'x'
from generate_series(1, $1::int) as n
"""
WAITING = "select seq, id, aggregateid from outbox order by seq"
TEN_YEARS = timedelta(days=3650)
"""Long ago on every machine: what is published is dated by the wall, and is sent again up to its now."""
DAYS = """
select relid::text from pg_partition_tree('published') where isleaf order by relid::text
"""


@pytest.mark.parametrize(
    "change",
    [
        "alter table outbox drop column traceparent",
        "alter table outbox alter column traceparent type varchar(80)",
        "alter table published add column traceparent_too text",
    ],
)
async def test_an_outbox_that_is_another_is_not_touched(bench: Bench, change: str) -> None:
    await bench.pool.execute(change)

    with pytest.raises(relaying.OutboxContractBroken, match="traceparent"):
        async with asyncio.timeout(10):
            await Relay(bench.dsn, Broker("127.0.0.1:1")).run()


async def test_days_are_made_ahead_and_kept_for_a_week(bench: Bench) -> None:
    first = NOW.date()
    async with bench.pool.acquire() as connection:
        for number in range(10):
            await relaying.keep_days(connection, today=first + timedelta(days=number))

    days = [row[0] for row in await bench.pool.fetch(DAYS)]
    assert days == [f"published_{first + timedelta(days=n):%Y%m%d}" for n in range(2, 11)]


async def test_what_was_sent_can_be_sent_again_for_a_week(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(0)])
    seqs = [row["seq"] for row in await bench.outgoing()]

    async with bench.pool.acquire() as connection:
        await relaying.keep_days(connection, today=NOW.date())
        await relaying.move(connection, seqs, published_at=NOW)
        await relaying.keep_days(connection, today=NOW.date() + timedelta(days=7))
        kept = await connection.fetchval("select count(*) from published")
        await relaying.keep_days(connection, today=NOW.date() + timedelta(days=8))
        gone = await connection.fetchval("select count(*) from published")

    assert (kept, gone) == (1, 0)


def test_what_services_wait_for_the_relay_waits_for_too() -> None:
    """A relay that is ended by what passes by itself is started again with pauses that nobody chose."""
    assert set(transaction.OUTAGES) - set(transaction.COLLISIONS) <= set(OUTAGES)


@pytest.fixture
async def stage(kafka: Kafka, postgres: Postgres) -> AsyncIterator[Stage]:
    """The relay is one program: what it does on Kafka it does for all."""
    async with stage_on(Plumbing("scheduling"), kafka, postgres) as found:
        yield found


@pytest.mark.kafka
async def test_a_row_becomes_a_cloud_event_in_its_own_trace(stage: Stage) -> None:
    happened_at = NOW + timedelta(microseconds=120_000)
    event = counted(Tally("ats:a", count=1))
    connection = await asyncpg.connect(stage.dsn)
    payload = event.model_dump_json().encode()
    await connection.execute(STORE, EVENT_ID, happened_at, TRACE, payload)
    await connection.close()

    stage.relay()
    await until_it(lambda: _none_left(stage))

    (record,) = await stage.read(CANDIDATE_UPDATES.name)
    assert (record.partition, record.key, record.value) == (5, b"ats:a", payload)
    assert dict(record.headers) == {
        "ce_specversion": b"1.0",
        "ce_id": str(EVENT_ID).encode(),
        "ce_source": b"test/relay",
        "ce_type": b"parley.application.updated.v1",
        "ce_subject": b"ats:a",
        "ce_time": b"2027-03-01T09:00:00.120000Z",
        "content-type": b"application/json; charset=utf-8",
        "traceparent": TRACE.encode(),
    }
    read = decode(CANDIDATE_UPDATES, record.key, record.value, record.headers)
    assert isinstance(read, Received)
    assert (read.time, read.traceparent, read.data) == (happened_at, TRACE, event)


@pytest.mark.kafka
async def test_a_second_relay_stands_by_and_is_ready(stage: Stage) -> None:
    first = stage.relay()
    await first.until_ready()
    second = stage.relay()
    await second.until_ready()

    assert [await metric(one, "parley_relay_leading") for one in (first, second)] == [1, 0]
    for path in ("/livez", "/readyz", "/startupz"):
        assert [await one.get(path) for one in (first, second)] == [200, 200], path

    first.signal(signal.SIGTERM)
    assert await first.wait() == 0
    await until_it(lambda: _leads(second))
    assert await second.get("/readyz") == 200


@pytest.mark.kafka
async def test_a_relay_without_its_database_lives_and_is_not_ready(stage: Stage) -> None:
    relay = replace(stage, dsn="postgresql://nobody@127.0.0.1:1/nothing").relay()

    await until_it(lambda: _waits(relay))

    assert await relay.get("/livez") == 200
    assert [await relay.get(path) for path in ("/readyz", "/startupz")] == [503, 503]
    assert await metric(relay, "parley_relay_leading") == 0
    assert await metric(relay, "parley_relay_published_total") == 0
    assert await relay.get("/nothing") == 404


async def test_more_than_one_transaction_holds_is_sent_again_once(bench: Bench) -> None:
    early = NOW - TEN_YEARS
    later = early + timedelta(minutes=10)
    rows = relaying.AT_ONCE + 3
    async with bench.pool.acquire() as connection:
        await relaying.keep_days(connection, today=early.date())
        await connection.execute(MANY, rows + 2, NOW)
        all_of_them = await connection.fetch(WAITING)
        seqs = [row["seq"] for row in all_of_them]
        await relaying.move(connection, seqs[:2], published_at=early)
        await relaying.move(connection, seqs[2:], published_at=later)
        assert await connection.fetch(WAITING) == []

    assert [await republish(bench.dsn, since=later) for _ in range(2)] == [rows, 0]

    assert await bench.pool.fetch(WAITING) == all_of_them[2:]
    assert await bench.pool.fetchval("select count(*) from published") == 2


@pytest.mark.kafka
async def test_what_a_broker_lost_is_sent_again_under_its_own_ids_in_its_order(
    stage: Stage,
) -> None:
    connection = await asyncpg.connect(stage.dsn)
    payload = counted(Tally("ats:a", count=1)).model_dump_json().encode()
    ids = [uuid.uuid4() for _ in range(3)]
    for event_id in ids:
        await connection.execute(STORE, event_id, NOW, TRACE, payload)
    await connection.close()
    first = stage.relay()
    await until_it(lambda: _none_left(stage))
    first.signal(signal.SIGTERM)
    assert await first.wait() == 0

    assert await republish(stage.dsn, since=NOW - TEN_YEARS) == 3
    stage.relay()
    await until_it(lambda: _none_left(stage))

    records = await stage.read(CANDIDATE_UPDATES.name)
    assert [dict(record.headers)["ce_id"].decode() for record in records] == [
        str(event_id) for event_id in (*ids, *ids)
    ]


async def republish(dsn: str, *, since: datetime) -> int:
    """As an operator types it."""
    command = [sys.executable, "-m", "relay", "republish", "--since", since.isoformat()]
    program = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"RELAY_DATABASE_URL": dsn}, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await program.communicate()
    assert program.returncode == 0
    found: int = json.loads(said)["rows"]
    return found


async def metric(process: Process, name: str) -> float:
    """A metric with one series, as it is scraped."""
    page = (await process.page("/metrics")).text
    (value,) = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", page, re.MULTILINE)
    return float(value)


async def _leads(relay: Process) -> bool:
    return await metric(relay, "parley_relay_leading") == 1


async def _waits(relay: Process) -> bool:
    return await relay.get("/livez") != 0 and await metric(relay, "parley_relay_outages_total") > 0


async def _none_left(stage: Stage) -> bool:
    return await stage.unpublished() == 0
