"""`status`: what waits and for how long, for people and for machines, whatever answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition
from tests.conformance.tally import Plumbing
from tests.support.typed import run

from parley_contracts.topics import APPLICATIONS, PEOPLE, consumed_by
from parley_local.topics import Kafka

UNKNOWN = {
    "scheduling": (
        """insert into timer (kind, aggregate_id, due_at) values
            ('wait_for_interviewer', 'ats:i', '2127-03-01T09:00Z')""",
        """insert into interview (id, state) values
            ('ats:i', jsonb_build_object('waiting', jsonb_build_object('since', $1::timestamptz)))""",
        """insert into early (id, state) values
            ('ats:j', jsonb_build_object('answers', jsonb_build_array(
                jsonb_build_object('heard_at', $1::timestamptz), jsonb_build_object('heard_at', now())))),
            ('ats:k', '{"answers": [{}]}'), ('ats:m', '{"answers": []}'), ('ats:l', null)""",
    ),
    "feedback": (
        """insert into application (id, state) values
            ('ats:a', '{"opened": false}'), ('ats:c', '{"opened": true}'),
            ('ats:b', jsonb_build_object('opened', false, 'waiting_since', $1::timestamptz))""",
    ),
    "notifications": (
        """insert into dossier (id, state) values ('i', '{"waiting_for": ["ats:p"]}'),
            ('j', jsonb_build_object('waiting_for', array['ats:p', 'ats:q'], 'letters', jsonb_build_object(
                'ats:p', jsonb_build_object('waiting', jsonb_build_object('since', $1::timestamptz)),
                'ats:q', jsonb_build_object('waiting', jsonb_build_object('since', now())),
                'ats:r', jsonb_build_object('waiting', null))))""",
        """insert into application (id, state) values
            ('a', jsonb_build_object('waiting_for', array['ats:p'], 'letters', jsonb_build_object(
                'ats:p', jsonb_build_object('waiting', jsonb_build_object('since', $1::timestamptz)))))""",
    ),
}
WAITS = {"scheduling": [1, 2], "feedback": [2], "notifications": [1, 2]}
PARK = """
insert into timer (kind, aggregate_id, due_at, parked_reason, parked_at)
values ('x', 'ats:1', $1, 'KeyError', $1), ('x', 'ats:2', $1, 'KeyError', $1),
    ('x', 'ats:3', $1, 'slot_taken', $1)
"""
DUE = "insert into timer (kind, aggregate_id, due_at) values ('x', 'ats:4', $1)"
WAITING = """
insert into outbox (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values (gen_random_uuid(), 'parley.intake.v1', 'ats:a', 0, 'x', 'y', $1, '{}')
"""


async def execute(dsn: str, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


async def test_what_waits_for_something_unknown_is_counted_by_kind_and_has_an_age(
    plumbing: Plumbing, database: str
) -> None:
    await run(plumbing.service, database, "migrate")
    before = await run(plumbing.service, database, "status", "--json")
    for statement in UNKNOWN[plumbing.service]:
        since = [datetime.now(UTC) - timedelta(hours=2)] if "$1" in statement else []
        await execute(database, statement, *since)

    after = await run(plumbing.service, database, "status", "--json")

    none = {"rows": 0, "oldest_seconds": None}
    assert all(one == none for one in before.report["waiting"].values())
    waits = after.report["waiting"].values()
    assert sorted(one["rows"] for one in waits) == WAITS[plumbing.service]
    assert all(7200 <= one["oldest_seconds"] < 7500 for one in waits)


async def test_a_quiet_service_says_only_that_no_broker_answers(
    plumbing: Plumbing, database: str
) -> None:
    await run(plumbing.service, database, "migrate")

    told = await run(plumbing.service, database, "status", "--json")
    in_words = await run(plumbing.service, database, "status")

    assert (told.status, in_words.status) == (0, 0)
    assert (told.report["kafka"], told.report["lag"]) == ({"answers": False}, {})
    assert [one for one in told.report["warnings"] if "Kafka does not answer" not in one] == []
    assert in_words.out.startswith("! Kafka does not answer")
    assert "Traceback" not in in_words.error


async def test_what_is_stuck_is_warned_of_first(plumbing: Plumbing, database: str) -> None:
    await run(plumbing.service, database, "migrate")
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    for statement in (PARK, DUE, WAITING):
        await execute(database, statement, long_ago)

    told = await run(plumbing.service, database, "status", "--json")
    in_words = await run(plumbing.service, database, "status")

    timers, outbox = told.report["timers"], told.report["outbox"]
    assert told.status == 0
    assert timers["parked_because"] == {"KeyError": 2, "slot_taken": 1}
    assert (timers["due"], timers["parked"], outbox["rows"]) == (1, 3, 1)
    assert timers["oldest_due_seconds"] >= 7200 <= outbox["oldest_seconds"]
    warned = [line for line in in_words.out.splitlines() if line.startswith("! ")]
    assert in_words.out.splitlines()[: len(warned)] == warned
    for about in ("outbox", "overdue", "3 timers are parked"):
        assert any(about in line for line in warned), about


async def test_lag_is_told_by_topic(
    plumbing: Plumbing, database: str, kafka: Kafka, topic_prefix: str
) -> None:
    """Four of seven records are behind the group's offsets; of another topic nothing was read yet."""
    group = f"{topic_prefix}group"
    await kafka.create_topics([topic_prefix + one.name for one in consumed_by(plumbing.service)])
    await run(plumbing.service, database, "migrate")
    await write(kafka, topic_prefix + APPLICATIONS.name, 7)
    await write(kafka, topic_prefix + PEOPLE.name, 2)
    place = TopicPartition(topic_prefix + APPLICATIONS.name, 0)
    reader: Any = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap, group_id=group, enable_auto_commit=False
    )
    await reader.start()
    reader.assign([place])
    await reader.commit({place: 3})
    await reader.stop()
    settings = {
        "kafka_bootstrap": kafka.bootstrap,
        "kafka_topic_prefix": topic_prefix,
        "kafka_group": group,
    }

    told = await run(plumbing.service, database, "status", "--json", **settings)
    in_words = await run(plumbing.service, database, "status", **settings)

    behind = {name: lag for name, lag in told.report["lag"].items() if lag}
    assert behind == {APPLICATIONS.name: 4, PEOPLE.name: 2}
    assert set(told.report["lag"]) == {one.name for one in consumed_by(plumbing.service)}
    assert (told.report["kafka"], told.report["warnings"]) == ({"answers": True}, [])
    assert f"lag: {APPLICATIONS.name}" in in_words.out


async def test_a_topic_that_is_missing_is_named(
    plumbing: Plumbing, database: str, kafka: Kafka, topic_prefix: str
) -> None:
    await run(plumbing.service, database, "migrate")
    names = [one.name for one in consumed_by(plumbing.service) if one is not PEOPLE]
    await kafka.create_topics([topic_prefix + name for name in names])

    told = await run(
        plumbing.service,
        database,
        "status",
        "--json",
        kafka_bootstrap=kafka.bootstrap,
        kafka_topic_prefix=topic_prefix,
    )

    assert told.status == 0, told.error
    assert told.report["warnings"] == [f"topics that are not there: {PEOPLE.name}"]
    assert told.report["lag"][PEOPLE.name] is None


async def write(kafka: Kafka, topic: str, count: int) -> None:
    producer: Any = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await producer.start()
    for _ in range(count):
        await producer.send_and_wait(topic, b"x", partition=0)
    await producer.stop()
