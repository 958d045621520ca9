"""The commands an operator types, as they type them, on each service's own domain."""

import asyncio
import os
import secrets
import sys
from typing import Any

import asyncpg
import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import Plumbing
from tests.support.typed import run

from parley_contracts.topics import TOPICS
from parley_local.databases import Postgres

KEEP = """
insert into dead_letter (topic, partition, "offset", key, headers, value, reason, kept_at)
values ($1, 3, 17, 'ats:x', '[["ce_id", "ZTE="]]', 'not json', 'value is not JSON', $2)
returning id
"""


async def test_migrate_twice_then_status(plumbing: Plumbing, database: str) -> None:
    service = plumbing.service

    first = await run(service, database, "migrate")
    second = await run(service, database, "migrate")
    status = await run(service, database, "status", "--json")

    assert first.report["applied"][0] == "0001_plumbing.sql"
    assert second.report["applied"] == []
    assert status.status == 0, status.error
    assert (status.report["outbox"]["rows"], status.report["dead_letters"]) == (0, 0)


OWNED = {
    "scheduling": {"parley.interviews.v1": 0},
    "feedback": {"parley.rounds.v1": 0, "parley.applications.v1": 0},
    "notifications": {},
}


async def test_snapshot_names_the_topics_of_a_service(plumbing: Plumbing, database: str) -> None:
    await run(plumbing.service, database, "migrate")

    told = await run(plumbing.service, database, "snapshot", "--json")

    assert told.status == 0, told.error
    assert told.report["told"] == OWNED[plumbing.service]
    assert bool(told.report["notes"]) == (plumbing.service == "notifications")


async def test_dead_letters_are_listed_shown_redriven_and_discarded(
    plumbing: Plumbing, database: str
) -> None:
    service = plumbing.service
    await run(service, database, "migrate")
    topic = next(name for name, one in TOPICS.items() if one.intake_owner == service)
    connection = await asyncpg.connect(database)
    letter = str(await connection.fetchval(KEEP, topic, plumbing.clock.RealClock().now()))
    await connection.close()

    listed = await run(service, database, "dead-letters", "list")
    shown = await run(service, database, "dead-letters", "show", letter)
    redriven = await run(service, database, "dead-letters", "redrive", letter)
    discarded = await run(service, database, "dead-letters", "discard", letter)
    again = await run(service, database, "dead-letters", "discard", letter)

    assert [row["reason"] for row in listed.report] == ["value is not JSON"]
    assert "not json" not in listed.out
    assert shown.report["value"] == "not json"
    assert redriven.status == 1
    assert f"dead letter {letter} stays: the contracts refuse it as before" in redriven.out
    assert "Traceback" not in redriven.error
    assert (discarded.status, again.status) == (0, 1)
    assert f"there is no such dead letter: {letter}" in again.out


LETTERS = """
insert into dead_letter (topic, partition, "offset", key, headers, value, reason, kept_at)
select $1, 1, n, 'ats:x', '[["ce_id", "ZTE="]]', 'not json', 'reason ' || n % 2, $2
from generate_series(1, 250) as n
returning id
"""


async def test_thousands_of_dead_letters_are_told_apart_and_ended_together(bench: Bench) -> None:
    failed, topic = bench.plumbing.failed, next(iter(bench.batch().subscriptions.topics))
    rows = await bench.pool.fetch(LETTERS, topic, bench.clock.now())
    first = min(row["id"] for row in rows)

    async def listed(**chosen: Any) -> list[int]:
        found = await failed.letters(bench.pool, failed.Chosen(**chosen))
        return [one["id"] for one in found]

    after, other = await listed(after=first + 9), await listed(topic="ats.busy.v2")
    stay = await failed.redrive(bench.batch(), failed.Chosen(ids=[first]))
    half = await failed.discard(bench.pool, failed.Chosen(reason="reason 1"))
    rest = await failed.discard(bench.pool, failed.Chosen(topic=topic))

    assert after == list(range(first + 10, first + 250))
    assert other == await listed() == []
    assert (stay.status, stay.report) == (1, {"redriven": 0, "stay": 1})
    assert (half.status, half.report["discarded"]) == (0, 125)
    assert (rest.status, rest.report["discarded"]) == (0, 125)


@pytest.mark.parametrize("chosen", [(), ("17", "--topic", "ats.busy.v1")], ids=["none", "both"])
async def test_what_is_named_unclearly_ends_nothing(
    plumbing: Plumbing, database: str, chosen: tuple[str, ...]
) -> None:
    done = await run(plumbing.service, database, "dead-letters", "discard", *chosen)

    assert done.status == 2
    assert "Name the dead letters: either by ID" in done.error


PARK = """
insert into timer (kind, aggregate_id, due_at, parked_reason, parked_at)
values ('one', 'a', $1, 'KeyError', $1), ('one', 'b', $1, 'KeyError', $1), ('two', 'a', $1, 'KeyError', $1)
"""


async def test_parked_timers_are_listed_and_tried_again(bench: Bench) -> None:
    failed = bench.plumbing.failed
    await bench.pool.execute(PARK, bench.clock.now())

    async def left() -> list[str]:
        found = await failed.parked(bench.pool)
        return [f"{one['kind']} {one['aggregate_id']}" for one in found]

    before = await left()
    one = await failed.retry(bench.pool, "one", "a")
    after_one = await left()
    rest = await run(bench.plumbing.service, bench.dsn, "timers", "retry")

    assert before == ["one a", "one b", "two a"]
    assert one.report == {"due_again": 1}
    assert after_one == ["one b", "two a"]
    assert rest.out == "due again  2\n"
    assert await left() == []


async def test_migrate_waits_for_a_database_that_is_about_to_be_made(
    plumbing: Plumbing, postgres: Postgres
) -> None:
    service, name = plumbing.service, f"later_{secrets.token_hex(6)}"
    process = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", service, "migrate", "--wait", "60"],
        env=os.environ | {f"{service.upper()}_DATABASE_URL": postgres.dsn(name)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = await process.stdout.readline()
    await postgres.create_database(name)
    try:
        out, _ = await process.communicate()
    finally:
        await postgres.drop_database(name)

    assert b"database waits" in said
    assert process.returncode == 0, out
    assert b"0001_plumbing.sql" in out


async def test_missing_settings_are_named(plumbing: Plumbing) -> None:
    done = await run(plumbing.service, None, "status")

    assert done.status == 2
    assert f"{plumbing.service.upper()}_DATABASE_URL" in done.error
    assert "Traceback" not in done.error


@pytest.mark.parametrize("roles", ["web,what", ""])
async def test_an_unknown_role_is_refused(plumbing: Plumbing, roles: str) -> None:
    done = await run(plumbing.service, None, "serve", "--roles", roles)

    assert done.status == 2
    assert "no such role" in done.error


def test_what_kafka_is_asked_for_is_written_out(plumbing: Plumbing) -> None:
    """REL-09: none of these is left to a client's default."""
    consumer = plumbing.consumer.Consumer("a:1,b:2", "group", ["topic"], ingest=None, prefix="p-")
    consumer.prepare()
    subscriber = consumer._subscriber
    given = subscriber._connection_args

    assert subscriber.group_id == "group"
    assert subscriber.topic_names == ["p-topic"]
    assert given["auto_offset_reset"] == "earliest"
    assert given["enable_auto_commit"] is False
    assert given["isolation_level"] == "read_committed"
    assert given["session_timeout_ms"] == 45_000
    assert given["heartbeat_interval_ms"] == 3_000
    assert given["max_poll_interval_ms"] == 300_000
