"""Sends one batch to one partition, and tells an ended producer from a passing fault."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    KafkaError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
    UnknownTopicOrPartitionError,
)

from relay.kafka_access import KafkaAccess, Stamp
from relay.postgres import Row

BATCH_BYTES = 512 * 1024
"""Half of a broker's default limit, and 1.5 times as fast as 64 KiB (docs/decisions.md)."""

STOP_SECONDS = 5.0
START_SECONDS = 12.0
"""Longer than a request to the broker may take; aiokafka asks for a producer's id for ever."""

FATAL = (
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    ProducerFenced,
)

UNHEARD = (UnknownTopicOrPartitionError,)
"""So it is called, too, when a line died without a word: aiokafka keeps asking for a topic's partitions on it."""


class RowTooLarge(Exception):
    """A row that fits no batch; the outbox refuses such rows at their insert."""


@dataclass(slots=True)
class Kafka:
    bootstrap: str
    prefix: str = ""
    """Before every topic's name, where the brokers serve others too (tests)."""
    access: KafkaAccess = field(default_factory=KafkaAccess)
    _made_with: Stamp = field(default=(), init=False)
    _producer: AIOKafkaProducer | None = field(default=None, init=False)

    async def start(self) -> None:
        if self._producer is not None:
            return
        made_with = self.access.stamp()
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=10_000,
            max_batch_size=BATCH_BYTES,
            compression_type="zstd",
            **self.access.client(),
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await producer.start()
        except BaseException:
            await producer.stop()
            raise
        self._producer, self._made_with = producer, made_with

    @property
    def outdated(self) -> bool:
        """Whether the certificate or the password has been changed since the producer was made."""
        return self._producer is not None and self.access.changed_since(self._made_with)

    @property
    def ended(self) -> bool:
        """Whether what sends for the producer has ended by itself: it would refuse everything for ever."""
        return self._producer is not None and self._producer._sender.sender_task.done()  # noqa: SLF001 - as `cut`

    async def stop(self) -> None:
        """Politely; a broker that does not answer is not waited for. What it has not acknowledged is in the outbox."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await producer.stop()
        except TimeoutError:
            await cut(producer)

    def fits(self, rows: Sequence[Row]) -> tuple[Any, list[int]]:
        """A batch of the first rows that fit, and their seqs."""
        if self._producer is None:
            raise ProducerClosed
        batch = self._producer.create_batch()
        sent: list[int] = []
        stamp = time.time_ns() // 1_000_000
        for row in rows:
            appended = batch.append(
                key=row.aggregateid.encode(),
                value=row.payload,
                timestamp=stamp,
                headers=headers(row),
            )
            if appended is None:
                break
            sent.append(row.seq)
        if not sent:
            raise RowTooLarge(str(rows[0].id))
        return batch, sent

    async def send(self, topic: str, partition: int, rows: Sequence[Row]) -> list[int]:
        """Returns the seqs that the broker acked; raises `KafkaError`."""
        batch, sent = self.fits(rows)
        if self._producer is None:
            raise ProducerClosed
        acked = await self._producer.send_batch(batch, self.prefix + topic, partition=partition)
        await acked
        return sent


async def cut(producer: AIOKafkaProducer) -> None:
    """End it without its broker. What may still reach one is a repeat: its successor begins with the same rows."""
    sending = producer._sender.sender_task  # noqa: SLF001 - aiokafka has no end that does not flush
    while not sending.done():
        sending.cancel()  # once ends the routine, once more its wait for what is in the air
        await asyncio.sleep(0)
    await producer.client.close()


def headers(row: Row) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0, Kafka binding, binary content mode."""
    occurred = row.occurred_at.isoformat().replace("+00:00", "Z")
    found = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(row.id).encode()),
        ("ce_source", row.source.encode()),
        ("ce_type", row.type.encode()),
        ("ce_subject", row.aggregateid.encode()),
        ("ce_time", occurred.encode()),
        ("content-type", b"application/json; charset=utf-8"),
    ]
    if row.traceparent is not None:
        found.append(("traceparent", row.traceparent.encode()))
    return found


__all__ = ["FATAL", "UNHEARD", "Kafka", "KafkaError", "RowTooLarge", "headers"]
