"""Whether the whole system does its work, tried from end to end; where it does not, that is a finding."""

import asyncio
import time

import asyncpg
import httpx
from tests.faults import rows
from tests.faults.world import World

from parley_local.demo.system import SERVICES

LOOK_SECONDS = 0.2
GIVE_UP_SECONDS = 120.0
"""What takes longer than this is not slow, but does not come."""
TAKEN = "select count(*) from witness_inbox where id = any($1)"


async def works_again(world: World, *, within: float) -> float:
    """Records of the ATS are taken in by every service, an event of each comes to Kafka, pages answer: seconds."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            await asyncio.gather(
                _records(world), *[_events(world, service) for service in SERVICES], _pages(world)
            )
            await world.ready()
    except TimeoutError:
        world.note("hang", f"it does not work {GIVE_UP_SECONDS:.0f} s after the trouble")
    seconds = time.monotonic() - began
    world.recoveries.append(seconds)
    if seconds > within:
        world.note("slow-recovery", f"it worked again after {seconds:.1f} s, not {within:.0f} s")
    return seconds


async def _records(world: World) -> None:
    lines = world.ats.sign_of_life(world.clock.now())
    await world.say(lines)
    told = [dict(line.headers)["ce_id"] for line in lines]
    for service in SERVICES:
        connection = await asyncpg.connect(world.system.dsns[service])
        try:
            while await connection.fetchval(TAKEN, told) < len(told):
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await connection.close()


async def _events(world: World, service: str) -> None:
    keys = [f"sign:{service}:{time.monotonic_ns()}"]
    await rows.insert(world, service, keys)
    while await rows.left(world, service, keys):
        await asyncio.sleep(LOOK_SECONDS)


async def _pages(world: World) -> None:
    while not await seen_again(world):
        await asyncio.sleep(LOOK_SECONDS)


async def seen_again(world: World) -> bool:
    """The pages that people saw last, one of each service, are asked for once more; whether all answer."""
    answers = [await answer(world, request) for request in world.ears.seen.values()]
    return all(status is not None and status < 500 for status in answers)


async def answer(world: World, request: httpx.Request) -> int | None:
    try:
        again = httpx.Request("GET", request.url, headers=request.headers)
        again.extensions = {"timeout": httpx.Timeout(35.0).as_dict()}
        response = await world.ears.ask(again)
        await response.aread()
        await response.aclose()
    except httpx.TransportError:
        return None
    return response.status_code
