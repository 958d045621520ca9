"""The relay is woken by what it waits for, and does not find it at the next poll."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, SERVICES
from tests.support.until import until, until_it

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


async def _empty(pool: Any) -> bool:
    return bool(await pool.fetchval("select not exists (select from outbox)"))
