"""A Kafka client that has fallen silent, while the broker answers others, is made anew: nobody has to see it and restart."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from tests.conformance.tally import Plumbing
from tests.support.until import until

from parley_local.topics import Kafka

TOPIC = "sounds"


@asynccontextmanager
async def consuming(
    plumbing: Plumbing, kafka: Kafka, prefix: str, heard: list[bytes]
) -> AsyncIterator[Any]:
    async def ingest(records: Sequence[Any]) -> None:
        heard.extend(one.value for one in records)

    consumer = plumbing.consumer.Consumer(
        kafka.bootstrap, f"{prefix}group", (TOPIC,), ingest, prefix=prefix, session_timeout_ms=6_000
    )
    running = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        consumer.stop()
        await running


async def test_it_hears_again(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing.consumer, "LOOK_SECONDS", 1.0)
    await kafka.create_topics([topic_prefix + TOPIC], partitions=1)
    heard: list[bytes] = []
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await producer.start()
    async with consuming(plumbing, kafka, topic_prefix, heard) as consumer:
        await producer.send_and_wait(topic_prefix + TOPIC, b"before")
        await until(lambda: heard == [b"before"])
        monkeypatch.setattr(plumbing.consumer.Consumer, "_longest_silence", 0.0)

        consumer._subscriber.consumer._fetcher._fetch_task.cancel()
        await producer.send_and_wait(topic_prefix + TOPIC, b"after")

        await until(lambda: b"after" in heard)
        assert consumer.alive()
    await producer.stop()
    assert heard == [b"before", b"after"]


async def test_a_broker_that_is_away_is_waited_for(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its client comes back by itself, and sooner than a new one would."""
    monkeypatch.setattr(plumbing.consumer, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(plumbing.consumer.Consumer, "_longest_silence", -1.0)
    consumer = plumbing.consumer.Consumer("nowhere:0", "g", (TOPIC,), ingest=None)
    asked = 0

    async def answers() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            consumer.stop()
        return False

    monkeypatch.setattr(plumbing.consumer.Consumer, "_broker_answers", lambda _: answers())
    await consumer._until_spent()

    assert asked == 3


async def test_a_member_that_holds_no_partition_is_ready(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str
) -> None:
    """Others hold them all; the pages of such a process are as good as theirs."""
    await kafka.create_topics([topic_prefix + TOPIC], partitions=1)
    async with (
        consuming(plumbing, kafka, topic_prefix, []) as first,
        consuming(plumbing, kafka, topic_prefix, []) as second,
    ):
        await until(lambda: first.ready() and second.ready())
        held = [one._subscriber.consumer.assignment() for one in (first, second)]
        assert sorted(map(len, held)) == [0, 1]
