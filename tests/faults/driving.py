"""Drives a world through whole lives of interviews while something harms it."""

import asyncio
from datetime import timedelta

from tests.faults.load import SESSIONS_OVER
from tests.faults.world import Nemesis, World

STEPS = (SESSIONS_OVER, timedelta(days=1), timedelta(days=8))
"""How time goes on once everything is booked: sessions over, applications closed, the gates' dates past."""


async def under_load(world: World, nemesis: Nemesis, *, commands: int, wave: int) -> None:
    """Whole lives of interviews, a wave at a time, until so much was acknowledged and the harm is done."""
    await world.say(world.ats.people())
    harming = asyncio.create_task(nemesis(world), name="nemesis")
    try:
        while acknowledged(world) < commands or not harming.done():
            if harming.done():
                harming.result()
            await one_wave(world, wave)
        harming.result()
    finally:
        harming.cancel()
        await asyncio.wait([harming])
    await world.ready()
    await world.settle()


async def one_wave(world: World, wave: int) -> None:
    """From the requests to what is opened to each side at the end."""
    await world.say(world.ats.wave(wave, world.clock.now()))
    await world.settle()
    ended, closed, opened = STEPS
    await world.to(world.clock.now() + ended)
    world.clock.set(world.clock.now() + closed, rate=0)
    await world.say(world.ats.outcomes(wave, world.clock.now()))
    await world.settle()
    await world.to(world.clock.now() + opened)


def acknowledged(world: World) -> int:
    return len(world.said) + sum(one.acknowledged for one in world.ears.commands)
