"""One FastStream batch subscriber over all of a service's topics.

The offset is committed after the handler is right (`NACK_ON_ERROR`); an outage is waited for, with
growing pauses, and the same records are read again.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog
from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from notifications.adapters import metrics
from notifications.adapters.kafka import Kafka
from notifications.adapters.kafka_access import KafkaAccess, Stamp
from notifications.adapters.lookahead import MAX_RECORDS, Lookahead, RawBatch
from notifications.adapters.offsets import Offsets
from notifications.adapters.record import Record
from notifications.adapters.transaction import OUTAGES

log = structlog.get_logger()

MAX_PAUSE_SECONDS = 5.0
STUCK_SECONDS = 60.0
SILENT_SECONDS = 30.0
LOOK_SECONDS = 5.0
CLOSE_SECONDS = 30.0
REQUEST_TIMEOUT_MS = 20_000
"""A line that died without a word is noticed when a request on it has taken so long."""

Ingest = Callable[[Sequence[Record]], Awaitable[None]]


async def leave_undecoded(_: Sequence[Record]) -> None:
    """For whoever decodes where it takes in."""


@dataclass(slots=True)
class Consumer:
    """Defaults that a test pins are written out: none of them is the client's own choice."""

    bootstrap: str
    group: str
    topics: Sequence[str]
    ingest: Ingest
    decode_ahead: Ingest = leave_undecoded
    """Given records that `ingest` is given later, as a part of what it is given, or never."""
    prefix: str = ""
    access: KafkaAccess = field(default_factory=KafkaAccess)
    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 3_000
    _broker: KafkaBroker | None = field(default=None, init=False)
    _subscriber: Any = field(default=None, init=False)
    _lookahead: Lookahead | None = field(default=None, init=False)
    _offsets: Offsets = field(default_factory=Offsets, init=False)
    _made_with: Stamp = field(default=(), init=False)
    _busy_since: float | None = field(default=None, init=False)
    _pause: float = field(default=0.0, init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def run(self) -> None:
        """Until `stop`; a broker that is not there yet is waited for. A client that fell silent is made anew, and one
        whose certificate or password has been changed.
        """
        for topic in self.topics:
            metrics.RECORDS.labels(topic=topic, result="done")  # 0, where nothing comes for a day
        while not self._stopping.is_set():
            await self._begin()
            await self._until_spent()
            await self._close()

    async def _begin(self) -> None:
        pause = 0.2
        while not self._stopping.is_set():
            try:
                self.prepare()
                if self._broker is not None:
                    await self._broker.start()
                break
            except (KafkaError, OSError) as outage:
                log.warning("kafka waits", because=type(outage).__name__, seconds=pause)
                metrics.OUTAGES.labels(where="kafka").inc()
                await self._close()
                await self._idle(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)

    async def _until_spent(self) -> None:
        """Until its certificate or password has changed, or a broker that answers others says nothing to this client,
        and has had time to: where it does not answer at all, it is waited for. A rebalance is silent too, for as long
        as a session.
        """
        heard_at, answered = self._now(), False
        while not self._stopping.is_set():
            await self._idle(LOOK_SECONDS)
            if self._stopping.is_set():
                return
            if self.access.changed_since(self._made_with):
                log.info("kafka client is made anew", because="its certificate or password changed")
                return
            if self._heard_within(LOOK_SECONDS):
                heard_at, answered = self._now(), False
            elif answered:
                log.warning("kafka client is made anew", because="it hears nothing")
                metrics.OUTAGES.labels(where="kafka").inc()
                return
            elif await self._broker_answers():
                answered = self._now() - heard_at > self._longest_silence
            else:
                log.warning("kafka does not answer")
                metrics.OUTAGES.labels(where="kafka").inc()

    @property
    def _longest_silence(self) -> float:
        return max(SILENT_SECONDS, self.session_timeout_ms / 1000 + SILENT_SECONDS / 2)

    async def _broker_answers(self) -> bool:
        return await Kafka(self.bootstrap, self.group, self.prefix, self.access).answers()

    def stop(self) -> None:
        self._stopping.set()

    def alive(self) -> bool:
        """False for a consumer that is stuck in a batch, or whose loop has ended."""
        if self._subscriber is None:
            return True
        if any(task.done() for task in self._subscriber.tasks):
            return self._stopping.is_set()
        return self._busy_since is None or self._now() - self._busy_since < STUCK_SECONDS

    def ready(self) -> bool:
        """Partitions assigned and heard of lately: waiting for records is fine, silence is not."""
        return not self._stopping.is_set() and self._heard_within(SILENT_SECONDS)

    def _heard_within(self, seconds: float) -> bool:
        consumer = self._subscriber.consumer if self._subscriber is not None else None
        if consumer is None:
            return False
        polls = [consumer.last_poll_timestamp(place) for place in consumer.assignment()]
        if not polls:
            return self._joined(consumer)
        heard = max((poll or 0) for poll in polls) / 1000
        return self._busy_since is not None or time.time() - heard < seconds

    def prepare(self) -> None:
        """The broker and its one subscriber, not connected yet."""
        self._made_with = self.access.stamp()
        self._broker = KafkaBroker(
            self.bootstrap.split(","),
            apply_types=False,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=20,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            logger=_quiet_logger(),
            security=self.access.security(),
            sasl_oauth_token_provider=self.access.token_provider(),
        )
        offsets = Offsets()
        lookahead = Lookahead(self._decode_ahead, passed=offsets.commit)
        subscriber: Any = self._broker.subscriber(
            *[self.prefix + topic for topic in self.topics],
            group_id=self.group,
            listener=Rebalances(offsets, lookahead),
            batch=True,
            max_records=MAX_RECORDS,
            parser=partial(_parse_the_first, offsets),
            decoder=_leave_raw,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.heartbeat_interval_ms,
            max_poll_interval_ms=300_000,
        )

        async def consume(raw: RawBatch) -> None:
            await self._consume(raw, subscriber.consumer, lookahead)

        subscriber(consume)
        subscriber.get_msg = lookahead.next_batch
        self._subscriber, self._lookahead, self._offsets = subscriber, lookahead, offsets

    async def _consume(self, raw: RawBatch, client: Any, lookahead: Lookahead) -> None:
        """What was looked ahead belongs to the client that read it."""
        self._busy_since = self._now()
        lookahead.begin(client, raw)
        try:
            await self.ingest([self._record(one) for one in raw])
            self._pause = 0.0
        except Exception as trouble:
            await lookahead.put_back(client)
            self._pause = min(max(0.1, self._pause * 2), MAX_PAUSE_SECONDS)
            log.warning("batch waits", because=type(trouble).__name__, seconds=self._pause)
            where = "database" if isinstance(trouble, OUTAGES) else "shell"
            metrics.OUTAGES.labels(where=where).inc()
            await self._idle(self._pause)
            raise
        finally:
            self._busy_since = None

    async def _close(self) -> None:
        """Whatever a client that is broken does when it is to end. What is in hand is its last batch."""
        broker, subscriber = self._broker, self._subscriber
        self._broker = self._subscriber = None
        if broker is not None and subscriber is not None:
            # As its own stop does first; it knows nothing of commits that are under way.
            subscriber.running = False
            await self._offsets.close()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await broker.stop()
            except (TimeoutError, KafkaError, OSError) as trouble:
                log.warning("kafka client did not close", because=type(trouble).__name__)
        self._offsets.forget()
        if self._lookahead is not None:
            await self._lookahead.drop()

    async def _idle(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _decode_ahead(self, raw: RawBatch) -> None:
        await self.decode_ahead([self._record(one) for one in raw])

    def _record(self, raw: ConsumerRecord) -> Record:
        topic = raw.topic.removeprefix(self.prefix)
        headers = tuple(raw.headers)
        return Record(topic, raw.partition, raw.offset, raw.key, raw.value, headers)

    @staticmethod
    def _joined(consumer: Any) -> bool:
        """A member without a partition is ready too: others hold them all. One that has joined and was not told yet
        what it holds is not.
        """
        coordinator = consumer._coordinator  # noqa: SLF001 - aiokafka has no public health signal (its issue 625)
        told = consumer._subscription.subscription  # noqa: SLF001 - see above
        assigned = told is not None and told.assignment is not None
        return bool(getattr(coordinator, "generation", 0) > 0 and assigned)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # untyped in aiokafka
    """Counts them; what is in hand when partitions go is redelivered, and known by its id."""

    offsets: Offsets
    lookahead: Lookahead

    async def on_partitions_revoked(self, revoked: object) -> None:
        """What is done is committed before somebody else has it; a broker that does not answer is not waited for."""
        del revoked
        await self.lookahead.forget()
        await self.offsets.settled()
        self.offsets.forget()

    def on_partitions_assigned(self, assigned: object) -> None:
        del assigned
        metrics.REBALANCES.inc()


@dataclass(frozen=True, slots=True)
class OneBatch:
    """What acknowledging a batch commits: its own places, not all of the consumer's."""

    consumer: Any
    records: RawBatch
    offsets: Offsets

    async def commit(self) -> None:
        places = {TopicPartition(one.topic, one.partition): one.offset + 1 for one in self.records}
        await self.offsets.commit(self.consumer, places)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """What is not ours any more is somebody else's to read: the batch's other partitions have to go back."""
        with contextlib.suppress(IllegalStateError):
            self.consumer.seek(partition, offset)


async def _parse_the_first(
    offsets: Offsets, message: RawBatch, original: Callable[[RawBatch], Awaitable[Any]]
) -> Any:
    """FastStream reads one record, without its headers: one that is no UTF-8 would drop the whole batch (its issue
    2458), and nobody asks for what it would make of the others.
    """
    parsed = await original((replace(message[0], headers=()),))
    parsed.raw_message = message
    parsed.consumer = OneBatch(parsed.consumer, message, offsets)
    return parsed


async def _leave_raw(message: Any) -> RawBatch:
    raw: RawBatch = message.raw_message
    return raw


def _quiet_logger() -> logging.Logger:
    """FastStream logs each nack with its traceback; what matters of it is logged here."""
    logger = logging.getLogger("faststream.quiet")
    logger.setLevel(logging.CRITICAL)
    return logger
