"""Rows that are only looked at: many look at once, and nobody changes them meanwhile."""

import asyncio
from dataclasses import replace
from typing import Any

from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Side, Tally
from tests.support.until import until_it

BLOCKED = """
select count(*) from pg_stat_activity
where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0
"""


def looking(bench: Bench, tally_id: str, run: Any) -> Any:
    working_set = bench.plumbing.working_set

    def needs(message: str, work: Any) -> Any:
        looked_at = working_set.Needs.looking("side", "parent")
        return working_set.Needs.rows("tally", message) | looked_at

    return working_set.Step(tally_id, working_set.UseCase(needs, run))


def take_over(message: str, work: Any, *, now: Any) -> None:
    work.tallies.put(Tally(message, count=work.sides["parent"].count))


def count_at_parent(message: str, work: Any, *, now: Any) -> None:
    parent = work.sides["parent"]
    work.sides.put(replace(parent, count=parent.count + 1))
    work.tallies.put(Tally(message, count=1))


def page(bench: Bench) -> Any:
    """Of a process of its own."""
    return bench.plumbing.transaction.Transactions(bench.pool, bench.store)


async def make_parent(bench: Bench, count: int) -> None:
    working_set = bench.plumbing.working_set

    def needs(message: str, work: Any) -> Any:
        return working_set.Needs.rows("side", message)

    def make(message: str, work: Any, *, now: Any) -> None:
        work.sides.put(Side(message, count=count))

    step = working_set.Step("parent", working_set.UseCase(needs, make))
    await page(bench).command(step, now=NOW)


async def blocked(bench: Bench) -> bool:
    return bool(await bench.pool.fetchval(BLOCKED))


async def test_who_looks_waits_for_nobody_who_looks(bench: Bench) -> None:
    await make_parent(bench, 7)
    async with bench.pool.acquire() as other, other.transaction():
        await other.execute("select from side where id = 'parent' for share")

        await page(bench).command(looking(bench, "ats:a", take_over), now=NOW)

    assert await bench.counts() == {"ats:a": 7}


async def test_who_looks_waits_for_who_changes_and_sees_the_change(bench: Bench) -> None:
    await make_parent(bench, 7)
    async with bench.pool.acquire() as other, other.transaction():
        await other.execute("select from side where id = 'parent' for update")
        command = page(bench).command(looking(bench, "ats:a", take_over), now=NOW)
        waiting = asyncio.create_task(command)
        await until_it(lambda: blocked(bench))
        await other.execute(
            "update side set state = state || '{\"count\": 8}', version = version + 1"
        )
    await waiting

    assert await bench.counts() == {"ats:a": 8}


async def test_what_was_to_be_looked_at_may_be_changed_all_the_same(bench: Bench) -> None:
    """Each is run again with the row locked for it: nobody's change is lost, and no two wait for each other."""
    await make_parent(bench, 0)

    await asyncio.gather(
        *[
            page(bench).command(looking(bench, f"ats:{n}", count_at_parent), now=NOW)
            for n in range(9)
        ]
    )

    assert len(await bench.counts()) == 9
    assert await bench.pool.fetchval("select state->>'count' from side") == "9"
