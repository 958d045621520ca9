"""Runs one scenario on servers of its own and judges what it left behind."""

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.checker import Finding, by_kind, check
from tests.faults.driving import acknowledged, under_load
from tests.faults.kept import keep
from tests.faults.scenarios import Scenario, Size
from tests.faults.world import NeverQuiet, World, a_world

from parley_local.demo.system import ProgramFailed
from parley_local.servers import EmbeddedServers, embedded

INTERVIEWERS = 30


@dataclass(frozen=True, slots=True)
class Result:
    scenario: str
    title: str
    seed: int
    harm: Counter[str]
    commands: int
    unanswered: int
    """Forms that got no answer, or that of a server in trouble."""
    records: int
    mails: int
    findings: Sequence[Finding]
    recovery: float | None
    """The longest time until ready again, in seconds."""
    seconds: float

    @property
    def kinds(self) -> Counter[str]:
        return by_kind(self.findings)


async def run(scenario: Scenario, size: Size, *, seed: int, kept: Path | None = None) -> Result:
    """What was found is kept in that folder, with all logs."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="parley-faults-") as folder,
        embedded(kafka_nodes=scenario.brokers, fsync=False) as servers,
    ):
        return await _on(servers, Path(folder), scenario, size, seed=seed, began=began, kept=kept)


async def _on(
    servers: EmbeddedServers,
    folder: Path,
    scenario: Scenario,
    size: Size,
    *,
    seed: int,
    began: float,
    kept: Path | None,
) -> Result:
    trouble: list[Finding] = []
    async with a_world(
        servers, folder, seed=seed, interviewers=INTERVIEWERS, prepare=scenario.prepare
    ) as world:
        try:
            await under_load(world, scenario.nemesis(size), commands=size.commands, wave=size.wave)
            if scenario.after is not None:
                await scenario.after(world, size.times)
        except (NeverQuiet, ProgramFailed, TimeoutError) as never:
            trouble.append(Finding("hang", f"{type(never).__name__}: {never}{last_words(world)}"))
        history = await world.history()
        findings = [*trouble, *world.noted, *check(history)]
        if findings and kept is not None:
            await keep(world, findings, kept)
    return Result(
        scenario=scenario.name,
        title=scenario.title,
        seed=seed,
        harm=world.harm,
        commands=acknowledged(world),
        unanswered=world.unanswered,
        records=len(history.records),
        mails=len(history.evidence.mails),
        findings=findings,
        recovery=max(world.recoveries, default=None),
        seconds=time.monotonic() - began,
    )


def last_words(world: World) -> str:
    """Of programs that have ended by themselves."""
    dead = [one for one in world.programs.values() if not one.alive]
    return "".join(f"\n{one.name}: {one.log.read_text(errors='replace')[-2000:]}" for one in dead)
