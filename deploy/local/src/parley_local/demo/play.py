"""`parley-local demo`: sets up, plays a hiring day, says what happened, and stays for visitors."""

import argparse
import asyncio
import json
import random
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaProducer
from rich.console import Console

from parley_local.demo import cast, feed, invariants, report, system
from parley_local.demo.clock import ConductedClock
from parley_local.demo.conductor import Conductor
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People
from parley_local.demo.progress import Progress
from parley_local.demo.quiet import Quiet
from parley_local.servers import AnyServers, provide


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    once: bool
    report: Path | None
    applications: int
    seed: int
    feed: Path | None


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--once", action="store_true", help="end after the report")
    row.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
    row.add_argument("--applications", type=int, default=60, metavar="N")
    row.add_argument("--seed", type=int, default=1, metavar="S")
    row.add_argument("--feed", type=Path, metavar="FILE", help="your own ATS events, JSON lines")


def run(chosen: argparse.Namespace) -> int:
    wishes = Wishes(chosen.once, chosen.report, chosen.applications, chosen.seed, chosen.feed)
    console = Console(stderr=False)
    with provide(fsync=False) as servers:
        console.print("Starting Apache Kafka and PostgreSQL …")
        servers.start()
        return asyncio.run(play(wishes, servers, console))


async def play(wishes: Wishes, servers: AnyServers, console: Console) -> int:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-demo-")))
        day = (
            feed.read(wishes.feed)
            if wishes.feed is not None
            else feed.make(applications=wishes.applications, seed=wishes.seed)
        )
        clock = ConductedClock(folder / "clock.json")
        clock.set(day.lines[0].at, rate=0)
        mailbox = Mailbox(clock.now)
        await mailbox.start()
        stack.push_async_callback(mailbox.stop)
        running = await begin(stack, servers, folder, clock=clock, mailbox=mailbox, console=console)
        people = crowd(mailbox, day, wishes.seed)
        stack.push_async_callback(people.close)
        stage = await open_stage(stack, servers, running, clock=clock, people=people, day=day)
        with Progress(console, day.lines[0].at, feed.LASTS, mailbox, people) as progress:
            stage.watch = lambda: progress.show(clock.now())
            await stage.play(day.lines[0].at + feed.LASTS)
        evidence = await invariants.gather(running, servers.kafka, mailbox, people)
        told = report.make(evidence, stage, people)
        console.print(report.in_words(told))
        if wishes.report is not None:
            wishes.report.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
        return 1 if told["violations"] else 0


async def begin(
    stack: AsyncExitStack,
    servers: AnyServers,
    folder: Path,
    *,
    clock: ConductedClock,
    mailbox: Mailbox,
    console: Console,
) -> system.System:
    console.print("Starting scheduling, feedback, notifications and their relays …")
    dsns = {
        service: await servers.postgres.create_database(f"demo_{service}")
        for service in system.SERVICES
    }
    running = await system.build(
        kafka=servers.kafka, dsns=dsns, folder=folder, clock=clock.path, smtp_port=mailbox.port
    )
    stack.callback(running.stop)
    await asyncio.to_thread(running.start)
    return running


def crowd(mailbox: Mailbox, day: feed.Feed, seed: int) -> People:
    rows = [json.loads(line.value) for line in day.lines if line.topic == "ats.people.v1"]
    visitor = next(
        (
            json.loads(line.value)["candidate_id"]
            for line in day.lines
            if line.key == day.visitor and '"candidate_id"' in line.value
        ),
        None,
    )
    return People(
        mailbox,
        day.tempers,
        {row["email"]: row["zone"] for row in rows if row.get("email") and row.get("zone")},
        random.Random(seed),  # noqa: S311 - a game, and no secret
        frozenset(row["email"] for row in rows if row["person_id"] == visitor),
    )


async def open_stage(
    stack: AsyncExitStack,
    servers: AnyServers,
    running: system.System,
    *,
    clock: ConductedClock,
    people: People,
    day: feed.Feed,
) -> Conductor:
    bootstrap = servers.kafka.bootstrap
    quiet = await stack.enter_async_context(
        Quiet(running.dsns, running.groups, bootstrap, running.prefix)
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    stack.push_async_callback(producer.stop)
    lines = sorted(day.lines, key=lambda line: line.at, reverse=True)
    return Conductor(clock, quiet, people, producer, running.prefix, lines, watch=lambda: None)


__all__ = ["arguments", "cast", "run"]
