"""The relay alone, which keeps what it published, beside bare `send_batch` of the same rows."""

import asyncio
import time
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from benchmarks.rig import BATCH_BYTES, Rig, Stage, send_all
from benchmarks.town import NOW
from parley_contracts.partitioning import partition_for
from relay.kafka import headers
from relay.postgres import Row

ROWS, KEYS, BYTES = 30_000, 1_000, 1_300
TOPIC = "parley.interviews.v1"
FILL = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent, payload)
select gen_random_uuid(), $1, key, place, 'parley.interview.booked.v1', 'parley/scheduling', now(),
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', payload
from unnest($2::text[], $3::smallint[], $4::bytea[]) as fresh (key, place, payload)
"""


def keys() -> list[str]:
    return [f"bench:int-{number % KEYS}" for number in range(ROWS)]


def payload(number: int) -> bytes:
    """As compressible as events are: mostly names of fields, some numbers."""
    text = "".join(f'"field_{n}":"value {number * n % 997}",' for n in range(60))
    return text.encode()[:BYTES]


async def ours(rig: Rig) -> float:
    """Rows a second, from commit to an empty outbox."""
    async with rig.stage("scheduling", NOW) as stage:
        stage.add_relay()
        await stage.ready()
        await fill(stage)
        began = time.perf_counter()
        await stage.until_done(0)
        return ROWS / (time.perf_counter() - began)


async def fill(stage: Stage) -> None:
    own = keys()
    places = [partition_for(key.encode(), 24) for key in own]
    async with stage.connection() as connection, connection.transaction():
        await connection.execute(FILL, TOPIC, own, places, [payload(n) for n in range(ROWS)])
        await connection.execute("notify outbox")


async def bare(rig: Rig) -> float:
    """The same rows from memory, a batch to a partition at a time."""
    async with rig.stage("scheduling", NOW) as stage:
        producer = AIOKafkaProducer(
            bootstrap_servers=rig.servers.kafka.bootstrap,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            compression_type="zstd",
        )
        await producer.start()
        try:
            rows: dict[int, list[Row]] = {}
            for number, key in enumerate(keys()):
                place = partition_for(key.encode(), 24)
                rows.setdefault(place, []).append(row(number, key, place))
            began = time.perf_counter()
            name = stage.prefix + TOPIC
            await asyncio.gather(
                *[
                    send_all(
                        producer,
                        name,
                        place,
                        [(one.aggregateid.encode(), one.payload, headers(one)) for one in own],
                    )
                    for place, own in rows.items()
                ]
            )
            return ROWS / (time.perf_counter() - began)
        finally:
            await producer.stop()


def row(number: int, key: str, place: int) -> Row:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    return Row(number, uuid4(), TOPIC, key, place, "parley.interview.booked.v1",
               "parley/scheduling", datetime.now(UTC), trace, payload(number))  # fmt: skip
