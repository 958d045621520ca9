"""`reconcile`: what a topic has told and a database does not know, what was lost on the way, what was never seen."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Plumbing, Tally, counted
from tests.conformance.test_status import execute
from tests.support.typed import run

from parley_contracts.candidate_updates import CandidateUpdateSnapshot
from parley_contracts.cloudevents import encode
from parley_contracts.topics import CANDIDATE_UPDATES, TOPICS, consumed_by
from parley_local.topics import Kafka

PUBLISHED = """
insert into published
    (seq, id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload, published_at)
overriding system value
values (1, gen_random_uuid(), $1, 'ats:a', 0, 'x', 'y', $2, '{}', $2)
"""
DAY = "select make_published_day(($1::timestamptz at time zone 'UTC')::date)"
TOPIC = CANDIDATE_UPDATES.name
KEY = "ats:a"


@dataclass
class Records:
    """What stands on the topics, and how far the group has read."""

    found: Sequence[Any]
    read_to: int

    async def records(self, topics: Collection[str]) -> AsyncIterator[Sequence[Any]]:
        yield [one for one in self.found if one.topic in topics]

    async def committed(self, topics: Collection[str]) -> Mapping[tuple[str, int], int]:
        return {(topic, 0): self.read_to for topic in topics}


def told_by(plumbing: Plumbing, *events: tuple[int, str]) -> Any:
    """Revision and event id of each, in the order of the partition; a snapshot's id begins so."""
    told = plumbing.told.Told("test", ())
    told.take([record(plumbing, *one) for one in events])
    return told


def record(plumbing: Plumbing, revision: int, event_id: str) -> Any:
    event = counted(Tally(KEY, revision))
    if event_id.startswith("snapshot"):
        event = CandidateUpdateSnapshot(revision=revision, application=event.application)  # type: ignore[assignment]  # both tell of a clock
    made = encode(event, id=event_id, source="test", time=NOW)
    return plumbing.record.Record(
        made.topic, 0, revision, made.key.encode(), made.value, made.headers
    )


def behind(told: Any, own: int) -> list[str]:
    return list(told.behind(TOPIC, {KEY: own}))


def test_a_database_that_has_told_less_than_its_topic_is_behind(plumbing: Plumbing) -> None:
    told = told_by(plumbing, (1, "a"), (2, "b"), (3, "c"))

    assert [behind(told, own) for own in (2, 3, 4)] == [[KEY], [], []]
    assert list(told.behind(TOPIC, {})) == [KEY]


def test_numbers_that_have_caught_up_do_not_hide_that_they_were_told_twice(
    plumbing: Plumbing,
) -> None:
    told = told_by(plumbing, (1, "a"), (2, "b"), (3, "c"), (2, "d"), (3, "e"))

    assert behind(told, 3) == [KEY]
    assert behind(told, 4) == []


def test_what_is_told_above_all_revisions_ends_the_doubt(plumbing: Plumbing) -> None:
    told = told_by(plumbing, (1, "a"), (2, "b"), (2, "c"), (3, "snapshot"))

    assert behind(told, 3) == []


def test_a_relay_s_repeat_and_a_snapshot_are_no_second_meaning(plumbing: Plumbing) -> None:
    told = told_by(plumbing, (1, "a"), (2, "b"), (1, "a"), (2, "b"), (2, "snapshot"))

    assert behind(told, 2) == []


async def test_what_was_never_seen_is_taken_in_with_what_its_order_decides(
    bench: Bench,
) -> None:
    """`e1` was claimed by a database that is no more. Nothing counts revisions, so `e2` has to come last again."""
    records = [bench.record(0), bench.record(1), bench.record(2), bench.record(3, key="ats:b")]
    lag = bench.record(4)
    batch = bench.batch()
    await batch.ingest([records[0], records[2], records[3]])
    intake = bench.plumbing.missed.Intake(batch, Records([*records, lag], read_to=4))

    missed = await intake.missed()
    await intake.take_in(missed)
    left = await intake.missed()

    assert missed.keys == {"ats.applications.v1": {KEY: 1}}
    assert [one.offset for one in missed.records] == [1, 2]
    seen = await bench.pool.fetch("select id, state ->> 'seen' as seen from tally order by id")
    assert [row["seen"] for row in seen] == ['["e0", "e2", "e1", "e2"]', '["e3"]']
    assert (left.keys, left.records) == ({}, [])


async def test_a_replay_changes_nothing_but_for_what_was_missed(bench: Bench) -> None:
    """What is still to be read is left to the consumer."""
    records = [bench.record(0), bench.record(1, key="ats:b"), bench.record(2)]
    lag = bench.record(3)
    batch = bench.batch()
    await batch.ingest([records[0], records[2]])
    intake = bench.plumbing.missed.Intake(batch, Records([*records, lag], read_to=3))

    first = await intake.replay(["ats.applications.v1"])
    counts, sent = await bench.counts(), len(await bench.outgoing())
    second = await intake.replay(["ats.applications.v1"])

    assert first == second == {"ats.applications.v1": 3}
    assert counts == await bench.counts() == {"ats:a": 2, "ats:b": 1}
    assert len(await bench.outgoing()) == sent == 3


async def test_what_the_broker_lost_is_told_with_the_instant_to_republish_from(
    plumbing: Plumbing, database: str, kafka: Kafka, topic_prefix: str
) -> None:
    service = plumbing.service
    owned = [one for one in TOPICS.values() if service in one.owners]
    names = {one.name for one in (*owned, *consumed_by(service))}
    await kafka.create_topics([topic_prefix + name for name in sorted(names)])
    await run(service, database, "migrate")
    settings = {
        "kafka_bootstrap": kafka.bootstrap,
        "kafka_topic_prefix": topic_prefix,
        "kafka_group": f"{topic_prefix}group",
    }
    clean = await run(service, database, "reconcile", "--json", **settings)
    published_at = datetime.now(UTC) - timedelta(hours=1)
    await execute(database, DAY, published_at)
    await execute(database, PUBLISHED, owned[0].name, published_at)

    found = await run(service, database, "reconcile", **settings)
    healed = await run(service, database, "reconcile", "--heal", "--json", **settings)

    replayed = await run(service, database, "replay", "--json", **settings)
    nothing = await run(service, database, "replay", "--topics", "ats.nowhere.v1", **settings)

    assert set(replayed.report["read_again"].values()) == {0}
    assert nothing.status == 2
    assert "this service does not read ats.nowhere.v1" in nothing.error
    assert clean.status == 0, clean.out + clean.error
    assert (found.status, healed.status) == (1, 1)
    assert f"relay republish --since {published_at.isoformat()}" in found.out
    assert healed.report["missing_on_topic"] == {owned[0].name: [KEY]}


async def test_without_a_broker_nothing_is_compared(plumbing: Plumbing, database: str) -> None:
    await run(plumbing.service, database, "migrate")

    done = await run(plumbing.service, database, "reconcile")

    assert done.status == 1
    assert "does not answer" in done.error
    assert "Traceback" not in done.error
