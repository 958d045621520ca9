"""What our ingest is held against: `python -m benchmarks.baselines raw | naive`.

Both take the records of the same topics, decode them by the same models, claim them in the same inbox,
and write as many rows and bytes and as many events as the service did for the same records (`Writes`,
which is counted on the service's own run). Neither knows a domain.

- raw: aiokafka and asyncpg in a loop, 500 records to a transaction, then the offset. The relay publishes.
- naive: a FastStream handler for each message, which publishes after its commit. What is usually written.
"""

import asyncio
import gc
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker

from parley_contracts import cloudevents
from parley_contracts.cloudevents import Received
from parley_contracts.event import Event
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import TOPICS, published_as
from scheduling.adapters import outbox
from scheduling.working_set import Outgoing

MAX_RECORDS = 500
MADE = """
create table raw_state (id text primary key, version int not null default 0, state jsonb)
"""
CLAIM = """
insert into inbox (source, id, digest, received_at)
select source, id, digest, now() from unnest($1::text[], $2::text[], $3::bytea[])
    as claim (source, id, digest)
on conflict do nothing
"""
PUT = """
insert into raw_state (id, state) select id, state from unnest($1::text[], $2::jsonb[])
    as fresh (id, state)
on conflict (id) do update set state = excluded.state, version = raw_state.version + 1
"""
PUT_ONE = """
insert into raw_state (id, state) values ($1, $2)
on conflict (id) do update set state = excluded.state, version = raw_state.version + 1
"""
CLAIM_ONE = "insert into inbox (source, id, digest, received_at) values ($1, $2, $3, now()) on conflict do nothing"


@dataclass(frozen=True, slots=True)
class Writes:
    """For each record on average, as counted on the service's own run."""

    rows: float
    states: Sequence[str]
    """Documents of rows that the service wrote, as many of each table as it wrote there: what a database
    has to read, to compress and to log is the same for both."""
    events: float
    samples: Sequence[tuple[str, str, str]]
    """Topic, type and data of events that the service published."""

    def keep(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> "Writes":
        found = json.loads(file.read_text(encoding="utf-8"))
        return cls(**found | {"samples": [tuple(one) for one in found["samples"]]})

    def models(self) -> list[Event]:
        return [
            TOPICS[topic].events[ce_type].model_validate_json(data)
            for topic, ce_type, data in self.samples
        ]


class Share:
    """So many for each record, in whole numbers, without losing the rest."""

    def __init__(self, each: float) -> None:
        self._each, self._owed = each, 0.0

    def of(self, records: int) -> int:
        self._owed += self._each * records
        whole = int(self._owed)
        self._owed -= whole
        return whole


class Work:
    """Rows and events in turn, the same for both baselines."""

    def __init__(self, writes: Writes) -> None:
        self._rows, self._events = Share(writes.rows), Share(writes.events)
        self._models = writes.models()
        self._states = itertools.cycle(writes.states)
        self._next = 0

    def states(self, decoded: Sequence[Received]) -> list[tuple[str, str]]:
        wanted = self._rows.of(len(decoded))
        keys = [one.subject for one in decoded]
        ids = {f"{keys[n % len(keys)]}/{n // len(keys)}" for n in range(wanted)}
        return [(one, next(self._states)) for one in sorted(ids)]

    def events(self, records: int) -> list[Event]:
        found = []
        for _ in range(self._events.of(records) if self._models else 0):
            found.append(self._models[self._next % len(self._models)])
            self._next += 1
        return found


@dataclass(frozen=True, slots=True)
class Place:
    dsn: str
    bootstrap: str
    prefix: str
    group: str
    topics: Sequence[str]
    writes: Writes

    @classmethod
    def given(cls) -> "Place":
        given = os.environ
        return cls(
            given["BENCH_DSN"],
            given["BENCH_KAFKA"],
            given["BENCH_PREFIX"],
            given["BENCH_GROUP"],
            given["BENCH_TOPICS"].split(","),
            Writes.read(Path(given["BENCH_WRITES"])),
        )

    @property
    def names(self) -> list[str]:
        return [self.prefix + one for one in self.topics]

    def decoded(self, one: ConsumerRecord) -> Received | None:
        topic = TOPICS[one.topic.removeprefix(self.prefix)]
        try:
            found = cloudevents.decode(topic, one.key, one.value, one.headers)
        except BrokenRecord:
            return None
        return found if isinstance(found, Received) else None


async def raw(place: Place, stopped: asyncio.Event) -> None:
    connection = await asyncpg.connect(place.dsn)
    consumer = AIOKafkaConsumer(
        *place.names,
        bootstrap_servers=place.bootstrap,
        group_id=place.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=6000,
    )
    work = Work(place.writes)
    await consumer.start()
    while not stopped.is_set():
        fetched = await consumer.getmany(timeout_ms=50, max_records=MAX_RECORDS)
        records = [one for own in fetched.values() for one in own]
        if not records:
            continue
        decoded = [found for one in records if (found := place.decoded(one)) is not None]
        async with connection.transaction():
            claims = sorted((one.source, one.id, one.digest) for one in decoded)
            await connection.execute(CLAIM, *columns(claims, 3))
            if states := work.states(decoded):
                await connection.execute(PUT, *columns(states, 2))
            now = datetime.now(UTC)
            outgoing = [
                Outgoing(event, now, decoded[number % len(decoded)].traceparent)
                for number, event in enumerate(work.events(len(decoded)))
            ]
            await outbox.append(connection, "bench/raw", outgoing)
        await consumer.commit({place: own[-1].offset + 1 for place, own in fetched.items() if own})
    await consumer.stop()
    await connection.close()


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[number] for row in rows] for number in range(width)]


async def naive(place: Place, stopped: asyncio.Event) -> None:
    pool = await asyncpg.create_pool(place.dsn, min_size=1, max_size=4)
    broker = KafkaBroker(place.bootstrap, apply_types=False)
    work = Work(place.writes)

    @broker.subscriber(
        *place.names,
        group_id=place.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.ACK,
        decoder=lambda message: message.raw_message,
        session_timeout_ms=6000,
    )
    async def handle(message: ConsumerRecord) -> None:
        one = place.decoded(message)
        if one is None:
            return
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(CLAIM_ONE, one.source, one.id, one.digest)
            for row_id, state in work.states([one]):
                await connection.execute(PUT_ONE, row_id, state)
        for event in work.events(1):
            topic, ce_type = published_as(type(event))
            await broker.publish(
                event.model_dump_json().encode(),
                place.prefix + topic.name,
                key=event.aggregate_id.encode(),
                headers={"ce_type": ce_type},
            )

    app = FastStream(broker)
    running = asyncio.create_task(app.run())
    await stopped.wait()
    app.exit()
    await running
    await pool.close()


async def main(run: Callable[[Place, asyncio.Event], Any]) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    await run(Place.given(), stopped)


if __name__ == "__main__":
    uvloop.run(main({"raw": raw, "naive": naive}[sys.argv[1]]))
