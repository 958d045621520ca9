"""A service's plumbing on a database of its own, with the tally for a domain."""

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.conformance.pooler import PgBouncer, pgbouncer, too_old
from tests.conformance.roles import Roles, roles_in
from tests.conformance.tally import (
    DDL,
    NOW,
    SERVICES,
    FixedClock,
    Plumbing,
    subscriptions,
    tally_store,
)

from parley_contracts.applications import CandidateContacted
from parley_contracts.cloudevents import encode
from parley_local.databases import Postgres


@pytest.fixture(params=SERVICES)
def plumbing(request: pytest.FixtureRequest) -> Plumbing:
    plumbing = Plumbing(request.param)
    plumbing.logs.configure("INFO", plumbing.service)
    return plumbing


@dataclass
class Bench:
    """A migrated database, a pool, and a batch shell over the tally."""

    plumbing: Plumbing
    dsn: str
    pool: Any
    store: Any
    clock: FixedClock = field(default_factory=FixedClock)

    def batch(self, run: Any = None, *, owned: bool = True) -> Any:
        given = subscriptions(self.plumbing, owned=owned)
        if run is not None:
            given = subscriptions(self.plumbing, run, owned=owned)
        return self.plumbing.batch.Batch(self.pool, self.store, given, self.clock)

    def record(
        self,
        offset: int,
        *,
        key: str = "ats:a",
        channel: str = "email",
        event_id: str | None = None,
        at: datetime | None = None,
        partition: int = 0,
    ) -> Any:
        encoded = encode(
            CandidateContacted(application_id=key, channel=channel),
            id=event_id or f"e{offset}",
            source="ats",
            time=at or NOW + timedelta(seconds=offset),
        )
        return self.plumbing.record.Record(
            encoded.topic,
            partition,
            offset,
            encoded.key.encode(),
            encoded.value,
            encoded.headers,
        )

    async def counts(self) -> dict[str, int]:
        rows = await self.pool.fetch(
            "select id, state->>'count' as n from tally where state is not null"
        )
        return {row["id"]: int(row["n"]) for row in rows}

    async def total(self) -> int:
        return sum((await self.counts()).values())

    async def letters(self) -> list[Any]:
        found: list[Any] = await self.pool.fetch("select * from dead_letter order by id")
        return found

    async def outgoing(self, event_type: str = "parley.application.updated.v1") -> list[Any]:
        found: list[Any] = await self.pool.fetch(
            "select * from outbox where type = $1 order by seq", event_type
        )
        return found

    async def answers(self) -> list[Any]:
        return await self.outgoing("parley.intake.record-rejected.v1")


@pytest.fixture
async def roles(database: str) -> AsyncIterator[Roles]:
    async with roles_in(database) as made:
        yield made


@pytest.fixture(scope="session")
async def template(postgres: Postgres) -> AsyncIterator[Callable[[Plumbing], Awaitable[str]]]:
    """A migrated database per service, made once, that tests copy."""
    made: dict[str, str] = {}

    async def of(plumbing: Plumbing) -> str:
        if plumbing.service not in made:
            name = f"template_{plumbing.service}_{secrets.token_hex(4)}"
            dsn = await postgres.create_database(name)
            wanted = plumbing.migrate.migrations(plumbing.service)
            await plumbing.migrate.migrate(dsn, wanted, applied_at=NOW)
            connection = await asyncpg.connect(dsn)
            await connection.execute(DDL)
            await connection.close()
            made[plumbing.service] = name
        return made[plumbing.service]

    yield of
    for name in made.values():
        await postgres.drop_database(name)


@pytest.fixture(scope="session")
def pooler(postgres: Postgres) -> Iterator[PgBouncer | None]:
    """Where `PARLEY_PGBOUNCER` names its program, the plumbing goes through it."""
    program = os.environ.get("PARLEY_PGBOUNCER")
    if not program:
        yield None
        return
    assert (trouble := too_old(program)) is None, trouble
    with (
        tempfile.TemporaryDirectory(prefix="parley-pgbouncer-", dir="/var/tmp") as folder,
        pgbouncer(program, postgres.dsn("postgres"), Path(folder)) as started,
    ):
        yield started


@pytest.fixture
async def bench(
    plumbing: Plumbing,
    postgres: Postgres,
    template: Callable[[Plumbing], Awaitable[str]],
    pooler: PgBouncer | None,
) -> AsyncIterator[Bench]:
    name = f"bench_{secrets.token_hex(6)}"
    dsn = await postgres.create_database(name, template=await template(plumbing))
    memory = plumbing.memory.Memory()
    address = dsn if pooler is None else pooler.of(dsn)
    pool = await plumbing.database.connect(address, size=10, name="test", opened=memory.forget)
    yield Bench(plumbing, dsn, pool, tally_store(plumbing).remembering(memory))
    await pool.close()
    await postgres.drop_database(name)
