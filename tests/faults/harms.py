"""What is done to the system beside its load, a function each."""

import asyncio
import shutil
import signal
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
from tests.faults import poison
from tests.faults.sink import OK
from tests.faults.world import UNREACHABLE, World

from parley_contracts.intake import RecordRef, RecordWaiting
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import published_as
from parley_local.demo import system
from parley_local.demo.system import SERVICES

SESSION_SECONDS = 6
DRAIN_SECONDS = 25

# Our own programs


async def crash_loop(world: World, times: int) -> None:
    """Any of our programs, by kill -9, every half to two seconds."""
    for _ in range(times):
        await asyncio.sleep(world.chance.uniform(0.5, 2.0))
        await world.end(world.chance.choice(sorted(world.programs)))


SHELL = (
    "after_claim",
    "before_commit",
    "after_commit_before_offset",
    "timer_before_commit",
    "timer_after_commit",
)
PAGE = ("page_before_commit", "page_after_commit")
RELAY = ("after_publish_before_delete", "after_delete")
SENDER = ("before_data", "after_250_before_outcome", "after_data_before_250")
POINTS = (
    *((service, point) for service in SERVICES for point in SHELL),
    *((service, point) for service in ("scheduling", "feedback") for point in PAGE),
    *((f"relay-{service}", point) for service in SERVICES for point in RELAY),
    *(("notifications", point) for point in SENDER),
)


async def failpoints(world: World, times: int) -> None:
    """So many of the points, in an order by chance, each when it has been passed once or a few times."""
    points = world.chance.sample(POINTS, len(POINTS))
    for number in range(times):
        name, point = points[number % len(points)]
        if point == "after_data_before_250":
            await killed_before_250(world)
        else:
            await world.ended(name, signal.SIGTERM)
            await armed(world, name, f"{point}:{world.chance.randint(1, 3)}")


async def armed(world: World, name: str, failpoint: str) -> None:
    world.harm[f"{name} at {failpoint.partition(':')[0]}"] += 1
    world.copies += 1
    await world.revive(name, PARLEY_FAILPOINT=failpoint)
    await world.gone(name, seconds=90)
    await world.revive(name)
    await world.ready(name)


async def killed_before_250(world: World) -> None:
    """The server has the mail, and its sender is gone before it hears so."""
    happened = asyncio.Event()

    async def kill_first() -> str:
        if not happened.is_set():
            happened.set()
            process = world.programs["notifications"].process
            if process is not None:
                process.send(signal.SIGKILL)
        return OK

    world.harm["notifications at after_data_before_250"] += 1
    world.copies += 1
    world.mailbox.taken = kill_first
    await happened.wait()
    world.mailbox.in_good_mood()
    await world.gone("notifications")
    await world.revive("notifications")
    await world.ready("notifications")


async def zombie(world: World, times: int) -> None:
    """A consumer is frozen for twice its session, while another goes on; then it comes back."""
    twin = await world.twin("feedback")
    for number in range(times):
        name = ("feedback", twin)[number % 2]
        process = world.programs[name].process
        if process is None:
            continue
        process.send(signal.SIGSTOP)
        world.harm[f"SIGSTOP {name}"] += 1
        await asyncio.sleep(2 * SESSION_SECONDS)
        process.send(signal.SIGCONT)
        await world.ready(name)


async def drain_overrun(world: World, times: int) -> None:
    """SIGTERM while a batch is held up: it ends in time, commits nothing, and the batch comes again."""
    for number in range(times):
        name = SERVICES[number % len(SERVICES)]
        await asyncio.sleep(1)
        holder = await asyncpg.connect(world.system.dsns[name])
        try:
            async with holder.transaction():
                await holder.execute("lock table inbox in access exclusive mode")
                await asyncio.sleep(2)
                process = world.programs[name].process
                if process is None:
                    continue
                process.send(signal.SIGTERM)
                world.harm[f"SIGTERM {name} in a batch"] += 1
                world.copies += 1
                if not await asyncio.to_thread(process.wait, seconds=DRAIN_SECONDS):
                    world.note("drain-overrun", f"{name} did not end within {DRAIN_SECONDS} s")
                    process.send(signal.SIGKILL)
        finally:
            await holder.close()
        await world.gone(name)
        await world.revive(name)
        await world.ready(name)


async def rebalance_storm(world: World, times: int) -> None:
    """Members join and leave, politely and not, every other second."""
    twin = await world.twin("scheduling", roles="consume")
    for number in range(times):
        await asyncio.sleep(2)
        await world.end(twin, (signal.SIGTERM, signal.SIGKILL)[number % 2])


async def two_relays(world: World, times: int) -> None:
    """Two relays for each database, and the leader's session is cut over and over."""
    for name in [one for one in world.programs if one.startswith("relay")]:
        await world.second_relay(name)
    for _ in range(times):
        await asyncio.sleep(world.chance.uniform(0.5, 1.5))
        service = world.chance.choice(SERVICES)
        await world.execute(
            service,
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'relay' and datname = current_database()",
        )
        world.harm["relay sessions cut"] += 1


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
    """An older copy of the broker's disk is put in its place; relays stand still until all is sent again."""
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


async def broker_unreachable(world: World, times: int) -> None:
    """The broker is frozen for so many seconds; pages go on answering."""
    await asyncio.sleep(3)
    node = world.servers.kafka.nodes[0]
    before = world.unanswered
    node.pause()
    world.harm["seconds without a broker"] += times
    await asyncio.sleep(times)
    node.resume()
    if world.unanswered > before:
        world.note("api-errors", f"{world.unanswered - before} forms without an answer")
    await world.ready()


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
                await slow.execute(INSERT, *a_row(world, 2 * number))
                await world.execute("scheduling", INSERT, *a_row(world, 2 * number + 1))
                await asyncio.sleep(3)
            world.harm["commits out of order"] += 1
        finally:
            await slow.close()


INSERT = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, traceparent, payload)
values (gen_random_uuid(), $1, $2, $3, $4, 'parley/scheduling', $5, null, $6)
"""


def a_row(world: World, number: int) -> tuple[object, ...]:
    """Of the intake topic, which tells writers and changes nothing."""
    event = RecordWaiting(
        key=f"late:{number}",
        record=RecordRef(topic="ats.busy.v1", partition=0, offset=number),
        missing="interviewer",
        missing_id=f"late:{number}",
        since=world.clock.now(),
    )
    topic, ce_type = published_as(type(event))
    partition = partition_for(event.aggregate_id.encode(), topic.partitions)
    payload = event.model_dump_json().encode()
    return topic.name, event.aggregate_id, partition, ce_type, world.clock.now(), payload


# Mail


async def moody_mail_server(world: World, times: int) -> None:
    """Busy, greylisting, slow, or gone after it took a mail, for so many answers."""
    left = times
    over = asyncio.Event()
    greylisted: set[str] = set()

    def misbehaves() -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            over.set()
        return left >= 0 and world.chance.random() < 0.5

    async def recipient(address: str) -> str:
        if address not in greylisted and misbehaves():
            greylisted.add(address)
            world.harm["451 greylisted"] += 1
            return "451 4.7.1 Greylisted, try again"
        if misbehaves():
            world.harm["421 busy"] += 1
            return "421 4.3.2 Too many connections"
        return OK

    async def taken() -> str:
        if not misbehaves():
            return OK
        if world.chance.random() < 0.5:
            world.harm["slow answer"] += 1
            await asyncio.sleep(1)
            return OK
        world.harm["gone after DATA"] += 1
        world.copies += 1
        return "421 4.3.0 Closing"

    world.mailbox.recipient, world.mailbox.taken = recipient, taken
    await over.wait()
    world.mailbox.in_good_mood()


# Afterwards


async def everything_again(world: World, times: int) -> None:
    """Groups go back to the beginning, and each record of the topics is there so many times more."""
    mails, emitted = len(world.mailbox.mails), await world.emitted()
    await asyncio.to_thread(world.system.stop)
    await world.servers.kafka.delete_groups(list(world.system.groups.values()))
    records = await world.raw_records()
    for _ in range(times):
        for one in records:
            await world.producer.send(
                one.topic, key=one.key, value=one.value, headers=list(one.headers)
            )
    await world.producer.flush()
    world.harm["records read and sent again"] += len(records) * (times + 1)
    await asyncio.to_thread(world.system.start)
    await world.ready()
    await world.settle()
    if len(world.mailbox.mails) != mails:
        world.note("duplicate-effect", f"{len(world.mailbox.mails) - mails} mails more")
    if await world.emitted() != emitted:
        world.note("duplicate-effect", f"{await world.emitted() - emitted} events more")
