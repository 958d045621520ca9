"""What is done to the disks of the servers."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tests.faults import rows, works
from tests.faults.disk import SmallDisk
from tests.faults.world import UNREACHABLE, World

from parley_local.demo.system import SERVICES

FULL_SECONDS = 8
ANSWER_SECONDS = 5.0
RECOVERY_SECONDS = 30.0


async def small_disks(world: World) -> None:
    """PostgreSQL and the broker go on where they were, on disks that can be filled."""
    postgres, node = world.servers.postgres, world.servers.kafka.nodes[0]
    for disk, stop, start in (
        (SmallDisk(postgres.data, 700), postgres.stop, postgres.start),
        (SmallDisk(node.folder / "data", 300), node.stop, node.start),
    ):
        await asyncio.to_thread(stop)
        await asyncio.to_thread(disk.put_in_place)
        world.ending.push_async_callback(_take_away, disk, stop)
        await asyncio.to_thread(start)
        world.disks.append(disk)


async def _take_away(disk: SmallDisk, stop: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(stop)
    finally:
        await asyncio.to_thread(disk.take_away)


async def disks_full(world: World, times: int) -> None:
    """Filled, and freed again; a server that gave up is started again, as whoever runs it would."""
    await world.somebody_sees()
    for number in range(times):
        disk = world.disks[number % len(world.disks)]
        which = ("PostgreSQL's", "the broker's")[number % len(world.disks)]
        world.ears.slowest = 0.0
        disk.fill()
        world.harm[f"{which} disk full"] += 1
        for second in range(FULL_SECONDS):
            await _somebody_writes(world, f"full:{number}:{second}")
            await asyncio.sleep(1)
        if (slowest := world.ears.slowest) > ANSWER_SECONDS:
            world.note("hang", f"a page took {slowest:.0f} s while {which} disk was full")
        disk.free()
        await asyncio.to_thread(_started, world)
        await works.works_again(world, within=RECOVERY_SECONDS)


async def _somebody_writes(world: World, key: str) -> None:
    """A page is asked for, and answers in words; events are stored, where there is room."""
    for request in world.ears.seen.values():
        if await works.answer(world, request) is None:
            world.note("api-errors", f"{request.url.path} did not answer while a disk was full")
    for service in SERVICES:
        with suppress(*UNREACHABLE):
            await rows.insert(world, service, [f"{key}:{more}" for more in range(50)])


def _started(world: World) -> None:
    """What still runs is left alone."""
    postgres, node = world.servers.postgres, world.servers.kafka.nodes[0]
    if not postgres.alive:
        world.harm["starts of PostgreSQL"] += 1
        postgres.start()
    if not node.alive:
        world.harm["starts of the broker"] += 1
        node.start()
