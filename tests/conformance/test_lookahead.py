"""The next batch is read and decoded while one is in hand; where that one fails, nothing is lost, and the order kept."""

import asyncio
import json
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.record.util import calc_crc32c
from faststream.kafka.message import KafkaAckableMessage
from tests.conformance.conftest import Bench
from tests.conformance.tally import Plumbing
from tests.support.until import until

from parley_local.topics import Kafka

TOPIC = "sounds"
PARTITIONS, EACH, MOST = 3, 60, 7
BEHIND = (None,) * 100
"""A batch in hand as large as one is for whoever is behind."""


def raw(partition: int, offset: int) -> Any:
    return SimpleNamespace(topic="t", partition=partition, offset=offset)


@dataclass
class Line:
    """A client: what comes, and where it was sought."""

    waiting: list[Any] = field(default_factory=list)
    sought: dict[int, int] = field(default_factory=dict)
    gone: int | None = None
    """A partition that somebody else has now."""
    broken: bool = False

    def assignment(self) -> set[TopicPartition]:
        return set()

    def highwater(self, _: TopicPartition) -> int | None:
        return None

    async def getmany(
        self, *, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Any]]:
        if self.broken:
            raise KafkaError
        taken, self.waiting = self.waiting[:max_records], self.waiting[max_records:]
        found: dict[TopicPartition, list[Any]] = {}
        for one in taken:
            found.setdefault(TopicPartition(one.topic, one.partition), []).append(one)
        return found

    def seek(self, place: TopicPartition, offset: int) -> None:
        if place.partition == self.gone:
            raise IllegalStateError(place)
        self.sought[place.partition] = offset


async def nothing(_: Any) -> None:
    return


async def looked(lookahead: Any) -> None:
    """Until it has read what was there."""
    await asyncio.wait([lookahead._looking])


async def test_a_batch_is_what_was_read_ahead_and_what_came_since(plumbing: Plumbing) -> None:
    line, lookahead = Line([raw(0, 1), raw(1, 5)]), plumbing.lookahead.Lookahead(nothing)
    lookahead.begin(line, BEHIND)
    await looked(lookahead)
    line.waiting += [raw(0, 2)]

    batch = await lookahead.next_batch(line)

    assert [(one.partition, one.offset) for one in batch] == [(0, 1), (1, 5), (0, 2)]
    assert await lookahead.next_batch(line) == ()


async def test_what_was_read_ahead_outlives_a_client_that_fails_to_read_more(
    plumbing: Plumbing,
) -> None:
    line, lookahead = Line([raw(0, 1)]), plumbing.lookahead.Lookahead(nothing)
    lookahead.begin(line, BEHIND)
    await looked(lookahead)

    line.broken = True
    with pytest.raises(KafkaError):
        await lookahead.next_batch(line)
    line.broken, line.waiting = False, [raw(0, 2)]

    assert [one.offset for one in await lookahead.next_batch(line)] == [1, 2]


async def test_whoever_keeps_up_does_not_look_ahead(plumbing: Plumbing) -> None:
    line, lookahead = Line([raw(0, 1)]), plumbing.lookahead.Lookahead(nothing)

    lookahead.begin(line, BEHIND[1:])

    assert lookahead._looking is None
    assert len(await lookahead.next_batch(line)) == 1


async def test_it_is_no_larger_than_any_other(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plumbing.lookahead, "MAX_RECORDS", 3)
    line, lookahead = Line([raw(0, one) for one in range(2)]), plumbing.lookahead.Lookahead(nothing)
    lookahead.begin(line, BEHIND)
    await looked(lookahead)
    line.waiting += [raw(0, one) for one in range(2, 8)]

    sizes = [len(await lookahead.next_batch(line)) for _ in range(3)]

    assert sizes == [3, 3, 2]


async def test_what_was_read_ahead_is_put_back_but_for_partitions_that_others_have(
    plumbing: Plumbing,
) -> None:
    ahead = [raw(0, 4), raw(1, 8), raw(0, 5), raw(2, 9)]
    line, lookahead = Line(ahead, gone=1), plumbing.lookahead.Lookahead(nothing)
    lookahead.begin(line, BEHIND)
    await looked(lookahead)

    await lookahead.put_back(line)

    assert line.sought == {0: 4, 2: 9}
    assert await lookahead.next_batch(line) == ()


async def test_what_was_read_ahead_is_forgotten_when_partitions_are_given_back(
    plumbing: Plumbing,
) -> None:
    """Those that stay are read from where they were committed: what was read ahead comes again."""
    line, lookahead = Line([raw(0, 4), raw(1, 8)]), plumbing.lookahead.Lookahead(nothing)
    offsets = plumbing.offsets.Offsets()
    lookahead.begin(line, BEHIND)
    await looked(lookahead)

    await plumbing.consumer.Rebalances(offsets, lookahead).on_partitions_revoked(())
    line.waiting = [raw(0, 3), raw(0, 4)]

    assert [one.offset for one in await lookahead.next_batch(line)] == [3, 4]


async def test_a_failed_batch_goes_back_in_all_partitions_that_are_still_held(
    plumbing: Plumbing,
) -> None:
    """Somebody else has the first one now."""
    line, lookahead = Line([raw(1, 500)], gone=0), plumbing.lookahead.Lookahead(nothing)
    in_hand = (raw(0, 0), raw(1, 400), raw(1, 401))
    lookahead.begin(line, BEHIND)
    await looked(lookahead)

    await lookahead.put_back(line)
    client = plumbing.consumer.OneBatch(line, in_hand, plumbing.offsets.Offsets())
    await KafkaAckableMessage(raw_message=in_hand, body=b"", consumer=client).nack()

    assert line.sought == {1: 400}


async def test_what_is_read_of_each_partition_alone_is_not_lost_when_it_is_broken_off(
    plumbing: Plumbing,
) -> None:
    """The client has handed out what it had of one partition, and is asked for the next."""
    first, second = TopicPartition("t", 0), TopicPartition("t", 1)
    asked = asyncio.Event()

    class Careful(Line):
        def assignment(self) -> set[TopicPartition]:
            return {first, second}

        async def committed(self, place: TopicPartition) -> int:
            return {first: 4, second: 7}[place]

        async def getmany(self, *places: TopicPartition, **given: Any) -> Any:
            if places == (second,):
                asked.set()
                await asyncio.Event().wait()
            return {first: [raw(0, 4)]} if places else await super().getmany(**given)

    line, lookahead = Careful(), plumbing.lookahead.Lookahead(nothing)
    lookahead._careful = True
    lookahead.begin(line, BEHIND)
    await asked.wait()

    await lookahead.put_back(line)
    lookahead._careful = False
    await lookahead.next_batch(line)

    assert line.sought == {0: 4, 1: 7}


async def test_what_cannot_be_decoded_comes_all_the_same(plumbing: Plumbing) -> None:
    async def broken(_: Any) -> None:
        raise ZeroDivisionError

    line, lookahead = Line([raw(0, 1)]), plumbing.lookahead.Lookahead(broken)
    lookahead.begin(line, BEHIND)

    assert len(await lookahead.next_batch(line)) == 1


async def test_a_record_is_decoded_once_and_what_was_put_back_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, decoded = bench.batch(), list[int]()
    decode = bench.plumbing.batch.Batch.decode

    def counted(self: Any, record: Any) -> Any:
        decoded.append(record.offset)
        return decode(self, record)

    monkeypatch.setattr(bench.plumbing.batch.Batch, "decode", counted)

    await batch.decode_ahead([bench.record(1), bench.record(2)])
    await batch.ingest([bench.record(0)])  # had failed, and put those two back
    await batch.decode_ahead([bench.record(1)])
    await batch.ingest([bench.record(1), bench.record(2)])

    assert decoded == [1, 2, 0, 1, 2]
    assert (await bench.counts())["ats:a"] == 3


async def test_a_record_that_stands_in_a_batch_twice_has_its_effect_once(bench: Bench) -> None:
    """It was read ahead, and read again when partitions had been given back."""
    batch, record = bench.batch(), bench.record(0)
    await batch.decode_ahead([record])

    await batch.ingest([record, record])

    assert await bench.counts() == {"ats:a": 1}


def misnamed(batch: Any) -> Any:
    """Its one record's header gets a name that is no UTF-8, as some clients write it."""
    raw = bytearray(bytes(batch._build()).replace(b"ZZ", b"\xff\xfe"))
    struct.pack_into(">I", raw, 17, calc_crc32c(bytes(raw[21:])))
    batch._buffer = raw
    return batch


async def test_what_no_client_can_read_is_passed_and_told_of_and_nothing_else_is_lost(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever consumes, and by whoever looks at all of a topic beside."""
    topic, group = topic_prefix + TOPIC, f"{topic_prefix}group"
    await kafka.create_topics([topic], partitions=PARTITIONS)
    heard: dict[int, list[int | None]] = {one: [] for one in range(PARTITIONS)}
    bad, wanted = (1, 2, 30), {0: EACH, 1: EACH, 2: EACH}

    async def ingest(records: Sequence[Any]) -> None:
        for one in records:
            broken = one.headers == plumbing.record.UNREADABLE
            heard[one.partition].append(None if broken else int(one.value))

    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for partition in range(PARTITIONS):
            for number in range(EACH):
                batch = producer.create_batch()
                name = "ZZ" if partition == 1 and number in bad else "ce_id"
                batch.append(key=b"k", value=b"%d" % number, timestamp=None, headers=[(name, b"x")])
                if name == "ZZ":
                    batch = misnamed(batch)
                await (await producer.send_batch(batch, topic, partition=partition))
    consumer = plumbing.consumer.Consumer(
        kafka.bootstrap, group, (TOPIC,), ingest, prefix=topic_prefix
    )
    running = asyncio.create_task(consumer.run())
    await until(lambda: all(len(heard[one]) >= count for one, count in wanted.items()))
    consumer.stop()
    await running

    everything = list(range(EACH))
    assert heard[0] == heard[2] == everything
    assert heard[1] == [None if one in bad else one for one in everything]

    monkeypatch.setattr(plumbing.kafka, "TOPICS", {TOPIC: SimpleNamespace(partitions=PARTITIONS)})
    beside = plumbing.kafka.Kafka(kafka.bootstrap, group, topic_prefix)
    read: dict[int, list[int]] = {one: [] for one in range(PARTITIONS)}
    async for records in beside.records([TOPIC]):
        for one in records:
            read[one.partition].append(one.offset)
    assert read == dict.fromkeys(range(PARTITIONS), everything)


async def test_a_record_that_no_client_can_read_is_a_dead_letter(bench: Bench) -> None:
    known = bench.record(0)
    unreadable = bench.plumbing.record.UNREADABLE

    await bench.batch().ingest([replace(known, key=None, value=None, headers=unreadable)])

    (letter,) = await bench.letters()
    assert (letter["offset"], "no UTF-8" in letter["reason"]) == (0, True)
    (told,) = await bench.answers()
    assert json.loads(told["payload"])["field"] == "headers"


@pytest.mark.parametrize("seed", range(3))
async def test_all_of_a_topic_arrives_in_order_however_often_a_batch_fails(
    plumbing: Plumbing, kafka: Kafka, topic_prefix: str, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(plumbing.lookahead, "MAX_RECORDS", MOST)
    monkeypatch.setattr(plumbing.lookahead, "BEHIND", 2)
    monkeypatch.setattr(plumbing.consumer, "MAX_PAUSE_SECONDS", 0.001)
    topic, group, luck = topic_prefix + TOPIC, f"{topic_prefix}group", random.Random(seed)
    await kafka.create_topics([topic], partitions=PARTITIONS)
    heard: dict[int, list[int]] = {one: [] for one in range(PARTITIONS)}
    ahead = 0

    async def decode_ahead(records: Sequence[Any]) -> None:
        nonlocal ahead
        ahead += len(records)

    async def ingest(records: Sequence[Any]) -> None:
        for _ in range(luck.randrange(20)):
            await asyncio.sleep(0)  # no time passes: it lets whoever looks ahead have some turns
        if luck.random() < 0.3:
            raise OSError
        for one in records:
            heard[one.partition].append(int(one.value))

    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for number in range(PARTITIONS * EACH):
            await producer.send(topic, b"%d" % number, partition=number % PARTITIONS)
    consumer = plumbing.consumer.Consumer(
        kafka.bootstrap, group, (TOPIC,), ingest, decode_ahead, topic_prefix
    )
    running = asyncio.create_task(consumer.run())
    await until(lambda: sum(map(len, heard.values())) >= PARTITIONS * EACH)
    consumer.stop()
    await running

    assert heard == {
        one: list(range(one, PARTITIONS * EACH, PARTITIONS)) for one in range(PARTITIONS)
    }
    assert ahead > 0
    committed = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, group_id=group)
    await committed.start()
    places = [TopicPartition(topic, one) for one in range(PARTITIONS)]
    assert [await committed.committed(one) for one in places] == [EACH] * PARTITIONS
    await committed.stop()


@dataclass
class Beyond(Line):
    """Two partitions of which one was heard of, with places that hold no record."""

    at: int = 0

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition("t", one) for one in (0, 1)}

    def highwater(self, place: TopicPartition) -> int | None:
        return 99 if place.partition == 0 else None

    async def position(self, place: TopicPartition) -> int:
        assert place.partition == 0, "waits until it is heard of"
        return self.at


async def test_places_without_a_record_are_passed_once_nothing_is_left(plumbing: Plumbing) -> None:
    told: list[dict[Any, int]] = []

    async def passed(_: Any, places: dict[Any, int]) -> None:
        told.append(dict(places))

    lookahead = plumbing.lookahead.Lookahead(passed=passed)
    line = Beyond([raw(0, 4)], at=5)
    for at in (5, 5, 7, 7):
        line.at = at
        await lookahead.next_batch(line)

    assert told == [{TopicPartition("t", 0): 7}]


async def test_no_place_is_passed_that_the_client_took_from_nobody(plumbing: Plumbing) -> None:
    """It has failed on one partition, and what it had of another went with it."""

    class Unreadable(Beyond):
        async def getmany(self, **_: Any) -> Any:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")

    told: list[Any] = []

    async def passed(*places: Any) -> None:
        told.append(places)

    lookahead = plumbing.lookahead.Lookahead(passed=passed)
    assert await lookahead.next_batch(Unreadable(at=9)) == ()

    assert told == []
