"""Builds that are broken on purpose, each in one place: a scenario that they pass would prove nothing.

An edit is exact text, old and new, of a copy of the services; programs are started with that copy first on
their path. Where the old text is not found (any more), that is an error, and `test_mutations.py` says so every day.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.faults import harms
from tests.faults.runner import Result, run
from tests.faults.scenarios import SCENARIOS, Scenario, Size
from tests.faults.world import World

from parley_local.demo.system import SERVICES

ROOT = Path(__file__).parents[2] / "services"
PACKAGES = (*SERVICES, "relay")


class NotFound(Exception):
    """The text that a mutation changes is not there: write the mutation anew."""


@dataclass(frozen=True, slots=True)
class Edit:
    file: str
    """Below each package."""
    old: str
    new: str
    packages: tuple[str, ...] = SERVICES

    def of(self, text: str, where: str) -> str:
        if text.count(self.old) != 1:
            raise NotFound(f"{where} holds this {text.count(self.old)} times:\n{self.old}")
        return text.replace(self.old, self.new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    name: str
    title: str
    edits: Sequence[Edit]
    scenario: Scenario
    size: Size
    named: str
    """The kind of finding that names what is broken; others may come of it too."""

    def caught(self, result: Result) -> bool:
        return result.kinds[self.named] > 0


BEFORE_COMMIT = replace(
    SCENARIOS["S02"], title="killed before commit", harm=harms.killed_before_commit
)
A_DOZEN = 12

MUTATIONS = {
    one.name: one
    for one in (
        Mutation(
            name="M1",
            title="events are published before their transaction commits",
            edits=(
                Edit(
                    "adapters/outbox.py",
                    "    await connection.execute(APPEND, *[list(column) for column in zip(*rows, strict=True)])\n",
                    """\
    import asyncpg

    host, port = connection._addr
    params = connection._params
    apart = await asyncpg.connect(
        host=host, port=port, user=params.user, database=params.database
    )
    try:
        await apart.execute(APPEND, *[list(column) for column in zip(*rows, strict=True)])
    finally:
        await apart.close()
""",
                ),
            ),
            scenario=BEFORE_COMMIT,
            size=Size(commands=200, times=4, wave=A_DOZEN),
            named="duplicate-effect",
        ),
        Mutation(
            name="M2",
            title="the inbox claims nothing",
            edits=(
                Edit(
                    "adapters/batch.py",
                    "        claimed = await inbox.claim(connection, [one.claim for one in decoded], received_at=wall)\n",
                    "        claimed = [Claimed.FRESH for _ in decoded]\n",
                ),
            ),
            scenario=SCENARIOS["S19"],
            size=Size(commands=200, times=2, wave=A_DOZEN),
            named="poll-skip",
        ),
        Mutation(
            name="M3",
            title="relays share the outbox by `skip locked`",
            edits=(
                Edit(
                    "postgres.py",
                    "select pg_try_advisory_lock(hashtext('parley.relay'))",
                    "select true",
                    ("relay",),
                ),
                Edit(
                    "postgres.py",
                    "order by seq\nlimit $2\n",
                    "order by seq\nlimit $2\nfor update skip locked\n",
                    ("relay",),
                ),
                Edit(  # one of them keeps house still: two at once would be another fault
                    "relay.py",
                    """\
                tidied = await postgres.keep_days(connection, today=postgres.today(self.wall()))
""",
                    """\
                tidied = await connection.fetchval("select pg_try_advisory_lock(1)")
                if tidied:
                    tidied = await postgres.keep_days(connection, today=postgres.today(self.wall()))
""",
                    ("relay",),
                ),
                Edit(
                    "relay.py",
                    """\
            rows = await postgres.read(connection, without=self._left_out(), limit=LIMIT)
            self._launch(rows)
""",
                    """\
            async with connection.transaction():
                rows = await postgres.read(connection, without=self._left_out(), limit=LIMIT)
                self._launch(rows)
                if self._in_flight:
                    await asyncio.wait(self._in_flight.values())
                await self._collect(connection)
""",
                    ("relay",),
                ),
            ),
            scenario=SCENARIOS["S14"],
            size=Size(commands=200, times=10, wave=A_DOZEN),
            named="order-inversion",
        ),
        Mutation(
            name="M4",
            title="offsets are committed before their transaction",
            edits=(
                Edit(
                    "adapters/consumer.py",
                    "            await self.ingest([self._record(one) for one in raw])\n",
                    """\
            await OneBatch(client, raw, self._offsets).commit()
            await self._offsets.settled()
            await self.ingest([self._record(one) for one in raw])
""",
                ),
            ),
            scenario=BEFORE_COMMIT,
            size=Size(commands=200, times=4, wave=A_DOZEN),
            named="poll-skip",
        ),
        Mutation(
            name="M5",
            title="timers are locked before their aggregates",
            edits=(
                Edit(
                    "adapters/timer_runner.py",
                    """\
                await run_steps(
                    connection, self.store, list(steps.values()), now=now, lock_last=lock_last
                )
""",
                    """\
                await timer.lock(connection, waiting)
                await run_steps(
                    connection, self.store, list(steps.values()), now=now, lock_last=lock_last
                )
""",
                ),
            ),
            scenario=SCENARIOS["S26"],
            size=Size(commands=200, times=200, wave=A_DOZEN),
            named="deadlock",
        ),
    )
}


async def run_mutated(mutation: Mutation, *, seed: int) -> Result:
    with mutated(mutation) as copy:

        async def on_the_copy(world: World) -> None:
            for program in world.programs.values():
                program.environment = {**program.environment, "PYTHONPATH": str(copy)}
            await mutation.scenario.prepare(world)

        scenario = replace(mutation.scenario, prepare=on_the_copy)
        return await run(scenario, mutation.size, seed=seed)


@contextmanager
def mutated(mutation: Mutation) -> Iterator[Path]:
    """A folder with all packages, of which some are changed."""
    with tempfile.TemporaryDirectory(prefix="parley-mutated-") as folder:
        copy = Path(folder)
        for package in PACKAGES:
            shutil.copytree(
                source(package), copy / package, ignore=shutil.ignore_patterns("__pycache__")
            )
        for edit in mutation.edits:
            for package in edit.packages:
                file = copy / package / edit.file
                file.write_text(edit.of(file.read_text(), f"{package}/{edit.file}"))
        make_sure_it_runs(copy)
        yield copy


def source(package: str) -> Path:
    return ROOT / package / "src" / package


def make_sure_it_runs(copy: Path) -> None:
    """That programs load the copy, and not what is installed."""
    names = ", ".join(PACKAGES)
    asked = f"import {names}; print(*[one.__file__ for one in ({names})])"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env={"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=True,
    )
    if elsewhere := [one for one in answer.stdout.split() if not one.startswith(str(copy))]:
        raise NotFound(f"programs would load {elsewhere}, not the copy")
