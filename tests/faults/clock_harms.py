"""What is done to the clocks of our programs."""

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.faults import works
from tests.faults.clocks import RIGHT
from tests.faults.load import SESSIONS_OVER
from tests.faults.world import World

from parley_contracts.interviews import SessionEnded
from parley_local.demo.system import SERVICES

SKEW = timedelta(hours=2)
LASTS_SECONDS = 5.0
WALLS = {
    "scheduling": SKEW,
    "relay-scheduling": -SKEW,
    "relay-notifications": SKEW,
    "notifications": -SKEW,
}
"""Programs whose machine has the wrong time all along; feedback's is right."""
ROOT = Path(__file__).parents[2]


async def wrong_walls(world: World) -> None:
    for service in SERVICES:
        program = world.programs[service]
        own = {f"{service.upper()}_CLOCK_FILE": str(world.clock.give(service))}
        program.environment = {**program.environment, **own}
    for name, by in WALLS.items():
        program = world.programs[name]
        program.environment = {**program.environment, "PYTHONPATH": str(ROOT)}
        program.arguments = ["tests.faults.skewed", str(by.total_seconds()), *program.arguments]
        world.harm["walls 2 h wrong"] += 1


async def wrong_clocks(world: World, times: int) -> None:
    """Domain time of one service is two hours ahead or behind for a while, then another's."""
    await world.somebody_sees()
    for number in range(times):
        service = SERVICES[number % len(SERVICES)]
        world.clock.put_wrong(service, SKEW if number % 2 == 0 else -SKEW)
        world.harm["clocks put 2 h wrong"] += 1
        await asyncio.sleep(LASTS_SECONDS)
        if not await works.seen_again(world):
            world.note("api-errors", f"a page did not answer while {service}'s clock was wrong")
        world.clock.put_wrong(service, RIGHT)


NEXT_END = "select min(due_at) from timer where kind = 'end_session' and parked_at is null"


async def told_early(world: World, times: int) -> None:
    """Scheduling is ahead while a session ends: it is told to be over earlier than it is, by no more than the skew."""
    world.clock.put_wrong("scheduling", SKEW)
    await world.say(world.ats.wave(times, world.clock.now()))
    await world.settle()
    over = await world.fetch("scheduling", NEXT_END)
    await world.to(over - SKEW / 2)
    world.clock.put_wrong("scheduling", RIGHT)
    await world.to(world.clock.now() + SESSIONS_OVER)
    history = await world.history()
    for record, event in history.evidence.of(SessionEnded):
        (session,) = [one for one in event.interview.sessions if one.session_id == event.session_id]
        over = session.ends_at
        early = over - world.clock.true_at(record.wall) if over is not None else RIGHT
        world.harm["sessions told over early"] += early > RIGHT
        if early > SKEW:
            world.note(
                "too-early", f"{event.aggregate_id} was told to be over {early} before it was"
            )
    if not world.harm["sessions told over early"]:
        world.note("too-early", "no session was told to be over early, so that nothing was tried")
