"""Which records of others this database has not seen although its offsets are past them, and how it sees them again.

What a database has seen is what its inbox has claimed. A record behind the offsets without a claim was taken in
by a database that is no more: this one was put back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Generic, TypeVar

from feedback.adapters import inbox
from feedback.adapters.batch import Batch, Decoded
from feedback.adapters.inbox import Claim
from feedback.adapters.kafka import Kafka
from feedback.adapters.record import Record
from feedback.working_set import WorkingSet
from parley_contracts.cloudevents import Received

W = TypeVar("W", bound=WorkingSet)

AT_ONCE = 500


@dataclass(slots=True)
class Missed:
    """In the order of each partition; `again` are claimed ones behind an unclaimed one of their key.

    They have no revision, so that their order decides: whatever is taken in late must not come last.
    """

    records: list[Record] = field(default_factory=list)
    again: list[Claim] = field(default_factory=list)
    keys: dict[str, dict[str, int]] = field(default_factory=dict)
    """By topic and key, how many records were not seen."""

    def note(self, record: Record) -> None:
        key = (record.key or b"").decode(errors="backslashreplace")
        by_key = self.keys.setdefault(record.topic, {})
        by_key[key] = by_key.get(key, 0) + 1

    def has(self, record: Record) -> bool:
        key = (record.key or b"").decode(errors="backslashreplace")
        return key in self.keys.get(record.topic, {})


@dataclass(frozen=True)
class Intake(Generic[W]):
    batch: Batch[W]
    kafka: Kafka

    async def missed(self) -> Missed:
        topics = self.batch.subscriptions.topics
        done = await self.kafka.committed(topics)
        found = Missed()
        async for records in self.kafka.records(topics):
            await self._sift(
                [one for one in records if one.offset < done.get(_place(one), 0)], found
            )
        return found

    async def take_in(self, missed: Missed) -> None:
        """Through the service's own shell: what was claimed meanwhile does nothing."""
        async with self.batch.pool.acquire() as connection:
            await inbox.forget(connection, missed.again)
        for records in _chunks(missed.records):
            await self.batch.ingest(records)

    async def replay(self, topics: Collection[str]) -> dict[str, int]:
        """All that was read of these topics once more through the shell, in order: what was claimed does nothing.
        Returns how many records that were, by topic.
        """
        done = await self.kafka.committed(topics)
        read = dict.fromkeys(sorted(topics), 0)
        async for records in self.kafka.records(topics):
            before = [one for one in records if one.offset < done.get(_place(one), 0)]
            for chunk in _chunks(before):
                await self.batch.ingest(chunk)
            for one in before:
                read[one.topic] += 1
        return read

    async def _sift(self, records: Sequence[Record], found: Missed) -> None:
        decoded = [one for one in map(self.batch.decode, records) if one is not None]
        if not decoded:
            return
        async with self.batch.pool.acquire() as connection:
            unclaimed = await inbox.unclaimed(connection, [one.claim for one in decoded])
        for one, unseen in zip(decoded, unclaimed, strict=True):
            if one.hop is not None:
                one.hop.end()
            if unseen:
                found.note(one.record)
                found.records.append(one.record)
            elif found.has(one.record) and _order_decides(one):
                found.again.append(one.claim)
                found.records.append(one.record)


def _order_decides(one: Decoded[Any]) -> bool:
    message = one.step.message if one.step is not None else None
    return not isinstance(message, Received) or message.data.revision is None


def _place(record: Record) -> tuple[str, int]:
    return record.topic, record.partition


def _chunks(records: Sequence[Record]) -> list[list[Record]]:
    left = iter(records)
    found = []
    while chunk := list(islice(left, AT_ONCE)):
        found.append(chunk)
    return found
