"""Dead letters go with the person whom they name, and no others."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW

PERSON, OTHER = "ats:ana", "ats:ana-2"
NAMED = ("ats.people.v1", "ats.interviewers.v1", "ats.busy.v1")


async def test_letters_keyed_by_a_person_go_and_all_others_stay(bench: Bench) -> None:
    plumbing = bench.plumbing
    places = [(topic, key) for topic in (*NAMED, "ats.applications.v1") for key in (PERSON, OTHER)]
    letters = [a_letter(bench, number, *place) for number, place in enumerate(places)]
    async with bench.pool.acquire() as connection:
        await plumbing.dead_letter.keep(connection, letters, kept_at=NOW)

    await remove(bench, PERSON)

    left = {(one["topic"], one["key"].decode()) for one in await bench.letters()}
    assert left == {*places} - {(topic, PERSON) for topic in NAMED}


async def test_nothing_kept_is_nothing_to_remove(bench: Bench) -> None:
    await remove(bench, PERSON)

    assert await bench.letters() == []


def a_letter(bench: Bench, offset: int, topic: str, key: str) -> Any:
    record = bench.plumbing.record.Record(topic, 0, offset, key.encode(), b"not json", ())
    return bench.plumbing.dead_letter.DeadLetter(record, "no JSON")


async def remove(bench: Bench, person_id: str) -> None:
    """As a use case does, in a transaction of its own."""
    working_set = bench.plumbing.working_set

    @dataclass(slots=True)
    class Work(working_set.WorkingSet):  # type: ignore[misc,name-defined]  # a base chosen at run time
        kept_records: Any = field(default_factory=lambda: working_set.Rows("kept_records"))

    def needs(message: str, work: Work) -> Any:
        del work
        return working_set.Needs.rows("kept_records", message)

    def forget(message: str, work: Work, *, now: datetime) -> None:
        del now
        work.kept_records.remove(message)

    store = replace(bench.store, tables=(bench.plumbing.dead_letter.KEPT_RECORDS,), new_work=Work)
    step = working_set.Step(person_id, working_set.UseCase(needs, forget))
    run = bench.plumbing.transaction.Transactions(bench.pool, store)
    assert await run.command(step, now=NOW) is None
