"""Triggers that note, inside each transaction, what it adds to outbox and inbox: gone with it where it is rolled back.

They stand in the databases of a fault run only. What they hold is the truth that Kafka is compared with.
"""

from collections.abc import Mapping

import asyncpg
from tests.faults.history import Claimed, Emitted

INSTALL = """
create table witness_outbox (
    transaction xid8 not null, seq bigint not null, id uuid primary key, topic text not null,
    key text not null, type text not null, revision integer
);
create table witness_inbox (
    transaction xid8 not null, source text not null, id text not null, digest bytea not null
);
create function witness_outbox() returns trigger language plpgsql as $$
begin
    insert into witness_outbox
    select pg_current_xact_id(), seq, id, aggregatetype, aggregateid, type,
        (convert_from(payload, 'UTF8')::jsonb ->> 'revision')::integer
    from fresh
    -- What is put back to be published again was written before.
    on conflict do nothing;
    return null;
end
$$;
create function witness_inbox() returns trigger language plpgsql as $$
begin
    insert into witness_inbox
    select pg_current_xact_id(), source, id, digest from fresh;
    return null;
end
$$;
create trigger witness after insert on outbox referencing new table as fresh
    for each statement execute function witness_outbox();
create trigger witness after insert on inbox referencing new table as fresh
    for each statement execute function witness_inbox();
"""
EMITTED = """
select transaction::text::bigint as transaction, seq, id::text as id, topic, key, type, revision
from witness_outbox order by seq
"""
CLAIMED = """
select transaction::text::bigint as transaction, source, id, digest from witness_inbox
"""

DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


async def install(dsns: Mapping[str, str]) -> None:
    for dsn in dsns.values():
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(INSTALL)
        finally:
            await connection.close()


async def emitted(dsns: Mapping[str, str]) -> list[Emitted]:
    found = []
    for service, dsn in dsns.items():
        connection = await asyncpg.connect(dsn)
        try:
            found += [Emitted(service, **row) for row in await connection.fetch(EMITTED)]
        finally:
            await connection.close()
    return found


async def claimed(dsns: Mapping[str, str]) -> list[Claimed]:
    found = []
    for service, dsn in dsns.items():
        connection = await asyncpg.connect(dsn)
        try:
            found += [Claimed(service, **row) for row in await connection.fetch(CLAIMED)]
        finally:
            await connection.close()
    return found


async def deadlocks(dsns: Mapping[str, str]) -> dict[str, int]:
    """By service: how often PostgreSQL had to end a transaction because two waited for each other."""
    found = {}
    for service, dsn in dsns.items():
        connection = await asyncpg.connect(dsn)
        try:
            found[service] = await connection.fetchval(DEADLOCKS)
        finally:
            await connection.close()
    return found
