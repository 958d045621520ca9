"""A revision that is missing is counted by topic: once for each that is committed, and never an error."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Bug, Plumbing, Tally

from parley_contracts.applications import CandidateContacted
from parley_contracts.cloudevents import Received, encode
from parley_contracts.topics import APPLICATIONS, TOPICS


def gaps(plumbing: Plumbing) -> Counter[str]:
    """By topic, since the process began."""
    name = "parley_revision_gaps_total"
    found = {
        one: plumbing.metrics.REGISTRY.get_sample_value(name, {"topic": one}) for one in TOPICS
    }
    return Counter({topic: int(count) for topic, count in found.items() if count})


def keep(message: Received, work: Any, *, now: datetime) -> Any:
    """The tally's count is the last revision that was heard."""
    del now
    event = message.data
    assert isinstance(event, CandidateContacted)
    before = work.tallies.get(message.subject) or Tally(message.subject)
    work.note_gap(event, before.count)
    if event.channel == "letter":
        raise Bug
    work.tallies.put(replace(before, count=event.revision or before.count))
    return None


def record(bench: Bench, offset: int, revision: int | None, channel: str = "email") -> Any:
    event = CandidateContacted(application_id="ats:a", channel=channel, revision=revision)
    encoded = encode(event, id=f"e{offset}", source="ats", time=NOW + timedelta(seconds=offset))
    return bench.plumbing.record.Record(
        encoded.topic, 0, offset, encoded.key.encode(), encoded.value, encoded.headers
    )


@pytest.mark.parametrize(
    ("revisions", "missing"),
    [
        ((1, 2, 3), 0),
        ((1, 3), 1),
        ((1, 2, 9, 10, 12), 2),
        ((7, 8), 0),
        ((1, None, 2), 0),
        ((5, 3), 0),
        ((5, 5), 0),
    ],
)
async def test_each_gap_is_counted_once(
    bench: Bench, revisions: tuple[int | None, ...], missing: int
) -> None:
    """What came before the first that was heard is no gap: a reader may begin anywhere."""
    before = gaps(bench.plumbing)

    await bench.batch(keep).ingest(
        [record(bench, number, revision) for number, revision in enumerate(revisions)]
    )

    assert gaps(bench.plumbing) - before == +Counter({APPLICATIONS.name: missing})


async def test_gap_of_a_batch_that_is_replayed_is_counted_once(bench: Bench) -> None:
    """The bug's own gap too: nothing of it is committed."""
    before = gaps(bench.plumbing)

    await bench.batch(keep).ingest(
        [record(bench, 1, 1), record(bench, 2, 4), record(bench, 3, 9, channel="letter")]
    )

    assert await bench.counts() == {"ats:a": 4}
    assert gaps(bench.plumbing) - before == {APPLICATIONS.name: 1}


async def test_gap_is_counted_when_a_dead_letter_is_redriven(bench: Bench) -> None:
    await bench.batch(keep).ingest([record(bench, 1, 1), record(bench, 2, 4, channel="letter")])
    (letter,) = await bench.letters()
    before = gaps(bench.plumbing)

    def mended(message: Received, work: Any, *, now: datetime) -> Any:
        del now
        work.note_gap(message.data, work.tallies[message.subject].count)
        return None

    assert await bench.batch(mended).redrive(letter["id"])
    assert gaps(bench.plumbing) - before == {APPLICATIONS.name: 1}


FAILS_ONCE = """
create sequence commits;
create function fail_once() returns trigger language plpgsql as $$
begin
    if nextval('commits') = 1 then
        raise exception 'try again' using errcode = 'serialization_failure';
    end if;
    return null;
end $$;
create constraint trigger fail_once after insert on tally
deferrable initially deferred for each row execute function fail_once();
"""


async def test_gap_is_counted_after_the_commit(bench: Bench) -> None:
    """The first attempt is refused by the commit itself, and counts nothing."""
    await bench.pool.execute(FAILS_ONCE)
    before = gaps(bench.plumbing)

    await bench.batch(keep).ingest([record(bench, 1, 1), record(bench, 2, 3)])

    assert await bench.pool.fetchval("select last_value from commits") == 2
    assert await bench.counts() == {"ats:a": 3}
    assert gaps(bench.plumbing) - before == {APPLICATIONS.name: 1}
