"""The scenarios by their numbers: what harms the system, at the size of `make test` and at full size."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults import clock_harms, disk_harms, harms, network_harms, server_harms
from tests.faults.disk import cannot_mount
from tests.faults.world import Nemesis, World, as_it_is


@dataclass(frozen=True, slots=True)
class Size:
    """`times` counts what is done over and over; `commands` are acknowledged forms and records of the ATS;
    `wave` interviews live side by side.
    """

    commands: int
    times: int
    wave: int = 30


Harm = Callable[[World, int], Awaitable[None]]
"""Does it so many times."""


async def nothing(world: World, times: int) -> None:
    del world, times


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    name: str
    title: str
    prepare: Nemesis = as_it_is
    """Done before any of our programs starts."""
    harm: Harm = nothing
    after: Harm | None = None
    """Done when the load is over."""
    small: Size
    full: Size
    brokers: int = 1
    cannot_run: Callable[[], str | None] = lambda: None
    """Why this machine has not what it needs; None where it has."""
    everyday: bool = True
    """Part of `make test`, in its small size."""

    def nemesis(self, size: Size) -> Nemesis:
        async def harming(world: World) -> None:
            await self.harm(world, size.times)

        return harming


SCENARIOS = {
    one.name: one
    for one in (
        Scenario(
            name="S01",
            title="crash loop: any program, kill -9",
            harm=harms.crash_loop,
            small=Size(commands=1_000, times=20),
            full=Size(commands=10_000, times=200, wave=60),
        ),
        Scenario(
            name="S02",
            title="killed at each named failpoint",
            harm=harms.failpoints,
            small=Size(commands=200, times=6, wave=12),
            full=Size(commands=2_000, times=len(harms.POINTS)),
        ),
        Scenario(
            name="S03",
            title="a frozen consumer comes back",
            harm=harms.zombie,
            small=Size(commands=200, times=1, wave=12),
            full=Size(commands=1_000, times=6),
            everyday=False,
        ),
        Scenario(
            name="S04",
            title="SIGTERM while a batch is held up",
            harm=harms.drain_overrun,
            small=Size(commands=200, times=1, wave=12),
            full=Size(commands=1_000, times=6),
        ),
        Scenario(
            name="S05",
            title="the broker restarts",
            harm=server_harms.broker_restarts,
            small=Size(commands=200, times=3, wave=12),
            full=Size(commands=2_000, times=12),
        ),
        Scenario(
            name="S06",
            title="the broker loses what it acknowledged, and republish heals it",
            harm=server_harms.broker_forgets,
            small=Size(commands=200, times=1, wave=12),
            full=Size(commands=1_000, times=3),
            everyday=False,
        ),
        Scenario(
            name="S07",
            title="the broker does not answer",
            harm=server_harms.broker_unreachable,
            small=Size(commands=200, times=15, wave=12),
            full=Size(commands=1_000, times=300),
            everyday=False,
        ),
        Scenario(
            name="S08",
            title="lines to both servers: half-open, slow, narrow, torn",
            prepare=network_harms.through_proxies,
            harm=network_harms.bad_lines,
            small=Size(commands=200, times=4, wave=12),
            full=Size(commands=1_000, times=8),
            everyday=False,
        ),
        Scenario(
            name="S09",
            title="leaders fail, on three brokers",
            harm=server_harms.leaders_fail,
            small=Size(commands=200, times=2, wave=12),
            full=Size(commands=1_000, times=6),
            brokers=3,
            everyday=False,
        ),
        Scenario(
            name="S10",
            title="members join and leave",
            harm=harms.rebalance_storm,
            small=Size(commands=200, times=4, wave=12),
            full=Size(commands=1_000, times=20),
            everyday=False,
        ),
        Scenario(
            name="S11",
            title="a flood of broken records",
            harm=server_harms.poison_flood,
            small=Size(commands=200, times=100, wave=12),
            full=Size(commands=1_000, times=1_000),
        ),
        Scenario(
            name="S12",
            title="one transaction in ten collides",
            harm=server_harms.transient_errors,
            small=Size(commands=200, times=10, wave=12),
            full=Size(commands=2_000, times=60),
        ),
        Scenario(
            name="S13",
            title="commits out of order",
            harm=server_harms.late_commits,
            small=Size(commands=200, times=1, wave=12),
            full=Size(commands=1_000, times=10),
        ),
        Scenario(
            name="S14",
            title="two relays, and sessions that are cut",
            harm=harms.two_relays,
            small=Size(commands=200, times=10, wave=12),
            full=Size(commands=2_000, times=60),
        ),
        Scenario(
            name="S15",
            title="PostgreSQL restarts, and a storm of connections",
            harm=server_harms.database_restarts,
            small=Size(commands=200, times=2, wave=12),
            full=Size(commands=2_000, times=10),
        ),
        Scenario(
            name="S16",
            title="disks run full",
            prepare=disk_harms.small_disks,
            harm=disk_harms.disks_full,
            small=Size(commands=200, times=2, wave=12),
            full=Size(commands=1_000, times=4),
            cannot_run=cannot_mount,
            everyday=False,
        ),
        Scenario(
            name="S18",
            title="clocks are two hours wrong",
            prepare=clock_harms.wrong_walls,
            harm=clock_harms.wrong_clocks,
            after=clock_harms.told_early,
            small=Size(commands=200, times=6, wave=12),
            full=Size(commands=1_000, times=18),
            everyday=False,
        ),
        Scenario(
            name="S19",
            title="everything is read again, and sent three times",
            after=harms.everything_again,
            small=Size(commands=200, times=2, wave=12),
            full=Size(commands=2_000, times=2),
        ),
        Scenario(
            name="S20",
            title="a mail server in a mood",
            harm=harms.moody_mail_server,
            small=Size(commands=200, times=100, wave=12),
            full=Size(commands=2_000, times=1_000),
        ),
        Scenario(
            name="S26",
            title="records and timers want the same rows at once",
            harm=harms.busy_calendars,
            small=Size(commands=200, times=100, wave=12),
            full=Size(commands=1_000, times=1_000),
            everyday=False,
        ),
    )
}
