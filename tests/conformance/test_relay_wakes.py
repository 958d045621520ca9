"""The relay is woken by what it waits for, and does not find it at the next poll."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, SERVICES
from tests.support.until import turns, until, until_it

from parley_local.topics import Kafka as Brokers
from relay import postgres
from relay import relay as relaying
from relay.kafka import Kafka
from relay.postgres import Connection, Row
from relay.relay import Relay

STORE = """
with stored as (
    insert into outbox
        (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
    select id, 'a.topic', 'ats:a', partition, 'a.type', 'a-source', $3, 'x'
    from unnest($1::uuid[], $2::smallint[]) as row (id, partition)
)
select pg_notify('outbox', '')
"""


class SlowBroker(Kafka):
    """Acks a partition's batch when it is told to."""

    def __init__(self) -> None:
        super().__init__("nowhere:0")
        self.asked: set[int] = set()
        self.acks: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.acked: set[int] = set()

    async def start(self) -> None:
        return

    async def stop(self) -> None:
        return

    async def send(self, topic: str, partition: int, rows: Sequence[Row]) -> list[int]:
        self.asked.add(partition)
        await self.acks[partition].wait()
        self.acked.add(partition)
        return [row.seq for row in rows]


@pytest.mark.parametrize("plumbing", SERVICES[:1], indirect=True)
async def test_an_ack_that_comes_while_another_is_stored_is_seen_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relaying, "POLL_SECONDS", 3600.0)
    broker, move = SlowBroker(), postgres.move

    async def move_while_the_other_is_acked(
        connection: Connection, seqs: Sequence[int], *, published_at: datetime
    ) -> None:
        broker.acks[2].set()
        await until(lambda: 2 in broker.acked)
        await move(connection, seqs, published_at=published_at)

    monkeypatch.setattr(postgres, "move", move_while_the_other_is_acked)
    relay = Relay(bench.dsn, broker)
    running = asyncio.create_task(relay.run())
    await bench.pool.execute(STORE, [uuid.uuid4(), uuid.uuid4()], [1, 2], NOW)
    await until(lambda: broker.asked == {1, 2})

    broker.acks[1].set()
    await until_it(lambda: _empty(bench.pool), seconds=10)

    relay.stop()
    await running


async def test_a_pause_is_not_ended_by_an_ack(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the air lands while a database that is away is waited for."""
    tries = 0

    async def away(*_: object) -> Connection:
        nonlocal tries
        tries += 1
        raise OSError

    monkeypatch.setattr(postgres, "connect", away)
    relay = Relay("nowhere", SlowBroker())
    running = asyncio.create_task(relay.run())
    await until(lambda: tries == 1)

    relay._wake.set()
    await turns(50)

    assert tries == 1
    relay.stop()
    await running


@pytest.mark.parametrize("plumbing", SERVICES[:1], indirect=True)
async def test_a_partition_that_cannot_be_sent_to_keeps_nobody_else(bench: Bench) -> None:
    """A topic that somebody made with too few of them, say."""

    class FewPartitions(SlowBroker):
        async def send(self, topic: str, partition: int, rows: Sequence[Row]) -> list[int]:
            if partition == 1:
                self.asked.add(partition)
                raise AssertionError("Unrecognized partition")
            return await super().send(topic, partition, rows)

    broker = FewPartitions()
    broker.acks[2].set()
    relay = Relay(bench.dsn, broker)
    running = asyncio.create_task(relay.run())
    await bench.pool.execute(STORE, [uuid.uuid4(), uuid.uuid4()], [1, 2], NOW)

    async def only_the_first_is_left() -> bool:
        left = await bench.pool.fetch("select partition from outbox")
        return [row["partition"] for row in left] == [1]

    await until_it(only_the_first_is_left, seconds=10)
    assert (1 in broker.asked, running.done()) == (True, False)
    relay.stop()
    await running


@pytest.mark.parametrize("plumbing", SERVICES[:1], indirect=True)
async def test_somebody_who_reads_what_was_published_does_not_hold_up_what_comes(
    bench: Bench,
) -> None:
    """A dump, over midnight: tomorrow's partition cannot be made before it ends, and nobody needs it yet."""
    async with bench.pool.acquire() as connection:
        await postgres.keep_days(connection, today=NOW.date())
    broker = SlowBroker()
    broker.acks[1].set()
    relay = Relay(bench.dsn, broker, wall=lambda: NOW + timedelta(days=1))
    async with bench.pool.acquire() as dump, dump.transaction():
        await dump.execute("lock table published in access share mode")
        running = asyncio.create_task(relay.run())
        await bench.pool.execute(STORE, [uuid.uuid4()], [1], NOW)

        await until_it(lambda: _empty(bench.pool), seconds=10)
    relay.stop()
    await running


@pytest.mark.kafka
async def test_a_producer_whose_own_task_has_ended_is_known(kafka: Brokers) -> None:
    """It would refuse everything from then on, and its client is fine."""
    producing = Kafka(kafka.bootstrap)
    await producing.start()
    ended_before = producing.ended
    sending = producing._producer._sender.sender_task  # type: ignore[union-attr]  # it has just been started
    while not sending.done():
        sending.cancel()
        await turns(1)

    ended = producing.ended
    await producing.stop()
    assert (ended_before, ended) == (False, True)


async def _empty(pool: Any) -> bool:
    return bool(await pool.fetchval("select not exists (select from outbox)"))
