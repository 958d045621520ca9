"""`parley-local play`: the demo's day, played into a Parley that runs elsewhere, whatever befalls it meanwhile.

It is the ATS, everybody's mailbox and everybody's browser, and conducts the clock, a file that all services
read. It says what happened as one line of JSON, and stays, so that the mails can be read.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from parley_local.demo import evidence, feed, invariants, report
from parley_local.demo.clock import ConductedClock
from parley_local.demo.conductor import Conductor
from parley_local.demo.feed import Feed
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People
from parley_local.demo.play import crowd
from parley_local.demo.quiet import PatientQuiet
from parley_local.demo.system import SERVICES, System

EVERYWHERE = "0.0.0.0"
LONG_MS = 180_000
"""A broker may be restarted while something is said to it."""
AGAIN_SECONDS = 0.5


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--applications", type=int, default=24, metavar="N", help="(%(default)s)")
    row.add_argument("--seed", type=int, default=1, metavar="S", help="of all luck (%(default)s)")
    row.add_argument("--clock", type=Path, default=Path("/clock/now.json"), help="(%(default)s)")
    row.add_argument("--kafka", default="kafka:9092", help="(%(default)s)")
    row.add_argument("--postgres", default="postgres:5432", help="(%(default)s)")
    row.add_argument("--password", type=Path, required=True, help="the file with that of all roles")
    row.add_argument("--smtp-port", type=int, default=2525, help="(%(default)s)")
    row.add_argument("--copies", type=int, default=0, help="mails that may come twice: crashes")
    row.add_argument("--pace", type=float, default=0.0, help="seconds that a jump of time takes")
    row.add_argument("--patience", type=float, default=300, help="seconds until all has to be done")


def run(chosen: argparse.Namespace) -> int:
    asyncio.run(play(chosen))
    return 0


async def play(chosen: argparse.Namespace) -> None:
    day = feed.make(applications=chosen.applications, seed=chosen.seed)
    clock = ConductedClock(chosen.clock)
    clock.set(day.starts_at, rate=0)
    async with AsyncExitStack() as stack:
        mailbox = Mailbox(clock.now)
        await mailbox.start(host=EVERYWHERE, port=chosen.smtp_port)
        stack.push_async_callback(mailbox.stop)
        people = crowd(mailbox, day, chosen.seed)
        stack.push_async_callback(people.close)
        running = System(addresses(chosen), {one: one for one in SERVICES}, prefix="")
        stage = await open_stage(stack, chosen, day, running, people=people, clock=clock)
        began = time.monotonic()
        await stage.play(day.ends_at)
        told = await what_happened(chosen, day, running, stage, seconds=time.monotonic() - began)
        print(json.dumps(told), flush=True)  # noqa: T201 - the command's answer
        await asyncio.Event().wait()


def addresses(chosen: argparse.Namespace) -> Mapping[str, str]:
    password = quote(chosen.password.read_text().strip(), safe="")
    return {one: f"postgresql://{one}_read:{password}@{chosen.postgres}/{one}" for one in SERVICES}


async def open_stage(
    stack: AsyncExitStack,
    chosen: argparse.Namespace,
    day: Feed,
    running: System,
    *,
    people: People,
    clock: ConductedClock,
) -> Conductor:
    quiet = PatientQuiet(running.dsns, running.groups, chosen.kafka, running.prefix)
    await stack.enter_async_context(quiet)
    producer = await speaking_to(chosen.kafka)
    stack.push_async_callback(producer.stop)
    lines = sorted((*day.lines, *day.afterwards), key=lambda line: line.at, reverse=True)
    stage = Conductor(
        clock,
        quiet,
        people,
        producer,
        running.prefix,
        lines,
        watch=lambda: None,
        patience=chosen.patience,
        pace=chosen.pace,
    )
    stack.push_async_callback(stage.stop)
    return stage


async def speaking_to(bootstrap: str) -> AIOKafkaProducer:
    while True:
        producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            enable_idempotence=True,
            request_timeout_ms=LONG_MS,
        )
        try:
            await producer.start()
        except KafkaError:
            await producer.stop()
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return producer


async def what_happened(
    chosen: argparse.Namespace, day: Feed, running: System, stage: Conductor, *, seconds: float
) -> Mapping[str, object]:
    played = report.Played(
        applications=chosen.applications,
        seed=chosen.seed,
        jumps=stage.jumps,
        seconds=seconds,
        said=stage.said,
        done=stage.people.done,
        visitor=day.visitor,
    )
    left = await evidence.gather(running, stage)
    found = invariants.check(
        left,
        copies_allowed=chosen.copies,
        pages_may_fail=bool(chosen.copies),
        something_happens=True,
    )
    unanswered = [asdict(one) for one in stage.people.unanswered]
    return {**report.make(left, played, found), "unanswered": unanswered}
