"""How long one record takes from the broker, through a service, back to the broker, at a steady rate.

The broker stamps records as it takes them (`LogAppendTime`): what is measured is from the stamp of the record
that went in to the stamp of the first that came of it, found by its trace.
"""

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer, ConsumerRecord

from benchmarks.day import Said
from benchmarks.rig import Stage
from parley_contracts.partitioning import partition_for
from parley_contracts.topics import TOPICS
from parley_local.demo.evidence import read_raw

TICK_SECONDS = 0.01
WARM_SECONDS = 2
"""What comes first is not counted: connections are opened, statements prepared, rows met for the first time."""


@dataclass(frozen=True, slots=True)
class Sample:
    rate: int
    hops: int
    p50_ms: float
    p99_ms: float


async def measure(stage: Stage, records: Sequence[Said], *, rate: int) -> Sample:
    """`records` in their order, so many a second; each under a trace of its own."""
    traced = [(secrets.token_hex(16), one) for one in records]
    producer = AIOKafkaProducer(
        bootstrap_servers=stage.rig.servers.kafka.bootstrap, acks="all", linger_ms=0
    )
    await producer.start()
    try:
        await at_rate(stage, producer, traced, rate=rate)
    finally:
        await producer.stop()
    await stage.until_done(len(traced))
    raw = await read_raw(stage.rig.servers.kafka.bootstrap, stage.prefix, since=stage.begins)
    hops = sorted(of_traces(raw, dict(traced[rate * WARM_SECONDS :])))
    return Sample(rate, len(hops), percentile(hops, 0.5), percentile(hops, 0.99))


async def at_rate(
    stage: Stage, producer: AIOKafkaProducer, traced: Sequence[tuple[str, Said]], *, rate: int
) -> None:
    """Open loop: what is late does not hold back what comes after."""
    began, sent = time.perf_counter(), 0
    while sent < len(traced):
        due = min(len(traced), int((time.perf_counter() - began) * rate) + 1)
        for trace, one in traced[sent:due]:
            await producer.send(
                stage.prefix + one.topic,
                key=one.key,
                value=one.value,
                headers=under(trace, one),
                partition=partition_for(one.key, TOPICS[one.topic].partitions),
            )
        sent = due
        await asyncio.sleep(TICK_SECONDS)
    await producer.flush()


def under(trace: str, one: Said) -> list[tuple[str, bytes]]:
    own = [(name, raw) for name, raw in one.headers if name != "traceparent"]
    return [*own, ("traceparent", f"00-{trace}-{secrets.token_hex(8)}-01".encode())]


def of_traces(raw: Sequence[ConsumerRecord], traced: dict[str, Said]) -> list[float]:
    """Milliseconds of each trace that led to something."""
    stamps: dict[str, list[int]] = {}
    for one in raw:
        trace = dict(one.headers).get("traceparent", b"").decode()[3:35]
        if trace in traced:
            stamps.setdefault(trace, []).append(one.timestamp)
    pairs = (sorted(own)[:2] for own in stamps.values() if len(own) > 1)
    return [float(came - went) for went, came in pairs]


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
