"""The relay's side of the outbox contract: lock, read in order, move what was acked.

All of it runs on one connection: whoever loses the session has lost the lock, and with it the right
to read and to delete.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]
else:
    # Generic in the stubs only.
    Connection = asyncpg.Connection

COLUMNS = {
    "outbox": {
        "seq": "bigint",
        "id": "uuid",
        "aggregatetype": "text",
        "aggregateid": "text",
        "partition": "smallint",
        "type": "text",
        "source": "text",
        "occurred_at": "timestamp with time zone",
        "traceparent": "text",
        "payload": "bytea",
    },
}
COLUMNS["published"] = COLUMNS["outbox"] | {"published_at": "timestamp with time zone"}

DESCRIBE = """
select table_name, column_name, data_type from information_schema.columns
where table_schema = current_schema() and table_name in ('outbox', 'published')
"""
TRY_LOCK = "select pg_try_advisory_lock(hashtext('parley.relay'))"
READ = """
select seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent,
    payload
from outbox
where aggregatetype || ':' || partition <> all($1::text[])
order by seq
limit $2
"""
MOVE = """
with gone as (
    delete from outbox where seq = any($1::bigint[])
    returning seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at,
        traceparent, payload
)
insert into published (seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at,
    traceparent, payload, published_at)
select seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent,
    payload, $2
from gone
"""
AGAIN = """
with lost as (
    select seq, published_at from published
    where published_at >= $1 and published_at < $2 order by seq limit $3
), again as (
    delete from published using lost
    where published.seq = lost.seq and published.published_at = lost.published_at
    returning published.seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at,
        traceparent, payload
), back as (
    insert into outbox (seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at,
        traceparent, payload) overriding system value
    select * from again
    on conflict do nothing
)
select count(*) as rows, pg_notify('outbox', '') from again
"""
BACKLOG = "select count(*) as rows, min(occurred_at) as oldest_at from outbox"
MAKE_DAY = "select make_published_day($1)"
KNOWS_TRANSACTION_TIMEOUT = 17
TRANSACTION_TIMEOUT = "set transaction_timeout = '30s'"
"""A line may die in the middle of a statement: the server starts no other clock then, and the lock would be held."""
SOON = "set local lock_timeout = '1s'"
DROP_DAYS = "select drop_published_before($1)"

AT_ONCE = 5000
"""Rows that one transaction puts back."""
KEPT_DAYS = 7
"""Wall time. Long enough to heal a broker that lost what it had acked."""


class NoOutboxYet(Exception):
    """The service's migrations have not run: it is waited for them."""


class OutboxContractBroken(Exception):
    """The database's outbox is not the one this relay knows: migrate the service, or the relay."""


@dataclass(frozen=True, slots=True)
class Row:
    seq: int
    id: UUID
    aggregatetype: str
    aggregateid: str
    partition: int
    type: str
    source: str
    occurred_at: datetime
    traceparent: str | None
    payload: bytes


Password = Callable[[], str]
"""Asked for each connection."""


def password_in(path: Path | None) -> Password | None:
    """From a file, which may be changed under us; None: as the address says."""
    return None if path is None else lambda: path.read_text().strip()


async def connect(dsn: str, password: Password | None = None) -> Connection:
    """A session that the server ends when its holder is frozen, so that the lock comes free."""
    settings = {"idle_session_timeout": "15s", "application_name": "relay", "timezone": "UTC"}
    keepalive = {
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "20s",
    }
    connection = await asyncpg.connect(
        dsn,
        password=password,
        timeout=10,
        command_timeout=15,
        server_settings=settings | keepalive,
    )
    if connection.get_server_version().major >= KNOWS_TRANSACTION_TIMEOUT:
        await connection.execute(TRANSACTION_TIMEOUT)
    return connection


async def check_columns(connection: Connection) -> None:
    found: dict[str, dict[str, str]] = {}
    for record in await connection.fetch(DESCRIBE):
        columns = found.setdefault(record["table_name"], {})
        columns[record["column_name"]] = record["data_type"]
    if not found:
        raise NoOutboxYet
    for table, columns in COLUMNS.items():
        if found.get(table) != columns:
            odd = sorted(set(columns.items()) ^ set(found.get(table, {}).items()))
            raise OutboxContractBroken(f"{table}: {odd}")


async def try_lock(connection: Connection) -> bool:
    locked: bool = await connection.fetchval(TRY_LOCK)
    return locked


async def read(connection: Connection, *, without: Sequence[str], limit: int) -> list[Row]:
    """The oldest rows by commit order per key, leaving out the `topic:partition`s named."""
    return [Row(**record) for record in await connection.fetch(READ, without, limit)]


async def move(connection: Connection, seqs: Sequence[int], *, published_at: datetime) -> None:
    await connection.execute(MOVE, seqs, published_at)


async def republish(connection: Connection, *, since: datetime, until: datetime) -> int:
    """Puts back into the outbox, under their own ids and in their order, the rows that were published in
    [since, until): for a broker that lost what it had acknowledged. Consumers know those that they have.
    """
    found = 0
    while rows := await connection.fetchval(AGAIN, since, until, AT_ONCE):
        found += rows
    return found


async def backlog(connection: Connection) -> tuple[int, datetime | None]:
    record = await connection.fetchrow(BACKLOG)
    if record is None:
        return 0, None
    return record["rows"], record["oldest_at"]


async def keep_days(connection: Connection, *, today: date) -> bool:
    """Partitions of `published` for today and tomorrow; those past keeping are dropped.

    False where somebody reads `published` for long (a dump): nothing but today's waits for its end.
    """
    await connection.execute(MAKE_DAY, today)
    try:
        async with connection.transaction():
            await connection.execute(SOON)
            await connection.execute(MAKE_DAY, today + timedelta(days=1))
            await connection.execute(DROP_DAYS, today - timedelta(days=KEPT_DAYS))
    except asyncpg.LockNotAvailableError:
        return False
    return True


def today(wall: datetime) -> date:
    return wall.astimezone(UTC).date()
