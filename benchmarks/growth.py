"""The same ingest over ever more history: what is past must not cost those who come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from benchmarks.ingest import Ingest
from benchmarks.report import median
from benchmarks.rig import Stage

TABLES = {
    "scheduling": ("application", "person", "interview", "offer"),
    "feedback": ("application", "person", "round"),
    "notifications": ("application", "person", "dossier"),
}
INBOX = """
insert into inbox (source, id, digest, received_at)
select 'history', lpad(to_hex(n), 12, '0') || '-7000-8000-000000000000',
    int4send(n::int) || substr(sha256(int8send(n)), 1, 28), -- a second after each other
    now() - interval '1 day'
from generate_series($1::bigint, $2::bigint) as n
"""
LIVES = """
insert into {table} (id, state)
select id || '-h' || n, replace(replace(state::text, 'demo', 'h' || n || 'demo'), 'cand', 'h' || n || 'cand')::jsonb
from {table}, generate_series($1::int, $2::int) as n
where state is not null and id not like '%-h%'
"""
LIVES_SHARE = 20
"""One in so many rows of history is an aggregate; the others are what was taken in."""
AT_ONCE = 500_000


@dataclass(frozen=True, slots=True)
class Sample:
    rows: int
    rate: float
    cpu_us: float
    """Of the service and PostgreSQL together, for each record."""


async def measure(one: Ingest, sizes: tuple[int, ...], rounds: int) -> list[Sample]:
    """Each history stands on the one before; then all of them in turn."""
    await one.prepare()
    have = 0
    for rows in sizes:
        await lengthen(one, have, rows)
        have = rows
    samples: dict[int, list[Sample]] = {rows: [] for rows in sizes}
    for number in range(rounds):
        for rows in sizes:
            samples[rows].append(await once(one, number, rows))
    return [
        Sample(rows, median([s.rate for s in found]), median([s.cpu_us for s in found]))
        for rows, found in samples.items()
    ]


def kept(one: Ingest, rows: int) -> str:
    return f"{one.kept}_{rows}" if rows else one.kept


async def lengthen(one: Ingest, have: int, rows: int) -> None:
    async with one.rig.stage(one.service, one.day.ends_at, like=kept(one, have)) as stage:
        async with stage.connection() as connection:
            for first in range(have + 1, rows + 1, AT_ONCE):
                last = min(rows, first + AT_ONCE - 1)
                await connection.execute(INBOX, first, last, timeout=None)
            for table in TABLES[one.service]:
                own = await connection.fetchval(
                    f"select count(*) from {table} where id not like '%-h%'"  # noqa: S608 - our own table
                )
                copies = [
                    n // LIVES_SHARE // max(1, own) // len(TABLES[one.service])
                    for n in (have, rows)
                ]
                await connection.execute(
                    LIVES.format(table=table), copies[0] + 1, copies[1], timeout=None
                )
            await connection.execute("vacuum analyze", timeout=None)
            await connection.execute("checkpoint", timeout=None)
        await stage.keep_database(kept(one, rows))


async def once(one: Ingest, number: int, rows: int) -> Sample:
    """Days that the history has not seen."""
    async with consuming(one, rows) as stage:
        records = one.records(first=1000 + number * one.days)
        sample = await one.timed(stage, records)
    used = sum(cpu for name, cpu in sample.cpu.items() if name != "Kafka")
    return Sample(rows, sample.rate, 1e6 * used / sample.records)


@asynccontextmanager
async def consuming(one: Ingest, rows: int) -> AsyncIterator[Stage]:
    async with one.rig.stage(one.service, one.day.starts_at, like=kept(one, rows)) as stage:
        stage.add_service("consume")
        stage.add_relay()
        await stage.ready()
        await stage.until_joined()
        yield stage
