"""Two writers of one thing: nobody is lost, nobody is doubled, no deadlock is left standing."""

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Side, Tally, counted


def command(bench: Bench, tally_id: str, *, run: Any = None, touch: tuple[str, ...] = ()) -> Any:
    working_set = bench.plumbing.working_set

    def needs(message: str, work: Any) -> Any:
        return working_set.Needs.rows("tally", message, *touch)

    def add(message: str, work: Any, *, now: Any) -> Any:
        tally = work.tallies.get(message) or Tally(message)
        tally = replace(tally, count=tally.count + 1)
        work.tallies.put(tally)
        work.publish(counted(tally), at=now)
        for other in touch:
            touched = work.tallies.get(other) or Tally(other)
            work.tallies.put(replace(touched, count=touched.count + 1))

    return working_set.Step(tally_id, working_set.UseCase(needs, run or add))


def transactions(bench: Bench) -> Any:
    return bench.plumbing.transaction.Transactions(bench.pool, bench.store)


@dataclass(frozen=True)
class Apart:
    """As if each command came to another process: nobody shares a transaction."""

    bench: Bench
    store: Any = None

    async def command(self, step: Any, *, now: Any) -> Any:
        made = self.bench.plumbing.transaction.Transactions
        return await made(self.bench.pool, self.store or self.bench.store).command(step, now=now)


async def revisions(bench: Bench) -> list[int]:
    return [json.loads(row["payload"])["revision"] for row in await bench.outgoing()]


async def test_many_makers_of_one_new_aggregate(bench: Bench) -> None:
    pages = Apart(bench)

    await asyncio.gather(*[pages.command(command(bench, "ats:new"), now=NOW) for _ in range(5)])

    assert await bench.counts() == {"ats:new": 5}
    assert await revisions(bench) == [1, 2, 3, 4, 5]


async def test_many_writers_of_one_changed_aggregate(bench: Bench) -> None:
    pages = Apart(bench)
    await pages.command(command(bench, "ats:a"), now=NOW)

    await asyncio.gather(*[pages.command(command(bench, "ats:a"), now=NOW) for _ in range(9)])

    assert await bench.counts() == {"ats:a": 10}
    assert await revisions(bench) == list(range(1, 11))


async def test_locks_are_taken_in_one_order_whatever_order_is_asked(bench: Bench) -> None:
    pages = Apart(bench)
    for tally_id in ("ats:a", "ats:b", "ats:c"):
        await pages.command(command(bench, tally_id), now=NOW)

    await asyncio.gather(
        *[
            pages.command(command(bench, first, touch=rest), now=NOW)
            for first, *others in (("ats:a", "ats:c"), ("ats:c", "ats:b"), ("ats:b", "ats:a"))
            for rest in [tuple(others)]
            for _ in range(5)
        ]
    )

    assert sum((await bench.counts()).values()) == 3 + 15 * 2


async def test_a_page_and_a_batch_on_one_aggregate(bench: Bench) -> None:
    pages = Apart(bench)
    batches = [
        bench.batch().ingest([bench.record(n * 10 + i) for i in range(10)]) for n in range(5)
    ]

    await asyncio.gather(
        *batches, *[pages.command(command(bench, "ats:a"), now=NOW) for _ in range(4)]
    )

    assert await bench.counts() == {"ats:a": 54}
    assert await revisions(bench) == list(range(1, 55))


async def test_what_was_not_loaded_is_loaded_and_the_page_goes_on(bench: Bench) -> None:
    def run(message: str, work: Any, *, now: Any) -> Any:
        for tally_id in ("ats:z", message, "ats:b"):
            work.tallies.put(Tally(tally_id, count=1))

    answer = await transactions(bench).command(command(bench, "ats:m", run=run), now=NOW)

    assert answer is None
    assert await bench.counts() == {"ats:b": 1, "ats:m": 1, "ats:z": 1}


WATCHED = """
create table made (place serial primary key, id text);
create function note() returns trigger language plpgsql as
    'begin insert into made (id) values (new.id); return new; end';
create trigger note before insert on side for each row execute function note()
"""


async def test_a_parent_never_met_is_made_in_its_turn_and_one_that_was_met_is_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of what nobody has met is new: whoever learnt that from its lock would have to start over."""
    working_set, transaction, passes = bench.plumbing.working_set, bench.plumbing.transaction, 0
    load = transaction._load

    async def counting(*arguments: Any, **named: Any) -> Any:
        nonlocal passes
        passes += 1
        return await load(*arguments, **named)

    monkeypatch.setattr(transaction, "_load", counting)
    await bench.pool.execute(WATCHED)
    use_case = working_set.UseCase(
        lambda message, work: working_set.Needs.rows("side", message, "ats:z"),
        lambda message, work, now: work.sides.put(Side(message, count=passes)),
    )

    async def made_for(side_id: str) -> list[str]:
        known = await bench.pool.fetchval("select max(place) from made")
        await Apart(bench).command(working_set.Step(side_id, use_case), now=NOW)
        found = await bench.pool.fetch(
            "select id from made where place > $1 order by place", known or 0
        )
        return [row["id"] for row in found]

    assert (await made_for("ats:a"), passes) == (["ats:a", "ats:z"], 1)
    assert (await made_for("ats:b"), passes) == (["ats:b"], 2)
    await bench.pool.execute("delete from side where id = 'ats:z'")
    assert (await made_for("ats:a"), passes) == (["ats:a", "ats:z"], 4)


async def test_a_search_sees_what_a_concurrent_maker_adds_under_the_parents_lock(
    bench: Bench,
) -> None:
    """Whoever makes a child locks its parent, heard of or not: a placeholder row stands for it."""
    working_set = bench.plumbing.working_set
    pages = Apart(bench)

    def make_needs(message: str, work: Any) -> Any:
        needed = working_set.Needs.rows("side", "parent")
        return needed | working_set.Needs.rows("tally", message)

    def make(message: str, work: Any, *, now: Any) -> Any:
        parent = work.sides.get("parent")
        closed = parent is not None and parent.count > 0
        work.tallies.put(Tally(message, count=0 if closed else 1, side="parent"))

    def close_needs(message: str, work: Any) -> Any:
        return working_set.Needs.rows("side", message) | working_set.Needs.matching(
            "tally", "side", message
        )

    def close(message: str, work: Any, *, now: Any) -> Any:
        work.sides.put(Side(message, count=1))
        for child in work.tallies.where("side", message):
            work.tallies.put(replace(child, count=0))

    maker = working_set.UseCase(make_needs, make)
    closer = working_set.UseCase(close_needs, close)
    await asyncio.gather(
        *[pages.command(working_set.Step(f"ats:{i}", maker), now=NOW) for i in range(8)],
        pages.command(working_set.Step("parent", closer), now=NOW),
        *[pages.command(working_set.Step(f"ats:{i}", maker), now=NOW) for i in range(8, 16)],
    )

    counts = await bench.counts()
    assert len(counts) == 16
    assert set(counts.values()) == {0}


async def test_a_refusal_by_the_database_rolls_everything_back(bench: Bench) -> None:
    table, working_set = bench.plumbing.table, bench.plumbing.working_set
    await bench.pool.execute("create unique index one_side on tally (side)")
    taken = working_set.Refusal("taken")
    tallies = replace(
        bench.store.tables[1],
        taken=taken,
        insert=bench.store.tables[1].insert.replace(
            "returning", "on conflict do nothing returning"
        ),
    )
    store = replace(bench.store, tables=(bench.store.tables[0], tallies))
    pages = Apart(bench, store)

    def seat(message: str, work: Any, *, now: Any) -> Any:
        work.tallies.put(Tally(message, count=1, side="chair"))
        work.publish(counted(Tally(message, count=1)), at=now)

    answers = await asyncio.gather(
        *[pages.command(command(bench, f"ats:{i}", run=seat), now=NOW) for i in range(10)]
    )

    assert sorted(answers, key=str) == sorted([None, *[taken] * 9], key=str)
    assert len(await bench.counts()) == 1
    assert len(await bench.outgoing()) == 1
    assert table.Refused is not None


async def test_a_row_changed_behind_the_locks_is_read_again(bench: Bench) -> None:
    await transactions(bench).command(command(bench, "ats:a"), now=NOW)
    update = bench.store.tables[1].update
    stale = replace(
        bench.store.tables[1], update=update.replace("returning", "and false returning")
    )
    store = replace(bench.store, tables=(bench.store.tables[0], stale))

    with pytest.raises(bench.plumbing.table.Collision):
        await bench.plumbing.transaction.Transactions(bench.pool, store).command(
            command(bench, "ats:a"), now=NOW
        )

    assert await bench.counts() == {"ats:a": 1}


async def test_endless_needs_are_a_bug_that_ends(bench: Bench) -> None:
    working_set = bench.plumbing.working_set
    asked = 0

    def needs(message: str, work: Any) -> Any:
        nonlocal asked
        asked += 1
        work.tallies.peek("x")
        return working_set.Needs.rows("tally", f"ats:{asked}")

    with pytest.raises(RecursionError):
        await transactions(bench).command(
            working_set.Step("x", working_set.UseCase(needs, lambda *_, **__: None)), now=NOW
        )


async def test_what_follows_is_done_once_however_often_it_was_asked_for(bench: Bench) -> None:
    """After all messages have run, in the trace of the last that asked."""
    traces = [f"00-{number:032x}-{number:016x}-01" for number in (1, 2, 3)]
    told: list[tuple[int, str | None]] = []

    def count(message: Any, work: Any, *, now: Any) -> None:
        def follow() -> None:
            told.append((work.tallies[message.subject].count, work.timers.trace))

        before = work.tallies.get(message.subject) or Tally(message.subject)
        work.tallies.put(replace(before, count=before.count + 1))
        work.once("tally", message.subject, follow)
        assert not told

    records = [bench.record(number) for number in range(3)]
    records = [
        replace(one, headers=(*one.headers, ("traceparent", trace.encode())))
        for one, trace in zip(records, traces, strict=True)
    ]

    await bench.batch(count).ingest(records)

    ((counted_to, trace),) = told
    assert counted_to == 3
    assert trace is not None
    assert trace[3:35] == traces[-1][3:35]


def following(bench: Bench, seen: list[tuple[str, ...]]) -> Any:
    """A step that needs the row which another row names."""
    working_set = bench.plumbing.working_set

    def needs(message: str, work: Any) -> Any:
        known = work.tallies.peek(message)
        named = known.seen if known is not None else ()
        return working_set.Needs.rows("tally", message, *named)

    def run(message: str, work: Any, *, now: Any) -> None:
        named = work.tallies[message].seen
        seen.append(tuple(work.tallies[one].id for one in named))

    return working_set.Step("ats:a", working_set.UseCase(needs, run))


async def test_what_is_remembered_says_what_will_be_needed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in ("ats:a", "ats:b", "ats:c"):
        await transactions(bench).command(command(bench, one), now=NOW)
    await bench.pool.execute(NAME, "ats:a", ["ats:b"])
    passes, seen = 0, list[tuple[str, ...]]()
    load = bench.plumbing.transaction._load

    async def counted_load(*given: Any, **named: Any) -> Any:
        nonlocal passes
        passes += 1
        return await load(*given, **named)

    monkeypatch.setattr(bench.plumbing.transaction, "_load", counted_load)
    found = []
    for elsewhere in (None, None, ["ats:c"], None):
        if elsewhere is not None:
            await bench.pool.execute(NAME, "ats:a", elsewhere)
        passes = 0
        await transactions(bench).command(following(bench, seen), now=NOW)
        found.append(passes)

    assert seen == [("ats:b",), ("ats:b",), ("ats:c",), ("ats:c",)]
    assert found == [2, 1, 2, 1]


NAME = "update tally set state = jsonb_set(state, '{seen}', to_jsonb($2::text[])) where id = $1"
