"""The ingest shell: up to 500 raw records, one transaction, then the offset.

Four answers to trouble (docs/architecture.md): a refusal is counted and done; a broken record is
dead-lettered at once; an outage is waited for, and loses nothing; a bug is replayed singly once, then
dead-lettered, and the rest goes on.
"""

import asyncio
import hashlib
import time
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import structlog
from prometheus_client import Counter

from notifications.adapters import dead_letter, failpoint, inbox, metrics, outbox, traces
from notifications.adapters.database import Connection, Pool
from notifications.adapters.dead_letter import DeadLetter
from notifications.adapters.inbox import Claim, Claimed
from notifications.adapters.record import UNREADABLE, Record
from notifications.adapters.rejection import rejections
from notifications.adapters.table import Refused
from notifications.adapters.transaction import Ran, Store, is_outage, run_steps, with_retries
from notifications.working_set import Step, Subscriptions, WorkingSet
from parley_contracts import cloudevents
from parley_contracts.cloudevents import Received, Tombstone, Unknown
from parley_contracts.refusals import BrokenRecord

W = TypeVar("W", bound=WorkingSet)
log = structlog.get_logger()

SAID = ("ce_source", "ce_type", "ce_subject", "ce_time")
"""With its data, what makes a broken record the repeat of another: all but its id."""

BREATH_SECONDS = 0.001
"""Between two breaths of the event loop while the next batch is decoded."""

Place = tuple[str, int, int]
Counts = list[tuple[Counter, tuple[str, ...]]]
"""A metric and its labels, once for each time it is to be counted."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def wall(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Decoded(Generic[W]):
    """A record, how it is claimed, and what it leads to: a step, or a dead letter."""

    record: Record
    claim: Claim
    step: Step[Any, W] | None = None
    letter: DeadLetter | None = None
    hop: traces.Hop | None = None


@dataclass(frozen=True)
class Batch(Generic[W]):
    pool: Pool
    store: Store[W]
    subscriptions: Subscriptions[W]
    clock: Clock
    _ahead: dict[Place, Decoded[W] | None] = field(default_factory=dict, init=False)
    """What records of the next batch lead to, as far as they are known already."""

    async def decode_ahead(self, records: Sequence[Record]) -> None:
        """While a batch is taken in, and little by little: what its statements answer is not to wait."""
        loop = asyncio.get_running_loop()
        breathed_at = loop.time()
        for record in records:
            self._ahead[record.place] = self.decode(record)
            if loop.time() - breathed_at > BREATH_SECONDS:
                await asyncio.sleep(0)
                breathed_at = loop.time()

    async def ingest(self, records: Sequence[Record]) -> None:
        """All of it is done when this returns; it raises one of `OUTAGES`, and nothing else."""
        ahead = self._ahead
        each = [ahead[one.place] if one.place in ahead else self.decode(one) for one in records]
        ahead.clear()
        decoded = [one for one in each if one is not None]
        if not decoded:
            return
        with metrics.BATCHES.time():
            try:
                await self._take_in(decoded)
            except Exception as trouble:
                # One bad record must not hold 499.
                if is_outage(trouble, of_many=True):
                    raise
                log.warning("batch is replayed singly", because=type(trouble).__name__)
                for one in decoded:
                    await self._take_in_alone(one)
        failpoint.reach("after_commit_before_offset")
        for one in decoded:
            if one.hop is not None:
                one.hop.end()

    async def redrive(self, letter_id: int) -> bool:
        """Run a dead letter again, past its claim; False where it is gone. It may die again; what this raises leaves it."""
        counts: Counts = []
        async with self.pool.acquire() as connection, connection.transaction():
            record = await dead_letter.take(connection, letter_id)
            if record is None:
                return False
            decoded = self.decode(record)
            if decoded is None:
                raise NotTaken
            if decoded.step is not None:
                ran = await run_steps(connection, self.store, [decoded.step], now=self.clock.now())
                counts += _counts_of([record.topic], ran)
            elif decoded.letter is not None:
                raise StillBroken(decoded.letter.reason)
        _count(counts)
        return True

    async def _take_in(self, decoded: Sequence[Decoded[W]]) -> None:
        began = time.perf_counter()

        async def attempt() -> tuple[Counts, Sequence[Decoded[W]]]:
            async with self.pool.acquire() as connection, connection.transaction():
                found = await self._effects(connection, decoded)
                failpoint.reach("before_commit")
                return found

        counts, fresh = await with_retries(attempt)
        _count(counts)
        _observe(fresh, now=self.clock.now(), seconds=time.perf_counter() - began)

    async def _take_in_alone(self, one: Decoded[W]) -> None:
        try:
            await self._take_in([one])
        except Refused as refused:
            await self._take_in([Decoded(one.record, one.claim)])
            _count(_counts_of([one.record.topic], Ran([refused.refusal], [])))
        except Exception as bug:
            if is_outage(bug):
                raise
            log.exception("record dead-lettered", topic=one.record.topic, offset=one.record.offset)
            reason = f"could not be processed: {type(bug).__name__}"
            letter = DeadLetter(
                one.record, reason, None, one.claim.source, one.claim.id, answered=False
            )
            await self._take_in([Decoded(one.record, one.claim, letter=letter)])

    async def _effects(
        self, connection: Connection, decoded: Sequence[Decoded[W]]
    ) -> tuple[Counts, Sequence[Decoded[W]]]:
        """Returns what is to be counted once all of this is committed, and what was new."""
        now, wall = self.clock.now(), self.clock.wall()
        claimed = await inbox.claim(connection, [one.claim for one in decoded], received_at=wall)
        failpoint.reach("after_claim")
        fresh = [one for one, claim in zip(decoded, claimed, strict=True) if claim is Claimed.FRESH]
        letters = [one.letter for one in fresh if one.letter is not None] + [
            _reused(one)
            for one, claim in zip(decoded, claimed, strict=True)
            if claim is Claimed.REUSED_ID and one.record.topic in self.subscriptions.owned
        ]
        working = [(one.record.topic, one.step) for one in fresh if one.step is not None]
        ran = await run_steps(connection, self.store, [step for _, step in working], now=now)
        kept = await dead_letter.keep(connection, letters, kept_at=now)
        await outbox.append(
            connection, self.store.source, rejections(kept, self.subscriptions.owned, at=now)
        )
        repeated: Counts = [
            (metrics.RECORDS, (one.record.topic, claim.value))
            for one, claim in zip(decoded, claimed, strict=True)
            if claim is not Claimed.FRESH
        ]
        rejected: Counts = [(metrics.RECORDS, (letter.record.topic, "rejected")) for letter in kept]
        counts = _counts_of([topic for topic, _ in working], ran)
        return [*counts, *repeated, *rejected], fresh

    def decode(self, record: Record) -> Decoded[W] | None:
        """None where there is nothing to do; what it was is counted."""
        topic = self.subscriptions.topics[record.topic]
        if record.headers == UNREADABLE:
            reason = (
                "a header has a name that is no UTF-8, and no client of ours can read the record"
            )
            return self._broken(record, BrokenRecord("headers", reason))
        if self._left_alone(record):
            _skipped(record, "not ours")
            return None
        try:
            found = cloudevents.decode(topic, record.key, record.value, record.headers)
        except BrokenRecord as broken:
            return self._broken(record, broken)
        match found:
            case Received():
                return self._received(record, found)
            case Tombstone():
                return self._tombstone(record, found)
            case Unknown():
                _skipped(record, "unknown type")
                return None

    def _left_alone(self, record: Record) -> bool:
        """Told by its type alone: most of what a topic says may be for others, and decoding is not free."""
        types = self.subscriptions.left_alone.get(record.topic)
        if not types:
            return False
        return any(name == "ce_type" and raw in types for name, raw in record.headers)

    def _received(self, record: Record, found: Received) -> Decoded[W] | None:
        use_case = self.subscriptions.events.get(type(found.data))
        if use_case is None:
            _skipped(record, "not ours")
            return None
        hop = traces.hop(f"process {record.topic}", found.traceparent)
        step = Step(found, use_case, hop.traceparent, record.place)
        return Decoded(record, Claim(found.source, found.id, found.digest), step, hop=hop)

    def _tombstone(self, record: Record, found: Tombstone) -> Decoded[W] | None:
        use_case = self.subscriptions.tombstones.get(record.topic)
        if use_case is None:
            _skipped(record, "not ours")
            return None
        return Decoded(record, _claim_by_place(record), Step(found, use_case))

    def _broken(self, record: Record, broken: BrokenRecord) -> Decoded[W] | None:
        """Only the topic's intake owner keeps it and answers; the others count it."""
        if record.topic not in self.subscriptions.owned:
            _skipped(record, "broken")
            return None
        letter = DeadLetter(record, broken.reason, broken.field, broken.source, broken.id)
        return Decoded(record, _claim_broken(record, broken), letter=letter)


class NotTaken(Exception):
    """Nothing here has a use for the dead letter; an earlier version may not know it yet, and it stays."""


class StillBroken(Exception):
    """A dead letter that the contracts refuse as before; it stays where it is."""


def _skipped(record: Record, why: str) -> None:
    metrics.RECORDS.labels(topic=record.topic, result=why).inc()


def _claim_broken(record: Record, broken: BrokenRecord) -> Claim:
    """What a writer breaks in one record is often broken alike in the next: a repeat has its time too."""
    if broken.source is None or broken.id is None:
        return _claim_by_place(record)
    headers = {name.lower(): value for name, value in record.headers}
    said = repr([record.topic, record.key, *(headers.get(name) for name in SAID)]).encode()
    digest = hashlib.sha256(said + b"\n" + (record.value or b"")).digest()
    return Claim(broken.source, broken.id, digest)


def _claim_by_place(record: Record) -> Claim:
    """With what stands there: after a broker has lost the end of a topic, others come at the same places."""
    stands = hashlib.sha256(repr((record.key, record.value)).encode()).hexdigest()[:32]
    place = f"{record.partition}:{record.offset}:{stands}"
    digest = hashlib.sha256(f"{record.topic}:{place}".encode()).digest()
    return Claim(f"kafka:{record.topic}", place, digest)


def _reused(one: Decoded[Any]) -> DeadLetter:
    reason = "this id was used before with other content: a change needs an id of its own"
    return DeadLetter(one.record, reason, "id", one.claim.source, one.claim.id)


def _counts_of(topics: Sequence[str], ran: Ran) -> Counts:
    counts: Counts = [(metrics.REVISION_GAPS, (topic,)) for topic in ran.gaps]
    for topic, answer in zip(topics, ran.answers, strict=True):
        result = "done" if answer is None else "refused"
        counts.append((metrics.RECORDS, (topic, result)))
        if answer is not None:
            counts.append((metrics.REFUSALS, (answer.reason,)))
    return counts


def _count(counts: Counts) -> None:
    for (metric, labels), times in Tally(counts).items():
        metric.labels(*labels).inc(times)


def _observe(fresh: Sequence[Decoded[Any]], *, now: datetime, seconds: float) -> None:
    late: dict[str, list[float]] = {}
    for one in fresh:
        message = one.step.message if one.step is not None else None
        if isinstance(message, Received):
            late.setdefault(one.record.topic, []).append((now - message.time).total_seconds())
        elif isinstance(message, Tombstone):
            metrics.ERASURES.observe(seconds)
    for topic, found in late.items():
        observe = metrics.LATENCY.labels(topic).observe
        for one_late in found:
            observe(max(0.0, one_late))
