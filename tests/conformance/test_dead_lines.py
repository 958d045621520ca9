"""A line that dies without a word holds nobody for longer than one answer takes."""

import asyncio
import struct
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka.errors import UnknownTopicOrPartitionError
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, SERVICES
from tests.faults.proxy import CLEAR, SILENT, Proxy
from tests.support.until import until_it

from relay.kafka import Kafka
from relay.postgres import Row
from relay.relay import Relay

STORE = """
insert into outbox (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values ($1, 'a.topic', 'ats:a', 1, 'a.type', 'a-source', $2, 'x')
"""
ANSWER_SECONDS = 0.3
PATIENCE = 10
"""Seconds, after which something hangs."""


@pytest.fixture
async def proxy(bench: Bench) -> AsyncIterator[Proxy]:
    port = urlsplit(bench.dsn).port
    assert port is not None
    proxy = Proxy(port)
    await proxy.start()
    yield proxy
    await proxy.stop()


async def impatient_pool(
    bench: Bench, proxy: Proxy, monkeypatch: pytest.MonkeyPatch, *, size: int
) -> Any:
    database = bench.plumbing.database
    monkeypatch.setattr(database, "ANSWER_SECONDS", ANSWER_SECONDS)
    dsn = bench.dsn.replace(f":{proxy.target}/", f":{proxy.port}/")
    return await database.connect(dsn, size=size, name="dead lines")


async def test_of_a_pool_of_dead_lines_one_is_waited_for(
    bench: Bench, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await impatient_pool(bench, proxy, monkeypatch, size=4)
    for line in [await pool.acquire() for _ in range(4)]:
        await pool.release(line)

    proxy.turn(SILENT)
    proxy.turn(CLEAR)
    with pytest.raises(TimeoutError):
        await pool.fetchval("select 1")

    assert [await pool.fetchval("select 1") for _ in range(4)] == [1] * 4
    pool.terminate()


async def test_a_line_that_dies_in_somebodys_hands_is_given_back_all_the_same(
    bench: Bench, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another has died before, so that this one is to be closed; and its server does not take its leave."""
    pool = await impatient_pool(bench, proxy, monkeypatch, size=1)

    async with asyncio.timeout(PATIENCE):
        async with pool.acquire() as line:
            done = await line.fetchval("select 1")
            await pool.expire_connections()
            proxy.turn(SILENT)
        proxy.turn(CLEAR)
        assert (done, await pool.fetchval("select 2")) == (1, 2)
    pool.terminate()


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">I", len(body) + 4) + body


LOCK_AND_NO_END = (
    message(b"P", b"\0select id from side for update\0" + struct.pack(">H", 0))
    + message(b"B", b"\0\0" + struct.pack(">HHH", 0, 0, 0))
    + message(b"E", b"\0" + struct.pack(">I", 0))
)
"""Parse, Bind and Execute: the Sync that would end the statement went down with the line."""
LOCKED = """
select exists (select from pg_locks
    where relation = 'side'::regclass and mode = 'RowShareLock' and database = (
        select oid from pg_database where datname = current_database()))
"""


async def test_a_line_that_dies_in_the_middle_of_a_statement_gives_its_locks_back(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server waits for the rest of it, which is neither an idle transaction nor a statement that takes long."""
    await bench.pool.execute("insert into side (id) values ('ats:a')")
    other = await asyncpg.connect(bench.dsn)
    if other.get_server_version().major < bench.plumbing.database.KNOWS_TRANSACTION_TIMEOUT:
        await other.close()
        pytest.skip("this PostgreSQL ends no transaction for its age")
    monkeypatch.setattr(bench.plumbing.database, "TRANSACTION_SECONDS", 1)
    pool = await bench.plumbing.database.connect(bench.dsn, size=1, name="dead lines")
    async with asyncio.timeout(PATIENCE):
        line = await pool.acquire()
        await line.execute("begin")
        line._con._transport.write(LOCK_AND_NO_END)
        await until_it(lambda: other.fetchval(LOCKED))

        await other.execute("update side set version = 1")
    pool.terminate()
    await other.close()


class Deaf(Kafka):
    """A producer whose line is dead finds no topic; the next one does."""

    def __init__(self) -> None:
        super().__init__("nowhere:0")
        self.starts = 0
        self.sent: list[int] = []

    async def start(self) -> None:
        self.starts += 1

    async def stop(self) -> None:
        return

    async def send(self, topic: str, partition: int, rows: Sequence[Row]) -> list[int]:
        if self.starts < 2:
            raise UnknownTopicOrPartitionError
        self.sent += [row.seq for row in rows]
        return [row.seq for row in rows]


@pytest.mark.parametrize("plumbing", SERVICES[:1], indirect=True)
async def test_a_relay_that_finds_no_topic_twice_makes_another_producer(bench: Bench) -> None:
    broker = Deaf()
    relay = Relay(bench.dsn, broker)
    running = asyncio.create_task(relay.run())

    await bench.pool.execute(STORE, uuid.uuid4(), NOW)

    await until_it(lambda: _empty(bench), seconds=10)
    relay.stop()
    await running
    assert (broker.starts, len(broker.sent)) == (2, 1)


async def _empty(bench: Bench) -> bool:
    return bool(await bench.pool.fetchval("select not exists (select from outbox)"))
