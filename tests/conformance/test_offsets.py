"""Offsets are committed behind the work: one commit at a time, nothing that others hold, and all of it before the client leaves."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError
from tests.conformance.tally import Plumbing
from tests.support.until import until

from parley_local.topics import Kafka

P0, P1, P3 = (TopicPartition("t", one) for one in (0, 1, 3))


@dataclass
class Group:
    """A client with more partitions than a batch speaks of."""

    held: set[TopicPartition] = field(default_factory=lambda: {P0, P1, P3})
    commits: list[Any] = field(default_factory=list)
    sought: list[Any] = field(default_factory=list)
    refuses: bool = False
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Until it is set, a commit is under way."""

    def assignment(self) -> set[TopicPartition]:
        return self.held

    async def commit(self, offsets: Any = None) -> None:
        self.commits.append(offsets)
        self.asked.set()
        await self.answers.wait()
        if self.refuses:
            raise CommitFailedError

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought.append((partition, offset))


@dataclass(frozen=True)
class Raw:
    partition: int
    offset: int
    topic: str = "t"
    headers: tuple[tuple[str, bytes], ...] = (("no-utf-8", b"\xff"),)


async def test_it_is_the_place_after_the_last_record_of_each_partition(plumbing: Plumbing) -> None:
    group = Group()
    group.answers.set()
    batch = (Raw(0, 4), Raw(0, 5), Raw(3, 9))
    consumer = plumbing.consumer.Consumer("nowhere:0", "g", ("t",), ingest=None)

    async def original(message: Any) -> Any:
        assert not any(one.headers for one in message)
        return SimpleNamespace(raw_message=message, consumer=group)

    parsed = await consumer._parse_the_first(batch, original)
    assert parsed.raw_message == batch
    await parsed.consumer.commit()
    parsed.consumer.seek(P3, 9)
    await consumer._offsets.settled()

    assert group.commits == [{P0: 6, P3: 10}]
    assert group.sought == [(P3, 9)]


async def test_what_is_done_while_one_is_under_way_goes_with_the_next(plumbing: Plumbing) -> None:
    group, offsets = Group(), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6, P1: 2})
    await group.asked.wait()

    await offsets.commit(group, {P0: 8})
    await offsets.commit(group, {P0: 11, P3: 1})
    group.answers.set()
    await offsets.settled()

    assert group.commits == [{P0: 6, P1: 2}, {P0: 11, P3: 1}]


async def test_what_failed_goes_with_the_next_and_what_is_newer_stands(plumbing: Plumbing) -> None:
    group, offsets = Group(refuses=True), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6, P1: 2})
    await group.asked.wait()
    await offsets.commit(group, {P0: 8})
    group.answers.set()
    await offsets.settled()

    group.refuses = False
    await offsets.commit(group, {P3: 1})
    await offsets.settled()

    assert group.commits == [{P0: 6, P1: 2}, {P0: 8, P1: 2, P3: 1}]


async def test_what_somebody_else_holds_is_not_committed(plumbing: Plumbing) -> None:
    group, offsets = Group(held={P1}), plumbing.offsets.Offsets()
    group.answers.set()
    await offsets.commit(group, {P0: 6})
    await offsets.settled()
    await offsets.commit(group, {P0: 7, P1: 2})
    await offsets.settled()

    assert group.commits == [{P1: 2}]


async def test_partitions_go_once_all_is_committed_and_what_failed_is_forgotten(
    plumbing: Plumbing,
) -> None:
    group, offsets = Group(refuses=True), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6})
    going = asyncio.create_task(
        plumbing.consumer.Rebalances(offsets).on_partitions_revoked(frozenset())
    )
    await group.asked.wait()
    assert not going.done()
    group.answers.set()
    await going

    group.refuses = False
    await offsets.commit(group, {P1: 2})
    await offsets.settled()

    assert group.commits == [{P0: 6}, {P1: 2}]


async def test_whoever_leaves_waits_for_what_is_under_way(plumbing: Plumbing) -> None:
    group, offsets = Group(), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6})
    leaving = asyncio.create_task(offsets.close())
    await group.asked.wait()
    last = asyncio.create_task(offsets.commit(group, {P0: 7}))  # the batch that was still in hand
    await asyncio.sleep(0)

    assert not leaving.done()
    assert not last.done()
    group.answers.set()
    await asyncio.gather(leaving, last)
    assert group.commits == [{P0: 6}, {P0: 7}]


async def test_a_client_leaves_when_all_of_it_is_committed(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, group, heard = f"{topic_prefix}sounds", f"{topic_prefix}group", list[int]()
    commit, stop = AIOKafkaConsumer.commit, AIOKafkaConsumer.stop
    leaving, under_way, found = asyncio.Event(), 0, list[int]()
    await kafka.create_topics([topic], partitions=3)

    async def ingest(records: Any) -> None:
        heard.extend(int(one.value) for one in records)

    async def slowly(self: AIOKafkaConsumer, offsets: Any = None) -> None:
        nonlocal under_way
        under_way += 1
        found.append(under_way)
        await leaving.wait()
        for _ in range(200):
            await asyncio.sleep(0)  # no time passes: whoever does not wait for it has left
        await commit(self, offsets)
        under_way -= 1

    async def left(self: AIOKafkaConsumer) -> None:
        found.append(under_way)
        await stop(self)

    monkeypatch.setattr(AIOKafkaConsumer, "commit", slowly)
    monkeypatch.setattr(AIOKafkaConsumer, "stop", left)
    consumer = plumbing.consumer.Consumer(
        kafka.bootstrap, group, ("sounds",), ingest, prefix=topic_prefix
    )
    running = asyncio.create_task(consumer.run())
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for number in range(90):
            await producer.send_and_wait(topic, b"%d" % number, partition=number % 3)
    await until(lambda: len(heard) >= 90)
    leaving.set()
    consumer.stop()
    await running

    assert sorted(heard) == list(range(90))
    assert (set(found[:-1]), found[-1]) == ({1}, 0)
    reader = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=group)
    await reader.start()
    assert [await reader.committed(TopicPartition(topic, one)) for one in range(3)] == [30] * 3
    await stop(reader)
