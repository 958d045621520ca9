"""What a process remembers of rows is what stands in the database, or is not used."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Bug, Plumbing, Side

ELSEWHERE = "update tally set state = jsonb_set(state, '{count}', '10') where id = 'ats:a'"
ANEW = """
with gone as (delete from tally where id = 'ats:a' returning *)
insert into tally (id, version, state, side)
select id, version, jsonb_set(state, '{count}', '20'), side from gone
"""


class Decoded:
    """How many documents were decoded of each table; the codec is the table's own."""

    def __init__(self, bench: Bench) -> None:
        self.count = 0
        for table in bench.store.tables:
            table.__dict__["codec"] = self._counting(table.codec)

    def _counting(self, codec: Any) -> Any:
        outer = self

        class Counting:
            dump_json = staticmethod(codec.dump_json)

            @staticmethod
            def validate_json(state: str) -> Any:
                outer.count += 1
                return codec.validate_json(state)

        return Counting


async def test_what_was_written_here_is_not_read_again(bench: Bench) -> None:
    decoded = Decoded(bench)

    for offset in range(5):
        await bench.batch().ingest([bench.record(offset)])

    assert await bench.counts() == {"ats:a": 5}
    assert decoded.count == 0


async def test_what_was_read_once_is_not_read_again(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(0)])
    bench.store.memory.forget()
    decoded = Decoded(bench)

    for offset in range(1, 5):
        await bench.batch().ingest([bench.record(offset)])

    assert await bench.counts() == {"ats:a": 5}
    assert decoded.count == 1


@pytest.mark.parametrize(("statement", "found"), [(ELSEWHERE, 10), (ANEW, 20)])
async def test_what_somebody_else_wrote_is_read(bench: Bench, statement: str, found: int) -> None:
    """Even where its version says that nothing has changed."""
    await bench.batch().ingest([bench.record(0)])
    await bench.pool.execute(statement)

    await bench.batch().ingest([bench.record(1)])

    assert await bench.counts() == {"ats:a": found + 1}


async def test_what_was_rolled_back_was_never_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is undone after its rows were written, and taken in again one by one."""
    await bench.batch().ingest([bench.record(0)])
    broken: list[str] = []

    def break_once(name: str) -> None:
        if name == "before_commit" and not broken:
            broken.append(name)
            raise Bug

    monkeypatch.setattr(bench.plumbing.failpoint, "reach", break_once)
    await bench.batch().ingest([bench.record(1), bench.record(2)])

    assert broken
    assert await bench.counts() == {"ats:a": 3}


async def test_what_was_made_and_filled_in_at_once_is_not_taken_for_empty(bench: Bench) -> None:
    """Both bear the name of one transaction. Another task asks in between, and is answered afterwards."""
    working_set, sides = bench.plumbing.working_set, bench.store.tables[0]
    filled_in = asyncio.Event()
    looks: list[asyncio.Task[Any]] = []

    class Late:
        async def fetch(self, *arguments: Any) -> Any:
            await filled_in.wait()
            return await bench.pool.fetch(*arguments)

    def fill_in(message: str, work: Any, *, now: Any) -> None:
        look = sides.look(Late(), [message], memory=bench.store.memory)
        looks.append(asyncio.create_task(look))
        work.sides.put(Side(message, count=1))

    use_case = working_set.UseCase(
        lambda message, work: working_set.Needs.rows("side", message), fill_in
    )
    pages = bench.plumbing.transaction.Transactions(bench.pool, bench.store)
    await pages.command(working_set.Step("ats:a", use_case), now=NOW)
    filled_in.set()

    _, found = await looks[0]
    assert found == {"ats:a": Side("ats:a", count=1)}


async def test_what_is_forgotten_meanwhile_is_not_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the question and the answer another task may fill the memory, or a connection empty it."""
    await bench.batch().ingest([bench.record(0)])
    memory = bench.plumbing.memory.Memory
    recall = memory.recall

    def recall_and_forget(self: Any, table: str, ids: Any) -> Any:
        found = recall(self, table, ids)
        self.forget()
        return found

    monkeypatch.setattr(memory, "recall", recall_and_forget)
    await bench.batch().ingest([bench.record(1)])

    assert await bench.counts() == {"ats:a": 2}


async def test_a_new_connection_may_lead_to_another_server(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(0)])
    assert bench.store.memory.letters

    await bench.pool.expire_connections()
    await bench.pool.fetchval("select 1")

    assert not bench.store.memory.letters


@given(sizes=st.lists(st.tuples(st.integers(0, 5), st.integers(1, 60)), max_size=40))
def test_memory_never_holds_more_than_it_may(sizes: list[tuple[int, int]]) -> None:
    for service in ("scheduling", "feedback", "notifications"):
        memory = Plumbing(service).memory
        held = memory.Memory(most_letters=100)
        for stamp, (row_id, letters) in enumerate(sizes):
            held.keep("tally", str(row_id), memory.Remembered(stamp, None, letters))

            known = held.recall("tally", map(str, range(6)))
            assert held.letters == sum(one.letters for one in known.values()) <= 100
            assert known[str(row_id)].stamp == stamp
