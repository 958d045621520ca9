"""The commands an operator types, as they type them, on each service's own domain."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from tests.conformance.tally import Plumbing

from parley_contracts.topics import TOPICS

KEEP = """
insert into dead_letter (topic, partition, "offset", key, headers, value, reason, kept_at)
values ($1, 3, 17, 'ats:x', '[["ce_id", "ZTE="]]', 'not json', 'value is not JSON', $2)
returning id
"""


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    error: str

    @property
    def report(self) -> Any:
        return json.loads(self.out)


async def run(service: str, dsn: str | None, *arguments: str, **settings: str) -> Done:
    name = service.upper()
    given = {f"{name}_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    given |= {f"{name}_{one.upper()}": value for one, value in settings.items()}
    if dsn is not None:
        given[f"{name}_DATABASE_URL"] = dsn
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        service,
        *arguments,
        env=os.environ | given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return Done(process.returncode or 0, out.decode(), error.decode())


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
    assert "stays" in redriven.error
    assert "Traceback" not in redriven.error
    assert (discarded.status, again.status) == (0, 1)
    assert "no such dead letter" in again.error


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
