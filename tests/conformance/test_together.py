"""Commands of pages that come at once share a transaction, and each has an answer of its own."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Bug, Tally
from tests.conformance.test_transactions import command, revisions, transactions


@pytest.fixture
def commits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each transaction that came as far as its end."""
    reached: list[str] = []
    kept = bench.plumbing.failpoint.reach

    def reach(name: str) -> None:
        if name == "page_before_commit":
            reached.append(name)
        kept(name)

    monkeypatch.setattr(bench.plumbing.failpoint, "reach", reach)
    return reached


async def test_fifty_at_once_are_two_transactions_at_most(bench: Bench, commits: list[str]) -> None:
    pages = transactions(bench)

    answers = await asyncio.gather(
        *[pages.command(command(bench, "ats:a"), now=NOW) for _ in range(50)]
    )

    assert answers == [None] * 50
    assert await bench.counts() == {"ats:a": 50}
    assert await revisions(bench) == list(range(1, 51))
    assert len(commits) <= 2


async def test_who_comes_meanwhile_shares_the_next(bench: Bench, commits: list[str]) -> None:
    """The first wait for a lock that another holds."""
    pages = transactions(bench)
    await pages.command(command(bench, "ats:a"), now=NOW)
    async with bench.pool.acquire() as other, other.transaction():
        await other.execute("select from tally where id = 'ats:a' for update")
        asked = []
        for _ in range(20):
            asked.append(asyncio.create_task(pages.command(command(bench, "ats:a"), now=NOW)))
            await asyncio.sleep(0)
        assert not any(one.done() for one in asked)

    await asyncio.gather(*asked)

    assert await bench.counts() == {"ats:a": 21}
    assert len(commits) <= 4


async def test_one_that_breaks_takes_nobody_along(bench: Bench) -> None:
    def breaks(message: str, work: Any, *, now: Any) -> Any:
        raise Bug

    pages = transactions(bench)

    *others, broken = await asyncio.gather(
        *[pages.command(command(bench, f"ats:{n}"), now=NOW) for n in range(4)],
        pages.command(command(bench, "ats:broken", run=breaks), now=NOW),
        return_exceptions=True,
    )

    assert others == [None] * 4
    assert isinstance(broken, Bug)
    assert await bench.counts() == {f"ats:{n}": 1 for n in range(4)}


async def test_what_may_have_been_done_is_not_done_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that is cut while the commit is on its way: who asked hears that nobody knows."""
    kept = bench.plumbing.failpoint.reach

    def cut(name: str) -> None:
        kept(name)
        if name == "page_after_commit":
            raise ConnectionResetError

    monkeypatch.setattr(bench.plumbing.failpoint, "reach", cut)
    pages = transactions(bench)

    answers = await asyncio.gather(
        *[pages.command(command(bench, "ats:a"), now=NOW) for _ in range(5)], return_exceptions=True
    )

    assert all(isinstance(one, ConnectionResetError) for one in answers)
    assert await bench.counts() == {"ats:a": 5}


async def test_who_comes_as_a_lane_ends_is_answered(bench: Bench) -> None:
    """In the very turn of the loop in which both have found nothing more to do."""
    pages = transactions(bench)

    async def one_after_the_other() -> None:
        for _ in range(30):
            await pages.command(command(bench, "ats:a"), now=NOW)

    async with asyncio.timeout(20):
        await asyncio.gather(*[one_after_the_other() for _ in range(3)])

    assert await bench.counts() == {"ats:a": 90}
    assert not pages._lanes


async def test_nobody_waits_for_lanes_that_are_held_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.plumbing.transaction, "LONG_SECONDS", 0.05)
    pages = transactions(bench)
    await pages.command(command(bench, "ats:a"), now=NOW)
    async with bench.pool.acquire() as other, other.transaction():
        await other.execute("select from tally where id = 'ats:a' for update")
        held = []
        for _ in range(2):
            held.append(asyncio.create_task(pages.command(command(bench, "ats:a"), now=NOW)))
            for _ in range(3):  # until a lane has taken it
                await asyncio.sleep(0)

        await pages.command(command(bench, "ats:b"), now=NOW)

        assert not any(one.done() for one in held)

    await asyncio.gather(*held)
    assert await bench.counts() == {"ats:a": 3, "ats:b": 1}


async def test_a_refusal_is_for_who_is_refused(bench: Bench) -> None:
    refusal = bench.plumbing.working_set.Refusal

    def once_only(message: str, work: Any, *, now: Any) -> Any:
        if work.tallies.get(message) is not None:
            return refusal("taken")
        work.tallies.put(Tally(message, count=1))
        return None

    pages = transactions(bench)

    answers = await asyncio.gather(
        *[pages.command(command(bench, "ats:slot", run=once_only), now=NOW) for _ in range(9)]
    )

    assert answers == [None] + [refusal("taken")] * 8


async def test_what_the_database_refuses_is_refused_to_one(bench: Bench) -> None:
    """Its last word is about one insert of many, and undoes them all."""
    plumbing = bench.plumbing
    await bench.pool.execute(
        "alter table tally add constraint once exclude (side with =) where (side <> '')"
    )
    store = replace(
        bench.store,
        tables=tuple(
            replace(one, taken=plumbing.working_set.Refusal("taken"), insert=GENTLY)
            if one.name == "tally"
            else one
            for one in bench.store.tables
        ),
    )
    pages = plumbing.transaction.Transactions(bench.pool, store)

    def seat(message: str, work: Any, *, now: Any) -> Any:
        work.tallies.put(Tally(message, count=1, side="one"))

    answers = await asyncio.gather(
        *[pages.command(command(bench, f"ats:{n}", run=seat), now=NOW) for n in range(10)]
    )

    assert answers.count(None) == 1
    assert answers.count(plumbing.working_set.Refusal("taken")) == 9
    assert len(await bench.counts()) == 1


GENTLY = (
    "insert into tally (id, state, side) select * from unnest($1::text[], $2::jsonb[], $3::text[])"
    " on conflict do nothing returning id, xmin as stamp"
)


async def test_who_has_gone_has_asked_all_the_same(bench: Bench) -> None:
    pages = transactions(bench)
    gone = asyncio.create_task(pages.command(command(bench, "ats:a"), now=NOW))
    stays = asyncio.create_task(pages.command(command(bench, "ats:a"), now=NOW))
    await asyncio.sleep(0)

    gone.cancel()
    await stays

    assert await bench.counts() == {"ats:a": 2}


async def test_time_is_that_of_the_last_who_came(bench: Bench) -> None:
    seen: list[Any] = []

    def look(message: str, work: Any, *, now: Any) -> Any:
        seen.append(now)

    pages = transactions(bench)
    times = [NOW + timedelta(seconds=n) for n in (2, 3, 1)]

    await asyncio.gather(
        *[pages.command(command(bench, "ats:a", run=look), now=now) for now in times]
    )

    assert set(seen) == {max(times)}
