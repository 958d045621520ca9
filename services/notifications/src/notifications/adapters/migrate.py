"""Numbered SQL files, each applied once, in order, under an advisory lock."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

import asyncpg
import structlog

from notifications.adapters.database import Connection, Password, Pool

log = structlog.get_logger()

LOOK_SECONDS = 2.0
NOT_THERE_YET = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientResourcesError,
)
"""A server that starts, and whose roles and databases somebody is about to make."""

LOCK = "select pg_advisory_xact_lock(hashtext('parley.migrate'))"
MAKE = """
create table if not exists migration (
    name text primary key,
    sha256 text not null,
    applied_at timestamptz not null
)
"""
APPLIED = "select name, sha256 from migration"
RECORD = "insert into migration (name, sha256, applied_at) values ($1, $2, $3)"


class MigrationChanged(Exception):
    """A file that this database has applied reads differently now: put it back, add a new one."""


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations(package: str) -> list[Migration]:
    """The `NNNN_name.sql` files of a package's `migrations` folder, by number."""
    folder = files(package) / "migrations"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return [Migration(e.name, e.read_text()) for e in sorted(found, key=lambda e: e.name)]


async def migrate(
    dsn: str,
    wanted: Sequence[Migration],
    *,
    applied_at: datetime,
    password: Password | None = None,
) -> list[str]:
    """Apply what is missing, all or nothing; returns the names. Safe to run twice at once."""
    connection = await asyncpg.connect(dsn, password=password)
    try:
        async with connection.transaction():
            await connection.execute(LOCK)
            await connection.execute(MAKE)
            known = {row["name"]: row["sha256"] for row in await connection.fetch(APPLIED)}
            missing = [one for one in wanted if one.name not in known]
            for one in wanted:
                if known.get(one.name, one.sha256) != one.sha256:
                    raise MigrationChanged(one.name)
            for one in missing:
                await connection.execute(one.sql)
                await connection.execute(RECORD, one.name, one.sha256, applied_at)
            return [one.name for one in missing]
    finally:
        await connection.close()


async def pending(database: Pool | Connection, wanted: Sequence[Migration]) -> list[str]:
    """Names not applied yet; a service is not ready before they are."""
    if await database.fetchval("select to_regclass('migration')") is None:
        return [one.name for one in wanted]
    known = {row["name"] for row in await database.fetch(APPLIED)}
    return [one.name for one in wanted if one.name not in known]


async def run(
    dsn: str,
    package: str,
    *,
    applied_at: datetime,
    password: Password | None = None,
    patience: float = 0.0,
) -> dict[str, object]:
    """The operator's command: what was applied now, and how many there are. A server that is not there yet is waited
    for, for so many seconds.
    """
    wanted = migrations(package)
    loop = asyncio.get_running_loop()
    give_up = loop.time() + patience
    while True:
        try:
            applied = await migrate(dsn, wanted, applied_at=applied_at, password=password)
        except NOT_THERE_YET as outage:
            if loop.time() >= give_up:
                raise
            log.warning("database waits", because=type(outage).__name__)
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return {"applied": applied, "known": len(wanted)}
