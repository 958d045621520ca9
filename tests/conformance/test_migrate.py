"""Migrations: each once, in order, however many start at the same time."""

import asyncio

import asyncpg
import pytest
from tests.conformance.tally import NOW, Plumbing


async def test_twice_at_once_applies_each_file_once(plumbing: Plumbing, database: str) -> None:
    wanted = plumbing.migrate.migrations(plumbing.service)

    applied = await asyncio.gather(
        *[plumbing.migrate.migrate(database, wanted, applied_at=NOW) for _ in range(4)]
    )

    names = [one.name for one in wanted]
    assert sorted(applied) == [[], [], [], names]


async def test_a_file_that_changed_after_it_was_applied_is_refused(
    plumbing: Plumbing, database: str
) -> None:
    migration = plumbing.migrate.Migration
    await plumbing.migrate.migrate(
        database, [migration("0001_a.sql", "create table a ()")], applied_at=NOW
    )

    with pytest.raises(plumbing.migrate.MigrationChanged, match="0001_a"):
        await plumbing.migrate.migrate(
            database, [migration("0001_a.sql", "create table b ()")], applied_at=NOW
        )


async def test_a_file_that_fails_leaves_nothing_behind(plumbing: Plumbing, database: str) -> None:
    migration = plumbing.migrate.Migration
    files = [migration("0001_a.sql", "create table a ()"), migration("0002_b.sql", "nonsense")]

    with pytest.raises(asyncpg.PostgresSyntaxError):
        await plumbing.migrate.migrate(database, files, applied_at=NOW)

    connection = await asyncpg.connect(database)
    assert await connection.fetchval("select to_regclass('a')") is None
    await connection.close()
