"""The database has the last word on what an outbox row may hold."""

import uuid

import asyncpg
import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW

from parley_contracts.cloudevents import MAX_EVENT_BYTES

STORE = """
insert into outbox (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values ($1, 'a.topic', 'ats:a', 0, 'a.type', 'a-source', $2, $3)
"""


async def test_the_database_itself_takes_no_row_over_64_kib(bench: Bench) -> None:
    await bench.pool.execute(STORE, uuid.uuid4(), NOW, b"x" * MAX_EVENT_BYTES)

    with pytest.raises(asyncpg.CheckViolationError):
        await bench.pool.execute(STORE, uuid.uuid4(), NOW, b"x" * (MAX_EVENT_BYTES + 1))

    assert await bench.pool.fetchval("select count(*) from outbox") == 1
