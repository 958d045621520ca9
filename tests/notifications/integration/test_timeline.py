"""What happened to one interview of a day that was really played, as an operator asks for it."""

import json
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from tests.pairs.recorded_day import Arrival, read
from tests.support.typed import run

from parley_local.topics import Kafka

INTERVIEW = "demo:int-0002"
PRIVATE = ("name", "email", "phone", "bio", "pronouns", "chat_id")


@dataclass(frozen=True)
class Operator:
    bootstrap: str
    prefix: str
    day: Sequence[Arrival]

    async def types(self, *arguments: str) -> tuple[str, int]:
        done = await run(
            "notifications",
            "postgresql://nobody@127.0.0.1:1/none",
            *["timeline", *arguments],
            kafka_bootstrap=self.bootstrap,
            kafka_topic_prefix=self.prefix,
        )
        return done.out + done.error, done.status


@pytest.fixture(scope="module")
async def operator(kafka: Kafka) -> AsyncIterator[Operator]:
    """The topics of the day; what the ATS had said came once more, under other ids."""
    day = [one for one in read() if isinstance(one, Arrival)]
    prefix = f"{kafka.prefix}t{secrets.token_hex(6)}-"
    await kafka.create_topics([prefix + name for name in sorted({one.topic for one in day})])
    await play(day, kafka.bootstrap, prefix)
    yield Operator(kafka.bootstrap, prefix, day)
    await kafka.delete_prefixed(prefix)


async def play(day: Sequence[Arrival], bootstrap: str, prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for one in (*day, *[again(one) for one in day if one.topic == "ats.applications.v1"]):
            await producer.send(
                prefix + one.topic,
                key=one.key.encode(),
                value=None if one.value is None else one.value.encode(),
                headers=[(name, value.encode()) for name, value in one.headers],
                partition=one.partition,
            )
        await producer.flush()
    finally:
        await producer.stop()


def again(one: Arrival) -> Arrival:
    headers = dict(one.headers)
    return replace(one, headers=tuple((headers | {"ce_id": headers["ce_id"] + "-again"}).items()))


async def test_all_services_speak_in_order_and_nobody_is_named(operator: Operator) -> None:
    said, status = await operator.types(INTERVIEW)
    lines = said.splitlines()

    assert status == 0
    assert lines == sorted(lines, key=lambda line: line[:20])
    told = [re.split(r"\s{2,}", line)[2] for line in lines]
    begun = [told.index(name) for name in (
        "interview requested", "interview slots offered", "interview booked", "round preparation ready",
        "interview rescheduled", "interview session ended", "round feedback requested", "round decided",
        "application closed", "round closed",
    )]  # fmt: skip
    assert begun == sorted(begun)
    assert {"application opened", "application updated", "notification sent"} <= set(told)
    assert not any(word in said for word in private(operator.day))


async def test_it_has_each_record_about_the_interview_and_none_of_others(
    operator: Operator,
) -> None:
    said, _ = await operator.types(INTERVIEW, "--json")
    found: dict[str, Any] = json.loads(said)
    own = {INTERVIEW, found["application_id"]}

    assert {(one["topic"], one["partition"], one["offset"]) for one in found["entries"]} == {
        (one.topic, one.partition, one.offset) for one in operator.day if one.key in own
    }


async def test_what_was_asked_for_and_taken_up_by_nobody_is_found_too(
    kafka: Kafka, operator: Operator
) -> None:
    """The ATS alone speaks of it: no service has read its request yet."""
    prefix = f"{kafka.prefix}t{secrets.token_hex(6)}-"
    day = [one for one in operator.day if one.topic == "ats.applications.v1"]
    await kafka.create_topics([prefix + "ats.applications.v1"])
    await play(day, kafka.bootstrap, prefix)

    said, status = await Operator(kafka.bootstrap, prefix, day).types(INTERVIEW)
    await kafka.delete_prefixed(prefix)

    told = [re.split(r"\s{2,}", line)[1:3] for line in said.splitlines()]
    assert status == 0, said
    assert ["demo-ats", "interview requested"] in told
    assert {source for source, _ in told} == {"demo-ats"}


@pytest.mark.parametrize("wanted", ["demo:int-9999", "nobody's"])
async def test_an_interview_that_nobody_speaks_of_is_said_to_be_none(
    operator: Operator, wanted: str
) -> None:
    said, status = await operator.types(wanted)

    assert (said, status) == (f"No topic says anything of {wanted}.\n", 1)


async def test_a_broker_that_does_not_answer_is_no_traceback() -> None:
    said, status = await Operator("127.0.0.1:1", "", ()).types(INTERVIEW)

    assert status == 1
    assert said.startswith("The topics were not read to the end, for Kafka does not answer")


def private(day: Sequence[Arrival]) -> set[str]:
    people = [one.data for one in day if one.topic == "ats.people.v1" and one.value]
    return {str(one[name]) for one in people for name in PRIVATE if one.get(name)}
