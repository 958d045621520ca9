"""What is done to the system beside its load, a function each."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import asyncpg
from tests.faults import rows, works
from tests.faults.load import interviewer
from tests.faults.sink import OK
from tests.faults.world import World
from tests.support.until import until_it

from parley_local.demo.system import SERVICES

SESSION_SECONDS = 6
DRAIN_SECONDS = 25
RECOVERY_SECONDS = 30.0
BURST = 2_500
BURST_KEYS = [f"burst:{one % 50}" for one in range(BURST)]
OF_RELAYS = """
from pg_stat_activity where application_name = 'relay' and datname = current_database()
"""
RELAYS_THERE = "select count(*)" + OF_RELAYS
CUT_RELAYS = "select pg_terminate_backend(pid)" + OF_RELAYS
HOT = 5
"""Interviewers whose calendars change all the time."""

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


BEFORE_COMMIT = (
    ("scheduling", "timer_before_commit"),
    ("feedback", "before_commit"),
    ("notifications", "before_commit"),
    ("scheduling", "before_commit"),
)


async def killed_before_commit(world: World, times: int) -> None:
    """When all is written and nothing is committed, in batches and in timers."""
    for number in range(times):
        name, point = BEFORE_COMMIT[number % len(BEFORE_COMMIT)]
        await world.ended(name, signal.SIGTERM)
        await armed(world, name, f"{point}:1")


async def armed(world: World, name: str, failpoint: str) -> None:
    world.harm[f"{name} at {failpoint.partition(':')[0]}"] += 1
    world.crashed(name)
    await world.revive(name, PARLEY_FAILPOINT=failpoint)
    await world.gone(name, seconds=90)
    await world.revive(name)
    await world.ready(name)


async def killed_before_250(world: World) -> None:
    """The server has the mail, and its sender is gone before it hears so."""
    happened = asyncio.Event()

    async def kill_first(address: str) -> str:
        del address
        if not happened.is_set():
            happened.set()
            process = world.programs["notifications"].process
            if process is not None:
                process.send(signal.SIGKILL)
        return OK

    world.harm["notifications at after_data_before_250"] += 1
    world.crashed("notifications")
    world.mailbox.taken = kill_first
    await happened.wait()
    world.mailbox.in_good_mood()
    await world.gone("notifications")
    await world.revive("notifications")
    await world.ready("notifications")


async def zombie(world: World, times: int) -> None:
    """A consumer is frozen in a batch for twice its session, while another goes on; then it comes back and
    commits what was given to others meanwhile.
    """
    twin = await world.twin("feedback")
    for number in range(times):
        name = ("feedback", twin)[number % 2]
        process = world.programs[name].process
        if process is None:
            continue
        async with held_up(world, "feedback"):
            process.send(signal.SIGSTOP)
        world.harm[f"SIGSTOP {name}"] += 1
        await asyncio.sleep(2 * SESSION_SECONDS)
        process.send(signal.SIGCONT)
        await works.works_again(world, within=RECOVERY_SECONDS)


@asynccontextmanager
async def held_up(world: World, service: str) -> AsyncIterator[None]:
    """Every batch of the service waits in the middle of its transaction, and there is one for each of its members."""
    holder = await asyncpg.connect(world.system.dsns[service])
    try:
        async with holder.transaction():
            await holder.execute("lock table inbox in access exclusive mode")
            await world.say(world.ats.sign_of_life(world.clock.now()))
            await asyncio.sleep(2)
            yield
    finally:
        await holder.close()


async def drain_overrun(world: World, times: int) -> None:
    """SIGTERM while a batch is held up: it ends in time, commits nothing, and the batch comes again."""
    for number in range(times):
        name = SERVICES[number % len(SERVICES)]
        await asyncio.sleep(1)
        process = world.programs[name].process
        if process is None:
            continue
        async with held_up(world, name):
            process.send(signal.SIGTERM)
            world.harm[f"SIGTERM {name} in a batch"] += 1
            world.crashed(name)
            if not await asyncio.to_thread(process.wait, seconds=DRAIN_SECONDS):
                world.note("drain-overrun", f"{name} did not end within {DRAIN_SECONDS} s")
                process.send(signal.SIGKILL)
        await world.gone(name)
        await world.revive(name)
        await world.ready(name)


async def rebalance_storm(world: World, times: int) -> None:
    """Members join and leave, politely and not, every other second."""
    twin = await world.twin("scheduling", roles="consume")
    for number in range(times):
        await asyncio.sleep(2)
        await world.end(twin, (signal.SIGTERM, signal.SIGKILL)[number % 2])
    await works.works_again(world, within=RECOVERY_SECONDS)


async def busy_calendars(world: World, times: int) -> None:
    """A few calendars change all the time: their records and their timers want the same rows at once."""
    for number in range(times):
        lines = [
            line
            for one in range(HOT)
            for line in world.ats.calendar(interviewer(one), number, world.clock.now())
        ]
        await world.say(lines)
        world.harm["calendars changed"] += len(lines)


async def two_relays(world: World, times: int) -> None:
    """Two relays for each database, more to send than one takes at once, and sessions that are cut over and over:
    some of them while both are there and the one that leads, or each of them, is in the middle of it.
    """
    for name in [one for one in world.programs if one.startswith("relay")]:
        await world.second_relay(name)
    for number in range(times):
        await asyncio.sleep(world.chance.uniform(0.5, 1.5))
        service = world.chance.choice(SERVICES)
        if number % 5 == 0:
            await until_it(partial(_both_there, world, service))
            await rows.insert(world, service, BURST_KEYS)
            world.harm["events in bursts"] += BURST
            await until_it(partial(_under_way, world, service))
        await world.execute(service, CUT_RELAYS)
        world.harm["relay sessions cut"] += 1


async def _both_there(world: World, service: str) -> bool:
    count: int = await world.fetch(service, RELAYS_THERE)
    return count >= 2


async def _under_way(world: World, service: str) -> bool:
    return await rows.left(world, service, set(BURST_KEYS)) < BURST


# Mail


MOST_REFUSED = 4
"""Of mails to one address: the sixth refusal of one would end it, and the recruiter would be told."""


async def moody_mail_server(world: World, times: int) -> None:
    """Busy, greylisting, slow, or gone after it took a mail, for so many answers; to nobody so often that a mail
    is given up, which is no trouble of the server's any more.
    """
    left = times
    over = asyncio.Event()
    greylisted: set[str] = set()
    refused: Counter[str] = Counter()

    def misbehaves(address: str) -> bool:
        nonlocal left
        left -= 1
        if left < 0:
            over.set()
        if left < 0 or refused[address] >= MOST_REFUSED or world.chance.random() < 0.5:
            return False
        refused[address] += 1
        return True

    async def recipient(address: str) -> str:
        if address not in greylisted and misbehaves(address):
            greylisted.add(address)
            world.harm["451 greylisted"] += 1
            return "451 4.7.1 Greylisted, try again"
        if misbehaves(address):
            world.harm["421 busy"] += 1
            return "421 4.3.2 Too many connections"
        return OK

    async def taken(address: str) -> str:
        if not misbehaves(address):
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
