"""Offsets are committed behind the work: one commit at a time, nothing that others hold, and all of it before the client leaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError
from tests.conformance.tally import Plumbing
from tests.support.until import turns, until, until_it

from parley_local.topics import Kafka

P0, P1, P3 = (TopicPartition("t", one) for one in (0, 1, 3))

PATIENCE = 10
"""Seconds, after which something that should have been given up hangs."""


@dataclass
class Group:
    """A client with more partitions than a batch speaks of."""

    held: set[TopicPartition] = field(default_factory=lambda: {P0, P1, P3})
    commits: list[Any] = field(default_factory=list)
    sought: list[Any] = field(default_factory=list)
    refuses: BaseException | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    """Until it is set, a commit is under way."""

    def assignment(self) -> set[TopicPartition]:
        return self.held

    async def commit(self, offsets: Any = None) -> None:
        self.commits.append(offsets)
        self.asked.set()
        await self.answers.wait()
        if self.refuses is not None:
            raise self.refuses

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
    offsets = plumbing.offsets.Offsets()

    async def original(message: Any) -> Any:
        assert not any(one.headers for one in message)
        return SimpleNamespace(raw_message=message, consumer=group)

    parsed = await plumbing.consumer._parse_the_first(offsets, batch, original)
    assert parsed.raw_message == batch
    await parsed.consumer.commit()
    parsed.consumer.seek(P3, 9)
    await offsets.settled()

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


@pytest.mark.parametrize("trouble", [CommitFailedError(), ConnectionError(), AssertionError()])
async def test_what_failed_goes_with_the_next_and_what_is_newer_stands(
    plumbing: Plumbing, trouble: Exception
) -> None:
    group, offsets = Group(refuses=trouble), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6, P1: 2})
    await group.asked.wait()
    await offsets.commit(group, {P0: 8})
    group.answers.set()
    await offsets.settled()

    group.refuses = None
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
    group, offsets = Group(refuses=CommitFailedError()), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6})
    going = asyncio.create_task(rebalances(plumbing, offsets).on_partitions_revoked(frozenset()))
    await group.asked.wait()
    assert not going.done()
    group.answers.set()
    await going

    group.refuses = None
    await offsets.commit(group, {P1: 2})
    await offsets.settled()

    assert group.commits == [{P0: 6}, {P1: 2}]


async def test_a_commit_that_takes_too_long_is_given_up_and_nobody_waits_for_it(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing.offsets, "COMMIT_SECONDS", None)
    monkeypatch.setattr(plumbing.offsets, "SETTLE_SECONDS", 0)
    group, offsets = Group(refuses=CommitFailedError()), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6})
    await group.asked.wait()
    await offsets.commit(group, {P0: 7})
    given_up = offsets._under_way

    async with asyncio.timeout(PATIENCE):
        await rebalances(plumbing, offsets).on_partitions_revoked(frozenset())
    group.answers.set()
    await asyncio.wait([given_up])
    group.refuses = None
    await offsets.commit(group, {P1: 2})
    await asyncio.wait([offsets._under_way])

    assert group.commits == [{P0: 6}, {P1: 2}]


async def test_a_client_that_tries_for_ever_is_tried_again_with_what_is_newer(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing.offsets, "SETTLE_SECONDS", None)
    group, offsets = Group(), plumbing.offsets.Offsets()
    with monkeypatch.context() as patched:
        patched.setattr(plumbing.offsets, "COMMIT_SECONDS", 0)
        await offsets.commit(group, {P0: 6})
        async with asyncio.timeout(PATIENCE):
            await offsets.settled()

    group.answers.set()
    await offsets.commit(group, {P0: 7})
    await offsets.settled()

    assert group.commits[-1] == {P0: 7}


async def test_whoever_leaves_waits_for_what_is_under_way(plumbing: Plumbing) -> None:
    group, offsets = Group(), plumbing.offsets.Offsets()
    await offsets.commit(group, {P0: 6})
    leaving = asyncio.create_task(offsets.close())
    await group.asked.wait()
    last = asyncio.create_task(offsets.commit(group, {P0: 7}))  # the batch that was still in hand
    await turns(1)

    assert not leaving.done()
    assert not last.done()
    group.answers.set()
    await asyncio.gather(leaving, last)
    assert group.commits == [{P0: 6}, {P0: 7}]


@dataclass
class Held:
    """Commits of a real client, and when it leaves."""

    under_way: int = 0
    seen: list[int] = field(default_factory=list)
    """How many are under way as each begins, and at last as the client leaves."""
    goes: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def client(
        self, plumbing: Plumbing, kafka: Kafka, group: str, prefix: str, ingest: Any
    ) -> AsyncIterator[Any]:
        """A consumer that runs, and whoever stops it waits until it has left."""
        with pytest.MonkeyPatch.context() as patched:
            self._put_between(patched)
            consumer = plumbing.consumer.Consumer(
                kafka.bootstrap, group, ("sounds",), ingest, prefix=prefix
            )
            running = asyncio.create_task(consumer.run())
            yield consumer
            await running

    def _put_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        commit, stop, held = AIOKafkaConsumer.commit, AIOKafkaConsumer.stop, self

        async def slowly(client: AIOKafkaConsumer, offsets: Any = None) -> None:
            held.under_way += 1
            held.seen.append(held.under_way)
            await held.goes.wait()
            await turns(200)  # whoever does not wait for it has left
            await commit(client, offsets)
            held.under_way -= 1

        async def left(client: AIOKafkaConsumer) -> None:
            held.seen.append(held.under_way)
            await stop(client)

        monkeypatch.setattr(AIOKafkaConsumer, "commit", slowly)
        monkeypatch.setattr(AIOKafkaConsumer, "stop", left)


async def sent(kafka: Kafka, topic: str, numbers: range) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for number in numbers:
            await producer.send_and_wait(topic, b"%d" % number, partition=number % 3)


async def committed(kafka: Kafka, group: str, topic: str) -> list[int | None]:
    reader = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=group)
    await reader.start()
    try:
        return [await reader.committed(TopicPartition(topic, one)) for one in range(3)]
    finally:
        await reader.stop()


async def test_a_client_leaves_when_all_of_it_is_committed(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str
) -> None:
    topic, group, heard, held = f"{topic_prefix}sounds", f"{topic_prefix}group", list[int](), Held()
    await kafka.create_topics([topic], partitions=3)

    async def ingest(records: Any) -> None:
        heard.extend(int(one.value) for one in records)

    async with held.client(plumbing, kafka, group, topic_prefix, ingest) as consumer:
        await sent(kafka, topic, range(90))
        await until(lambda: len(heard) >= 90)
        held.goes.set()
        consumer.stop()

    assert sorted(heard) == list(range(90))
    assert (set(held.seen[:-1]), held.seen[-1]) == ({1}, 0)
    assert await committed(kafka, group, topic) == [30] * 3


async def test_what_fails_while_the_client_leaves_comes_again(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit holds the leaving up; the batch in hand fails, and what was read ahead of it is nobody's to take in."""
    monkeypatch.setattr(plumbing.lookahead, "BEHIND", 1)
    monkeypatch.setattr(plumbing.lookahead, "MAX_RECORDS", 30)
    topic, group, held = f"{topic_prefix}sounds", f"{topic_prefix}group", Held()
    await kafka.create_topics([topic], partitions=3)
    heard, in_hand, leaving, late = list[int](), asyncio.Event(), asyncio.Event(), list[int]()

    async def ingest(records: Any) -> None:
        if leaving.is_set():
            late.append(len(records))
        elif heard:
            in_hand.set()
            await leaving.wait()
            raise OSError
        heard.extend(int(one.value) for one in records)

    async with held.client(plumbing, kafka, group, topic_prefix, ingest) as consumer:
        await sent(kafka, topic, range(30))
        await until(lambda: held.under_way == 1)
        await sent(kafka, topic, range(30, 300))
        await in_hand.wait()
        consumer.stop()
        await until(lambda: consumer._subscriber is None)
        leaving.set()
        await turns(500)  # whoever goes on to the next batch has them for it
        held.goes.set()

    assert late == []
    done = [sum(number % 3 == one for number in heard) or None for one in range(3)]
    assert await committed(kafka, group, topic) == done
    assert sorted(heard) == list(range(len(heard)))


async def test_what_is_no_record_does_not_wait(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str
) -> None:
    """A writer's transactions end in a marker each, and those that were given up hold records that nobody reads."""
    topic, group, heard = f"{topic_prefix}sounds", f"{topic_prefix}group", list[int]()
    await kafka.create_topics([topic], partitions=3)

    async def ingest(records: Any) -> None:
        heard.extend(int(one.value) for one in records)

    consumer = plumbing.consumer.Consumer(
        kafka.bootstrap, group, ("sounds",), ingest, prefix=topic_prefix
    )
    running = asyncio.create_task(consumer.run())
    writer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=group)
    async with writer:
        for number in range(6):
            await writer.begin_transaction()
            await writer.send_and_wait(topic, b"%d" % number, partition=number % 3)
            await (writer.abort_transaction() if number % 2 else writer.commit_transaction())

    async def nothing_waits() -> bool:
        return await committed(kafka, group, topic) == [4] * 3

    await until_it(nothing_waits)
    consumer.stop()
    await running

    assert sorted(heard) == [0, 2, 4]


def rebalances(plumbing: Plumbing, offsets: Any) -> Any:
    async def leave_undecoded(_: Any) -> None:
        return

    return plumbing.consumer.Rebalances(offsets, plumbing.lookahead.Lookahead(leave_undecoded))
