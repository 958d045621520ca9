"""A database is put back by ten minutes while Kafka goes on: found by `reconcile`, mended by `--heal`, and all agree again."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.faults.world import World, a_world

from parley_local.demo.system import SERVICES
from parley_local.servers import embedded

SEED = 3
INTERVIEWERS = 12
BEFORE, MEANWHILE = 3, 2
"""Applications whose interviews are booked before the copy is taken, and after it."""
COPY = "copy_of_{service}"
INTERVIEWS = "select id, state from interview where state is not null"
ROUNDS = "select id, state from round where state is not null"
CLOCKS = "select id, state from application where state is not null"
DOSSIERS = "select id, state from dossier where state is not null"
STANDING = """
select (select count(*) from outbox) + (select count(*) from published) as told,
    (select count(*) from inbox) as claimed,
    (select count(*) from timer where parked_at is not null) as parked,
    (select count(*) from dead_letter) as letters
"""
OWN = {
    "scheduling": {"parley.interviews.v1"},
    "feedback": {"parley.rounds.v1", "parley.applications.v1"},
    "notifications": {"parley.notifications.v1"},
}


@dataclass(frozen=True)
class Reconciled:
    status: int
    report: dict[str, Any]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with (
        tempfile.TemporaryDirectory(prefix="parley-put-back-") as folder,
        embedded(kafka_nodes=1, fsync=False) as servers,
    ):
        async with a_world(servers, Path(folder), seed=SEED, interviewers=INTERVIEWERS) as one:
            yield one


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.timeout(600)
async def test_databases_put_back_are_found_and_mended(world: World) -> None:
    """One service's after the other's, in the same world."""
    await world.say(world.ats.people())
    await world.say(world.ats.wave(BEFORE, world.clock.now()))
    await world.settle()
    for one in SERVICES:
        assert (await reconcile(world, one)).status == 0, one
    for one in SERVICES:
        await assert_found_and_mended(world, one)
    await assert_healed_once(world)


async def assert_found_and_mended(world: World, service: str) -> None:
    mailed_before = len(mails(world))
    await at_rest(world, service, copy)
    await world.say(world.ats.wave(MEANWHILE, world.clock.now()))
    await world.to(world.clock.now() + timedelta(minutes=10))
    booked_before = await state_of(world, "scheduling", INTERVIEWS)
    mailed = Counter(str(mail["Message-ID"]) for mail in mails(world))

    assert len(mails(world)) > mailed_before
    await halt(world, service)
    await put_back(world, service)
    found = await reconcile(world, service)
    healed = await reconcile(world, service, "--heal")
    await resume(world, service)
    await world.settle()

    assert found.status == 1, service
    assert set(found.report["behind_own_topic"]) == OWN[service]
    assert found.report["never_seen"], service
    assert (healed.status, healed.report["behind_own_topic"]) == (0, {}), healed.report
    assert set(healed.report["healed"]) == OWN[service]
    await assert_all_agree(world, set(booked_before))
    if service == "notifications":
        assert mailed == Counter(str(mail["Message-ID"]) for mail in mails(world))


async def assert_all_agree(world: World, interviews: set[str]) -> None:
    """Every reader has what the owner says, and nothing is missing."""
    owned = await state_of(world, "scheduling", INTERVIEWS)
    rounds = await state_of(world, "feedback", ROUNDS)
    clocks = await state_of(world, "feedback", CLOCKS)
    dossiers = await state_of(world, "notifications", DOSSIERS)
    seen_clocks = await state_of(world, "notifications", CLOCKS)
    assert owned.keys() == rounds.keys() == dossiers.keys() == interviews
    for key, interview in owned.items():
        dossier = dossiers[key]
        assert interview["status"] == dossier["interview"]["status"], key
        assert interview["revision"] == dossier["interview_revision"], key
        assert interview["revision"] == rounds[key]["source_revision"], key
        assert rounds[key]["revision"] == dossier["round_revision"], key
        assert rounds[key]["generation"] == (dossier["round"] or {}).get("generation", 1), key
    for key, clock in clocks.items():
        assert clock["revision"] == seen_clocks[key]["clock_revision"], key
    booked = [one for one in owned.values() if one["status"] in ("booked", "cancelled")]
    assert len(booked) == len(owned), Counter(one["status"] for one in owned.values())


async def assert_healed_once(world: World) -> None:
    before, mailed = await standing(world), len(mails(world))
    for one in SERVICES:
        clean = await reconcile(world, one)
        again = await reconcile(world, one, "--heal")
        assert (clean.status, again.status) == (0, 0), (one, clean.report, again.report)
        assert (again.report["healed"], again.report["taken_in_again"]) == ({}, {})
    await world.settle()
    assert await standing(world) == before
    assert len(mails(world)) == mailed
    assert all((row["parked"], row["letters"]) == (0, 0) for row in before.values())


def mails(world: World) -> list[Any]:
    return [one.message for one in world.mailbox.mails]


async def standing(world: World) -> dict[str, Mapping[str, int]]:
    found: dict[str, Mapping[str, int]] = {}
    for service in SERVICES:
        connection = await asyncpg.connect(world.system.dsns[service])
        row = await connection.fetchrow(STANDING)
        assert row is not None
        found[service] = dict(row)
        await connection.close()
    return found


async def state_of(world: World, service: str, query: str) -> dict[str, Any]:
    connection = await asyncpg.connect(world.system.dsns[service])
    try:
        return {row["id"]: json.loads(row["state"]) for row in await connection.fetch(query)}
    finally:
        await connection.close()


async def reconcile(world: World, service: str, *options: str) -> Reconciled:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        service,
        "reconcile",
        "--json",
        *options,
        env=os.environ | dict(world.programs[service].environment),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    assert out, error.decode()
    return Reconciled(process.returncode or 0, json.loads(out))


async def at_rest(world: World, service: str, act: Any) -> None:
    await halt(world, service)
    await act(world, service)
    await resume(world, service)


async def halt(world: World, service: str) -> None:
    for name in (service, f"relay-{service}"):
        await world.ended(name, signal.SIGTERM)


async def resume(world: World, service: str) -> None:
    for name in (service, f"relay-{service}"):
        await world.revive(name)
    await world.ready()


async def copy(world: World, service: str) -> None:
    postgres = world.servers.postgres
    await postgres.create_database(COPY.format(service=service), template=f"demo_{service}")


async def put_back(world: World, service: str) -> None:
    postgres = world.servers.postgres
    await postgres.drop_database(f"demo_{service}")
    await postgres.create_database(f"demo_{service}", template=COPY.format(service=service))
