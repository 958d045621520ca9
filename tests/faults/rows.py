"""Events that a scenario puts into an outbox itself: of the intake topic, which tells writers and changes nothing."""

from collections.abc import Iterable

import asyncpg
from tests.faults.world import World

from parley_contracts.intake import RecordRef, RecordWaiting
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import published_as

INSERT = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent, payload)
values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, null, $7)
"""
LEFT = "select count(*) from outbox where aggregateid = any($1)"


async def insert(world: World, service: str, keys: Iterable[str]) -> None:
    connection = await asyncpg.connect(world.system.dsns[service])
    try:
        async with connection.transaction():
            await connection.executemany(INSERT, [a_row(world, service, key) for key in keys])
            await connection.execute("select pg_notify('outbox', '')")
    finally:
        await connection.close()


async def left(world: World, service: str, keys: Iterable[str]) -> int:
    """How many of them are not on Kafka yet."""
    connection = await asyncpg.connect(world.system.dsns[service])
    try:
        found: int = await connection.fetchval(LEFT, list(keys))
        return found
    finally:
        await connection.close()


def a_row(world: World, service: str, key: str) -> tuple[object, ...]:
    event = RecordWaiting(
        key=key,
        record=RecordRef(topic="ats.busy.v1", partition=0, offset=0),
        missing="interviewer",
        missing_id=key,
        since=world.clock.now(),
    )
    topic, ce_type = published_as(type(event))
    partition = partition_for(event.aggregate_id.encode(), topic.partitions)
    payload = event.model_dump_json().encode()
    at, source = world.clock.now(), f"parley/{service}"
    return topic.name, event.aggregate_id, partition, ce_type, source, at, payload
