"""What is done to the servers that the system stands on, a function each."""

import asyncio
import shutil
import signal
import time
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
from tests.faults import poison, rows, works
from tests.faults.world import UNREACHABLE, World

from parley_local.demo import system
from parley_local.demo.system import SERVICES

# Kafka


async def broker_restarts(world: World, times: int) -> None:
    """SIGTERM and start; every third time SIGKILL and start."""
    node = world.servers.kafka.nodes[0]
    for number in range(times):
        await asyncio.sleep(world.chance.uniform(2, 4))
        hard = number % 3 == 2
        await asyncio.to_thread(node.kill if hard else node.stop)
        world.harm["SIGKILL broker" if hard else "SIGTERM broker"] += 1
        await asyncio.to_thread(node.start)
        await world.ready()


async def broker_forgets(world: World, times: int) -> None:
    """An older copy of the broker's disk is put in its place, and healed as services/relay/README.md says."""
    relays = sorted(one for one in world.programs if one.startswith("relay"))
    node = world.servers.kafka.nodes[0]
    data, copy = node.folder / "data", node.folder / "copy"
    for _ in range(times):
        await asyncio.sleep(2)
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(shutil.copytree, data, copy)
        since = datetime.now(UTC)
        await asyncio.to_thread(node.start)
        await asyncio.sleep(4)
        await asyncio.to_thread(node.kill)
        for relay in relays:
            await world.ended(relay, signal.SIGTERM)
        await asyncio.to_thread(shutil.rmtree, data)
        await asyncio.to_thread(copy.rename, data)
        await asyncio.to_thread(node.start)
        world.harm["broker's disk put back"] += 1
        for service in SERVICES:
            await world.end(service, signal.SIGTERM)
        await world.ready(*SERVICES)
        await send_again(world, since)
        for relay in relays:
            await world.revive(relay)
        await world.ready()


async def send_again(world: World, since: datetime) -> None:
    lines = [line for at, line in world.lines if at >= since.timestamp()]
    await world.say(lines)
    for service, dsn in world.system.dsns.items():
        command = ["relay", "republish", "--since", since.isoformat()]
        given = {"RELAY_DATABASE_URL": dsn}
        await asyncio.to_thread(system.run_to_end, command, given, world.folder)
        world.harm[f"republish of {service}"] += 1


BACKLOG, DRAIN_SECONDS = 5_000, 60


async def broker_unreachable(world: World, times: int) -> None:
    """The broker is frozen for so many seconds; pages go on answering, and what has gathered is sent soon after."""
    await world.somebody_sees()
    node = world.servers.kafka.nodes[0]
    before = world.unanswered
    keys = [f"backlog:{number}" for number in range(min(BACKLOG, 20 * times))]
    node.pause()
    world.harm["seconds without a broker"] += times
    world.expects_nothing_for(times)
    await rows.insert(world, "scheduling", keys)
    world.harm["events gathered meanwhile"] += len(keys)
    over = time.monotonic() + times
    while time.monotonic() < over:
        if not await works.seen_again(world):
            world.note("api-errors", "a page did not answer while the broker was away")
        await asyncio.sleep(1)
    node.resume()
    began = time.monotonic()
    while await rows.left(world, "scheduling", keys):
        await asyncio.sleep(0.2)
    if (seconds := time.monotonic() - began) > DRAIN_SECONDS:
        world.note("backlog", f"{len(keys)} events took {seconds:.0f} s, not {DRAIN_SECONDS} s")
    if world.unanswered > before:
        world.note("api-errors", f"{world.unanswered - before} forms without an answer")
    await works.works_again(world, within=DRAIN_SECONDS)


async def leaders_fail(world: World, times: int) -> None:
    """Of three brokers one is killed, and comes back, in turn."""
    nodes = world.servers.kafka.nodes
    for number in range(times):
        await asyncio.sleep(world.chance.uniform(2, 4))
        node = nodes[number % len(nodes)]
        await asyncio.to_thread(node.kill)
        world.harm["SIGKILL broker of three"] += 1
        await asyncio.sleep(3)
        await asyncio.to_thread(node.start)
        await world.ready()


async def poison_flood(world: World, times: int) -> None:
    """Broken records of every kind among the good ones."""
    for number in range(times):
        bad = poison.record(number, world.clock.now())
        await world.producer.send_and_wait(
            world.system.prefix + poison.TOPIC,
            key=bad.key,
            value=bad.value,
            headers=list(bad.headers),
        )
        world.harm["broken records"] += 1


# PostgreSQL


async def database_restarts(world: World, times: int) -> None:
    """`pg_ctl -m immediate` and start; then as many connections as it allows are taken for a while."""
    postgres = world.servers.postgres
    for _ in range(times):
        await asyncio.sleep(world.chance.uniform(2, 4))
        await asyncio.to_thread(postgres.stop, "immediate")
        world.harm["immediate stops of PostgreSQL"] += 1
        await asyncio.to_thread(postgres.start)
        await world.ready()
    await connection_storm(world)


async def connection_storm(world: World) -> None:
    held: list[asyncpg.Connection[asyncpg.Record]] = []
    try:
        with suppress(*UNREACHABLE):
            while True:
                held.append(await asyncpg.connect(world.system.dsns["scheduling"], timeout=5))
        world.harm["connections taken"] += len(held)
        await asyncio.sleep(5)
    finally:
        await asyncio.gather(*[one.close() for one in held], return_exceptions=True)
    await world.ready()


COLLIDE = """
create function collide() returns trigger language plpgsql as $$
begin
    if random() < {share} then
        raise exception 'a collision' using errcode = '{code}';
    end if;
    return null;
end
$$;
create trigger collide after insert on {table} for each statement execute function collide();
"""


async def transient_errors(world: World, times: int) -> None:
    """One transaction in ten meets a deadlock, one in ten of those that publish another collision."""
    for service in SERVICES:
        await world.execute(service, COLLIDE.format(share=0.1, code="40P01", table="inbox"))
        again = COLLIDE.format(share=0.1, code="40001", table="outbox")
        await world.execute(service, again.replace("collide", "collide_again"))
    world.harm["seconds with collisions"] += times
    await asyncio.sleep(times)
    for service in SERVICES:
        for name, table in (("collide", "inbox"), ("collide_again", "outbox")):
            await world.execute(service, f"drop trigger {name} on {table}; drop function {name}()")


async def late_commits(world: World, times: int) -> None:
    """A transaction takes its numbers first and commits last: nobody's `seq > last` may pass it by."""
    for number in range(times):
        slow = await asyncpg.connect(world.system.dsns["scheduling"])
        try:
            async with slow.transaction():
                await slow.execute(rows.INSERT, *rows.a_row(world, "scheduling", f"slow:{number}"))
                await rows.insert(world, "scheduling", [f"fast:{number}"])
                await asyncio.sleep(3)
            world.harm["commits out of order"] += 1
        finally:
            await slow.close()
