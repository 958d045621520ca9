"""Appends events to the `outbox` table; the relay moves them to Kafka.

The columns are a contract with the relay, and with Debezium's outbox router, which may replace it:
aggregatetype is the topic, aggregateid the record's key.
"""

import random
import time
from collections.abc import Sequence
from uuid import UUID

from feedback.adapters.database import Connection
from feedback.working_set import Outgoing
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import published_as

MAX_PAYLOAD = 65_536
"""Bytes. CloudEvents 1.0 asks intermediaries to forward 64 KiB and no more; brokers take 1 MiB."""

APPEND = """
with appended as (
    insert into outbox
        (id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent, payload)
    select * from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[],
        $7::timestamptz[], $8::text[], $9::bytea[])
)
select pg_notify('outbox', '')
"""


class EventTooLarge(Exception):
    """An event over 64 KiB is refused where it is made, not at the broker."""


def uuid7() -> UUID:
    """RFC 9562, section 5.7: 48 bits of milliseconds, then randomness: it identifies, and is no secret."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | random.getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


async def append(connection: Connection, source: str, events: Sequence[Outgoing]) -> None:
    if not events:
        return
    rows = [_row(source, one) for one in events]
    await connection.execute(APPEND, *[list(column) for column in zip(*rows, strict=True)])


def _row(source: str, outgoing: Outgoing) -> tuple[object, ...]:
    event = outgoing.event
    topic, ce_type = published_as(type(event))
    payload = event.model_dump_json().encode()
    if len(payload) > MAX_PAYLOAD:
        raise EventTooLarge(f"{ce_type} takes {len(payload)} bytes, over {MAX_PAYLOAD}")
    key = event.aggregate_id
    partition = partition_for(key.encode(), topic.partitions)
    at, trace = outgoing.at, outgoing.trace
    return uuid7(), topic.name, key, partition, ce_type, source, at, trace, payload
