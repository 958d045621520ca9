"""A service that runs under the roles of `deploy/database/roles.sql`: each may do its part and nothing else."""

import asyncio

import asyncpg
import pytest
from tests.conformance.roles import ROLES, Roles
from tests.conformance.tally import NOW, Plumbing
from tests.support.typed import run
from tests.support.until import until_it

from parley_local.databases import Postgres
from parley_local.topics import Kafka
from relay.kafka import Kafka as Broker
from relay.relay import Relay

STORE = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values (gen_random_uuid(), 'sounds', 'ats:a', 0, 'sound', 'test', $1, 'x')
"""
WITHOUT = """
select oid::regclass::text from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not has_table_privilege(oid, $1)
"""


async def test_roles_are_named_after_their_database(postgres: Postgres, database: str) -> None:
    superuser = await asyncpg.connect(database)
    name = await superuser.fetchval("select current_database()")

    await superuser.execute(ROLES.read_text())

    query = "select rolname from pg_roles where starts_with(rolname, $1)"
    made = {one["rolname"] for one in await superuser.fetch(query, f"{name}_")}
    assert made == {f"{name}_{role}" for role in ("migrate", "serve", "read")}
    for role in made:
        await superuser.execute(f"drop owned by {role} cascade")
        await superuser.execute(f"drop role {role}")
    await superuser.close()


@pytest.fixture
async def migrated(plumbing: Plumbing, roles: Roles) -> Roles:
    done = await run(
        plumbing.service,
        roles.of("serve"),
        "migrate",
        database_direct_url=roles.of("migrate"),
    )
    assert done.status == 0, done.error
    return roles


async def test_the_service_works_and_makes_no_tables(plumbing: Plumbing, migrated: Roles) -> None:
    status = await run(plumbing.service, migrated.of("serve"), "status", "--json")
    assert status.status == 0, status.error

    serving = await asyncpg.connect(migrated.of("serve"))
    for right in ("select", "insert", "update", "delete"):
        assert await serving.fetch(WITHOUT, right) == []
    for forbidden in ("create table mine ()", "drop table outbox", "alter table inbox add x int"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await serving.execute(forbidden)
    assert await serving.fetchval("show idle_in_transaction_session_timeout") == "15s"
    await serving.close()


async def test_the_relay_makes_its_days_and_publishes(
    plumbing: Plumbing, migrated: Roles, kafka: Kafka, topic_prefix: str
) -> None:
    await kafka.create_topics([topic_prefix + "sounds"], partitions=1)
    relay = Relay(migrated.of("serve"), Broker(kafka.bootstrap, topic_prefix))
    running = asyncio.create_task(relay.run())
    serving = await asyncpg.connect(migrated.of("serve"))
    await serving.execute(STORE, NOW)

    async def sent() -> bool:
        return not await serving.fetchval("select count(*) from outbox")

    await until_it(sent)
    relay.stop()
    await running
    assert await serving.fetchval("select count(*) from published") == 1
    await serving.close()


async def test_who_reads_changes_nothing(plumbing: Plumbing, migrated: Roles) -> None:
    reading = await asyncpg.connect(migrated.of("read"))

    assert await reading.fetch(WITHOUT, "select") == []
    for forbidden in ("delete from outbox", "select make_published_day('2027-03-01')"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reading.execute(forbidden)
    await reading.close()
