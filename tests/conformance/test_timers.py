"""What comes due is run once, in its turn, and one that fails holds nobody else."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Bug, Side, Tally, counted
from tests.support.until import until, until_it

LONG_AGO = NOW - timedelta(days=3650)
"""Due by any real clock."""


def use_case(bench: Bench, run: Any) -> Any:
    working_set = bench.plumbing.working_set

    def needs(message: Any, work: Any) -> Any:
        return working_set.Needs.rows("tally", message.aggregate_id)

    return working_set.UseCase(needs, run)


def add(message: Any, work: Any, *, now: datetime) -> None:
    tally = work.tallies.get(message.aggregate_id) or Tally(message.aggregate_id)
    tally = replace(tally, count=tally.count + 1)
    work.tallies.put(tally)
    work.publish(counted(tally), at=now)


def poison(message: Any, work: Any, *, now: datetime) -> None:
    add(message, work, now=now)
    raise Bug


def runner(bench: Bench, **kinds: Any) -> Any:
    cases = {kind: use_case(bench, run) for kind, run in kinds.items()}
    return bench.plumbing.timer_runner.TimerRunner(bench.pool, bench.store, cases)


async def set_timers(bench: Bench, *timers: tuple[str, str, datetime]) -> None:
    found = bench.plumbing.working_set.Timers()
    for kind, aggregate_id, due_at in timers:
        found.set(kind, aggregate_id, due_at)
    async with bench.pool.acquire() as connection:
        await bench.plumbing.timer.flush(connection, found)


async def left(bench: Bench) -> list[Any]:
    rows: list[Any] = await bench.pool.fetch("select * from timer order by aggregate_id")
    return rows


async def test_what_is_due_fires_once(bench: Bench) -> None:
    later = NOW + timedelta(seconds=1)
    await set_timers(bench, ("add", "ats:a", NOW), ("add", "ats:b", later))
    timers = runner(bench, add=add)

    assert await timers.fire_due(now=NOW) == 1
    assert await timers.fire_due(now=NOW) == 0

    assert await bench.counts() == {"ats:a": 1}
    assert [row["aggregate_id"] for row in await left(bench)] == ["ats:b"]


async def test_two_runners_at_once_fire_each_timer_once(bench: Bench) -> None:
    await set_timers(bench, *[("add", f"ats:{i}", NOW) for i in range(60)])
    timers = runner(bench, add=add)

    async def fire_all() -> None:
        while await timers.fire_due(now=NOW):
            pass

    await asyncio.gather(*[fire_all() for _ in range(4)])

    assert set((await bench.counts()).values()) == {1}
    assert len(await bench.outgoing()) == 60
    assert await left(bench) == []


async def test_a_poison_timer_is_parked_and_the_others_run(bench: Bench) -> None:
    await set_timers(bench, ("add", "ats:a", NOW), ("poison", "ats:b", NOW), ("add", "ats:c", NOW))
    timers = runner(bench, add=add, poison=poison)

    await timers.fire_due(now=NOW)

    assert await bench.counts() == {"ats:a": 1, "ats:c": 1}
    (parked,) = await left(bench)
    assert (parked["kind"], parked["parked_reason"]) == ("poison", "Bug")
    assert await timers.fire_due(now=NOW + timedelta(days=1)) == 0


async def test_a_timer_that_collides_with_nobody_is_parked_and_the_others_run(bench: Bench) -> None:
    await bench.pool.execute("insert into side (id) values ('ats:there')")

    def make_anew(message: Any, work: Any, *, now: datetime) -> None:
        work.sides.add(Side("ats:there"))

    await set_timers(bench, ("anew", "ats:a", NOW), ("add", "ats:b", NOW))

    await runner(bench, add=add, anew=make_anew).fire_due(now=NOW)

    assert await bench.counts() == {"ats:b": 1}
    (parked,) = await left(bench)
    assert (parked["kind"], parked["parked_reason"]) == ("anew", "Collision")


async def test_a_timer_of_an_unknown_kind_is_parked(bench: Bench) -> None:
    await set_timers(bench, ("add", "ats:a", NOW), ("what", "ats:b", NOW))

    await runner(bench, add=add).fire_due(now=NOW)

    assert await bench.counts() == {"ats:a": 1}
    (parked,) = await left(bench)
    assert parked["kind"] == "what"


async def test_a_timer_set_again_runs_again(bench: Bench) -> None:
    def again(message: Any, work: Any, *, now: datetime) -> None:
        add(message, work, now=now)
        if work.tallies[message.aggregate_id].count < 3:
            work.timers.set("again", message.aggregate_id, now)

    await set_timers(bench, ("again", "ats:a", NOW))
    timers = runner(bench, again=again)

    while await timers.fire_due(now=NOW):
        pass

    assert await bench.counts() == {"ats:a": 3}
    assert await left(bench) == []


async def test_setting_a_parked_timer_lets_it_run(bench: Bench) -> None:
    await set_timers(bench, ("poison", "ats:a", NOW))
    await runner(bench, poison=poison).fire_due(now=NOW)

    await set_timers(bench, ("poison", "ats:a", NOW))
    await runner(bench, poison=add).fire_due(now=NOW)

    assert await bench.counts() == {"ats:a": 1}


async def test_a_page_that_moves_a_timer_meets_the_runner_without_a_deadlock(bench: Bench) -> None:
    """Both lock the aggregate, which is there, first and the timer last."""
    working_set = bench.plumbing.working_set
    pages = bench.plumbing.transaction.Transactions(bench.pool, bench.store)
    ids = [f"ats:{i}" for i in range(10)]
    await bench.pool.execute(
        "insert into tally (id, state) select id, jsonb_build_object('id', id, 'count', 0)"
        " from unnest($1::text[]) as id",
        ids,
    )
    await set_timers(bench, *[("add", one, NOW) for one in ids])

    def needs(message: str, work: Any) -> Any:
        return working_set.Needs.rows("tally", message)

    def move(message: str, work: Any, *, now: datetime) -> None:
        work.timers.set("add", message, now + timedelta(hours=1))
        work.tallies.put(work.tallies.get(message) or Tally(message))

    step = working_set.UseCase(needs, move)
    timers = runner(bench, add=add)
    await asyncio.gather(
        *[timers.fire_due(now=NOW) for _ in range(3)],
        *[pages.command(working_set.Step(one, step), now=NOW) for one in ids],
    )

    counts = await bench.counts()
    moved = {row["aggregate_id"] for row in await left(bench)}
    assert moved == set(counts)
    assert sum(counts.values()) == len(await bench.outgoing())


async def test_facts_are_gathered_before_the_use_case_runs(bench: Bench) -> None:
    seen: list[object] = []

    def take(message: Any, work: Any, *, now: datetime) -> None:
        seen.append(message.facts)

    async def gather(ids: Any, *, now: datetime) -> dict[str, object]:
        return {one: f"facts of {one}" for one in ids}

    await set_timers(bench, ("take", "ats:a", NOW), ("take", "ats:b", NOW))
    timers = replace(runner(bench, take=take), gathers={"take": gather})

    await timers.fire_due(now=NOW)

    assert seen == ["facts of ats:a", "facts of ats:b"]


async def test_what_needs_wide_reading_is_fired_a_few_at_a_time(bench: Bench) -> None:
    """Long thought inside one transaction would outlast its session."""
    most = bench.plumbing.timer_runner.MOST_WIDE

    async def gather(ids: Any, *, now: datetime) -> dict[str, object]:
        return dict.fromkeys(ids)

    wide = [("wide", f"ats:{number:03}", NOW) for number in range(most + 1)]
    await set_timers(bench, ("add", "ats:x", NOW - timedelta(seconds=1)), *wide)
    timers = replace(runner(bench, add=add, wide=add), gathers={"wide": gather})

    taken = [await timers.fire_due(now=NOW) for _ in range(3)]

    assert taken == [most + 1, 1, 0]
    assert await bench.total() == most + 2


async def test_one_leader_fires_and_another_takes_over_when_it_goes(bench: Bench) -> None:
    clock = bench.plumbing.clock.RealClock()
    loops = [
        bench.plumbing.timer_runner.TimerLoop(bench.dsn, runner(bench, add=add), clock)
        for _ in range(2)
    ]
    tasks = [asyncio.create_task(loop.run()) for loop in loops]
    await until(lambda: any(loop.leading for loop in loops))
    first = next(loop for loop in loops if loop.leading)
    second = next(loop for loop in loops if loop is not first)

    await set_timers(bench, ("add", "ats:a", LONG_AGO))
    await until_counted(bench, {"ats:a": 1})
    assert not second.leading
    first.stop()
    await until(lambda: second.leading)
    await set_timers(bench, ("add", "ats:a", LONG_AGO))
    await until_counted(bench, {"ats:a": 2})

    second.stop()
    await asyncio.gather(*tasks)


async def test_who_stands_by_is_not_woken_by_what_the_leader_is_woken_by(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.plumbing.timer_runner, "STANDBY_SECONDS", 3600.0)
    clock = bench.plumbing.clock.RealClock()
    leader, other = (
        bench.plumbing.timer_runner.TimerLoop(bench.dsn, runner(bench, add=add), clock)
        for _ in range(2)
    )
    leading = asyncio.create_task(leader.run())
    await until(lambda: leader.leading)
    standing_by = asyncio.create_task(other.run())
    await until(lambda: other.last_turn > 0)
    turned = other.last_turn

    for wanted in (1, 2):
        await set_timers(bench, ("add", "ats:a", LONG_AGO))
        await until_counted(bench, {"ats:a": wanted})
    await until(other._wake.is_set)
    await bench.pool.fetchval("select 1")

    assert other.last_turn == turned
    other.stop()
    leader.stop()
    await asyncio.gather(leading, standing_by)


async def test_a_leader_that_loses_its_session_leads_again(bench: Bench) -> None:
    clock = bench.plumbing.clock.RealClock()
    loop = bench.plumbing.timer_runner.TimerLoop(bench.dsn, runner(bench, add=add), clock)
    task = asyncio.create_task(loop.run())
    await until(lambda: loop.leading)

    connection = await asyncpg.connect(bench.dsn)
    await connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'timers'"
        " and datname = current_database()"
    )
    await connection.close()
    await set_timers(bench, ("add", "ats:a", LONG_AGO))
    await until_counted(bench, {"ats:a": 1})

    loop.stop()
    await task


async def until_counted(bench: Bench, wanted: dict[str, int]) -> None:
    async def counted() -> bool:
        return await bench.counts() == wanted

    await until_it(counted)
