"""What could not be taken in: a row with its bytes and its reason, in the effect's transaction.

A dead letter is never republished. `redrive` runs it through the shell past its claim; `discard` ends
it. Whoever owns a topic's intake answers its writer with `RecordRejected`. Who is erased takes along
the letters that name them.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from feedback.adapters.database import Connection
from feedback.adapters.record import Record
from feedback.adapters.table import Table
from feedback.working_set import KeptRecords

KEEP = """
insert into dead_letter
    (topic, partition, "offset", key, headers, value, source, event_id, field, reason, kept_at)
select topic, partition, "offset", key, headers, value, source, event_id, field, reason, $11
from unnest($1::text[], $2::int[], $3::bigint[], $4::bytea[], $5::jsonb[], $6::bytea[],
        $7::text[], $8::text[], $9::text[], $10::text[])
    as l (topic, partition, "offset", key, headers, value, source, event_id, field, reason)
on conflict (topic, partition, "offset") do nothing
returning topic, partition, "offset"
"""
LIST = """
select id, topic, partition, "offset", source, event_id, field, reason, kept_at from dead_letter
where id > $1 and ($2::text is null or topic = $2) and ($3::text is null or reason = $3)
order by id
limit $4
"""
IDS = """
select id from dead_letter
where ($1::text is null or topic = $1) and ($2::text is null or reason = $2)
order by id
"""
SHOW = """
select id, topic, partition, "offset", key, headers, value, source, event_id, field, reason, kept_at
from dead_letter where id = $1
"""
TAKE = """
delete from dead_letter where id = $1
returning topic, partition, "offset", key, headers, value
"""
DISCARD = "delete from dead_letter where id = $1 returning id"
COUNT = "select count(*) from dead_letter"
MOST_LISTED = 10_000
KEPT_RECORDS = Table(
    name="kept_records",
    type=KeptRecords,
    lock="""
select id, 0 as version, jsonb_build_object('id', id) as state
from unnest($1::text[]) as id order by id
""",
    insert="select unnest($1::text[]) as id where $2::jsonb[] is null",
    delete="""
delete from dead_letter
where topic in ('ats.people.v1', 'ats.interviewers.v1', 'ats.busy.v1')
    and key in (select convert_to(id, 'UTF8') from unnest($1::text[]) as id)
""",
)
"""By person: what is keyed by someone names them, and goes with them. Nothing is ever put in."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    record: Record
    reason: str
    """Words without content: no value of a field stands in it."""
    field: str | None = None
    source: str | None = None
    event_id: str | None = None
    answered: bool = True
    """False for a bug of ours, which the writer can do nothing about."""


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    topic: str
    partition: int
    offset: int
    source: str | None
    event_id: str | None
    field: str | None
    reason: str
    kept_at: datetime


async def keep(
    connection: Connection, letters: Sequence[DeadLetter], *, kept_at: datetime
) -> list[DeadLetter]:
    """Returns those that were not kept before."""
    if not letters:
        return []
    records = [letter.record for letter in letters]
    made = await connection.fetch(
        KEEP,
        [record.topic for record in records],
        [record.partition for record in records],
        [record.offset for record in records],
        [record.key for record in records],
        [_headers_out(record) for record in records],
        [record.value for record in records],
        [letter.source for letter in letters],
        [letter.event_id for letter in letters],
        [letter.field for letter in letters],
        [letter.reason for letter in letters],
        kept_at,
    )
    places = {(row["topic"], row["partition"], row["offset"]) for row in made}
    return [letter for letter in letters if letter.record.place in places]


async def listed(
    connection: Connection,
    *,
    topic: str | None = None,
    reason: str | None = None,
    after: int = 0,
    limit: int = MOST_LISTED,
) -> list[Kept]:
    """The oldest of those after that id."""
    rows = await connection.fetch(LIST, after, topic, reason, limit)
    return [Kept(**row) for row in rows]


async def ids(
    connection: Connection, *, topic: str | None = None, reason: str | None = None
) -> list[int]:
    return [row["id"] for row in await connection.fetch(IDS, topic, reason)]


async def show(connection: Connection, letter_id: int) -> tuple[Kept, Record] | None:
    row = await connection.fetchrow(SHOW, letter_id)
    if row is None:
        return None
    kept = Kept(**{name: row[name] for name in Kept.__dataclass_fields__})
    return kept, _record(row)


async def take(connection: Connection, letter_id: int) -> Record | None:
    """Remove it and return its record; None where it is gone, so that a redrive has one effect."""
    row = await connection.fetchrow(TAKE, letter_id)
    return None if row is None else _record(row)


async def discard(connection: Connection, letter_id: int) -> bool:
    return await connection.fetchval(DISCARD, letter_id) is not None


async def count(connection: Connection) -> int:
    found: int = await connection.fetchval(COUNT)
    return found


def _headers_out(record: Record) -> str:
    """A NUL in a name, which jsonb refuses, is kept as the sign for it: no name of ours has one."""
    pairs = [
        [name.replace("\0", "\u2400"), None if value is None else base64.b64encode(value).decode()]
        for name, value in record.headers
    ]
    return json.dumps(pairs)


def _record(row: asyncpg.Record) -> Record:
    headers = tuple(
        (name, None if value is None else base64.b64decode(value))
        for name, value in json.loads(row["headers"])
    )
    return Record(row["topic"], row["partition"], row["offset"], row["key"], row["value"], headers)
