import json
from pathlib import Path

import pytest
from aiokafka.partitioner import murmur2 as aiokafkas_murmur2
from hypothesis import given
from hypothesis import strategies as st

from parley_contracts import interviews, people, topics
from parley_contracts.event import Event
from parley_contracts.partitioning import murmur2, partition_for
from parley_contracts.topics import PARTITIONS, TOPIC_OF_TYPE, TOPICS, Topic

CONTRACTS = Path(__file__).parents[2] / "libs/contracts"

each_topic = pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda topic: topic.name)


def test_the_nine_topics_are_those_of_the_architecture() -> None:
    assert list(TOPICS) == [
        "ats.people.v1",
        "ats.interviewers.v1",
        "ats.busy.v1",
        "ats.applications.v1",
        "parley.interviews.v1",
        "parley.rounds.v1",
        "parley.applications.v1",
        "parley.notifications.v1",
        "parley.intake.v1",
    ]


def test_a_type_is_on_one_topic_and_a_model_has_one_type() -> None:
    types = [ce_type for topic in TOPICS.values() for ce_type in topic.events]
    models = [model for topic in TOPICS.values() for model in topic.events.values()]

    assert len(set(types)) == len(types) == len(set(models))
    assert all(ce_type.endswith(".v1") for ce_type in types)


def test_lookups_go_both_ways() -> None:
    for ce_type, topic in TOPIC_OF_TYPE.items():
        assert topics.published_as(topic.events[ce_type]) == (topic, ce_type)


def test_what_is_no_event_is_published_nowhere() -> None:
    with pytest.raises(KeyError):
        topics.published_as(Event)


@each_topic
def test_bad_records_are_answered_by_one_who_reads_them(topic: Topic) -> None:
    assert topic.intake_owner in (None, *topic.consumers)
    assert (topic.intake_owner is None) == (topic is topics.INTAKE)


@each_topic
def test_nobody_reads_what_they_publish(topic: Topic) -> None:
    assert not set(topic.owners) & set(topic.consumers)
    assert topic.name.startswith("ats." if topics.ATS in topic.owners else "parley.")


@each_topic
def test_the_broker_keeps_its_own_time(topic: Topic) -> None:
    assert topic.config["message.timestamp.type"] == "LogAppendTime"
    assert topic.partitions == 24


def test_compaction_is_for_people_and_interviewers() -> None:
    compacted = {topic.name for topic in TOPICS.values() if topic.compacted}

    assert compacted == {"ats.people.v1", "ats.interviewers.v1"}
    assert topics.PEOPLE.config == {
        "cleanup.policy": "compact",
        "delete.retention.ms": str(35 * 24 * 3_600_000),
        "message.timestamp.type": "LogAppendTime",
    }
    assert topics.ROUNDS.config["cleanup.policy"] == "delete"


def test_who_consumes_what() -> None:
    assert topics.consumed_by("scheduling") == (
        topics.PEOPLE,
        topics.INTERVIEWERS,
        topics.BUSY,
        topics.APPLICATIONS,
        topics.ROUNDS,
        topics.DELIVERIES,
    )
    assert topics.source_of("scheduling") == "parley/scheduling"


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        topics.PEOPLE.events["x"] = people.PersonUpserted  # type: ignore[index]  # that is the point


def test_an_aggregate_id_is_the_key() -> None:
    assert people.PersonUpserted(person_id="x:1", name="A").aggregate_id == "x:1"
    with pytest.raises(NotImplementedError):
        _ = Event().aggregate_id


@given(st.binary(max_size=140))
def test_murmur2_is_that_of_kafka(key: bytes) -> None:
    assert murmur2(key) == aiokafkas_murmur2(key) & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("key", "expected"),
    [(b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536)],
)
def test_murmur2_gives_what_kafkas_own_tests_expect(key: bytes, expected: int) -> None:
    assert murmur2(key) == expected & 0xFFFFFFFF


def test_the_published_vectors_hold() -> None:
    published = json.loads((CONTRACTS / "samples/partitions.json").read_text())

    for vector in published["vectors"]:
        key = vector["key"].encode()
        assert vector["partition"] == (aiokafkas_murmur2(key) & 0x7FFFFFFF) % PARTITIONS
        assert vector["partition"] == partition_for(key, PARTITIONS)
    assert {len(one["key"]) % 4 for one in published["vectors"]} == {0, 1, 2, 3}


def test_the_state_of_an_interview_finds_its_sessions() -> None:
    from parley_contracts.samples.parley_interviews import OFFERED  # noqa: PLC0415 - only here

    assert isinstance(OFFERED, interviews.Interview)
    assert OFFERED.session("system-design") == OFFERED.sessions[0]
    assert OFFERED.session("lunch") is None
