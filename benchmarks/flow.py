"""The whole flow at a steady rate: from an ATS's request on Kafka to the candidate's mail at the sink."""

import asyncio
import json
import time
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from tests.faults.load import Ats

from benchmarks.latency import TICK_SECONDS, percentile
from benchmarks.rig import LOOK_SECONDS, PATIENCE_SECONDS, NotDone, Rig
from parley_local.demo import system
from parley_local.demo.clock import ConductedClock
from parley_local.demo.feed import STARTS_AT, Line
from parley_local.demo.system import SERVICES, System

INTERVIEWERS = 30


@dataclass(frozen=True, slots=True)
class Sample:
    rate: int
    mails: int
    p50_ms: float
    p99_ms: float


async def measure(rig: Rig, *, rate: int, seconds: int) -> Sample:
    """`rate` counts the ATS's records: a person, an application and a request for each candidate."""
    clock = ConductedClock(rig.folder / "flow-clock.json")
    clock.set(STARTS_AT, rate=1)
    folder = rig.folder / "flow"
    folder.mkdir()
    running = await system.build(rig.servers, folder, clock=clock.path, smtp_port=rig.sink.port)
    producer = AIOKafkaProducer(bootstrap_servers=rig.servers.kafka.bootstrap, acks="all")
    await producer.start()
    try:
        await asyncio.to_thread(running.start)
        ats = Ats(seed=1, interviewers=INTERVIEWERS)
        for line in ats.people():
            await send(producer, running, line)
        await all_mails(rig, set(), wait=2.0)
        asked = await requests(producer, running, ats.wave(rate * seconds // 3, STARTS_AT), rate)
        came = await all_mails(rig, set(asked))
    finally:
        await producer.stop()
        await asyncio.to_thread(running.stop)
        for service in SERVICES:
            await rig.servers.postgres.drop_database(f"demo_{service}")
    took = sorted(1000 * (came[who] - at) for who, at in asked.items())
    return Sample(rate, len(took), percentile(took, 0.5), percentile(took, 0.99))


async def requests(
    producer: AIOKafkaProducer, running: System, lines: list[Line], rate: int
) -> dict[str, float]:
    """When each candidate's request went out, by address."""
    asked: dict[str, float] = {}
    address = ""
    began, sent = time.perf_counter(), 0
    while sent < len(lines):
        due = min(len(lines), int((time.perf_counter() - began) * rate) + 1)
        for line in lines[sent:due]:
            data = json.loads(line.value)
            address = data.get("email", address)
            if "sessions" in data:
                asked[address] = time.time()
            await send(producer, running, line)
        sent = due
        await asyncio.sleep(TICK_SECONDS)
    return asked


async def send(producer: AIOKafkaProducer, running: System, line: Line) -> None:
    await producer.send(
        running.prefix + line.topic,
        key=line.key.encode(),
        value=line.value.encode(),
        headers=[(name, value.encode()) for name, value in line.headers],
    )


async def all_mails(
    rig: Rig, wanted: set[str], *, wait: float = PATIENCE_SECONDS
) -> dict[str, float]:
    """When the first mail of each came; the wait is cut short once all are there, where any is wanted."""
    give_up = time.monotonic() + wait
    while True:
        came: dict[str, float] = {}
        for mail in rig.sink.mails:
            came.setdefault(mail.recipient, mail.wall)
        if wanted and wanted <= came.keys():
            return came
        if time.monotonic() > give_up:
            if wanted:
                raise NotDone(f"{len(wanted - came.keys())} of {len(wanted)} have no mail")
            return came
        await asyncio.sleep(LOOK_SECONDS)
