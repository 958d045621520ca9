"""What harms the system, by the numbers of REL's table: each is a nemesis beside the load."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.world import Nemesis, World


@dataclass(frozen=True, slots=True)
class Size:
    """`times` counts what is done over and over; `commands` are acknowledged forms and records of the ATS."""

    commands: int
    times: int


Harm = Callable[[World, int], Awaitable[None]]
"""Does it so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    title: str
    harm: Harm
    small: Size
    full: Size
    brokers: int = 1

    def nemesis(self, size: Size) -> Nemesis:
        async def harming(world: World) -> None:
            await self.harm(world, size.times)

        return harming


async def crash_loop(world: World, times: int) -> None:
    """Any of our programs, by kill -9, every half to two seconds."""
    for _ in range(times):
        await asyncio.sleep(world.chance.uniform(0.5, 2.0))
        await world.end(world.chance.choice(sorted(world.programs)))


SCENARIOS = {
    one.name: one
    for one in (
        Scenario(
            name="S01",
            title="crash loop: any program, kill -9",
            harm=crash_loop,
            small=Size(commands=1_000, times=20),
            full=Size(commands=10_000, times=200),
        ),
    )
}
