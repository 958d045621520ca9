"""`parley-local demo`: sets up, plays a hiring day, says what happened, and stays for visitors."""

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from aiokafka import AIOKafkaProducer
from rich.console import Console

from parley_contracts.applications import ApplicationOpened
from parley_contracts.topics import PEOPLE, published_as
from parley_local.demo import evidence, feed, invariants, own_feed, report, system, visitors
from parley_local.demo.clock import ConductedClock
from parley_local.demo.conductor import Conductor
from parley_local.demo.feed import Feed, Line
from parley_local.demo.kills import Kills
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People
from parley_local.demo.progress import Progress
from parley_local.demo.quiet import Quiet
from parley_local.errors import LocalError
from parley_local.servers import AnyServers, provide

FEWEST = 8
_, OPENED = published_as(ApplicationOpened)
TERMINATED = 128 + signal.SIGTERM


class DayTooSmall(LocalError):
    def __init__(self, applications: int) -> None:
        super().__init__(
            f"{applications} applications are too few: the day needs at least {FEWEST}, for the one "
            "who cancels, the one who moves, the two who do not come, and whoever visits"
        )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for."""

    once: bool
    report: Path | None
    applications: int
    seed: int
    feed: Path | None
    kills: int = 0

    def day(self) -> Feed:
        if self.feed is not None:
            return own_feed.read(self.feed)
        if self.applications < FEWEST:
            raise DayTooSmall(self.applications)
        return feed.make(applications=self.applications, seed=self.seed)


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--once", action="store_true", help="end after the report")
    row.add_argument("--report", type=Path, metavar="FILE", help="write the report as JSON")
    row.add_argument("--applications", type=int, default=60, metavar="N", help="(%(default)s)")
    row.add_argument("--seed", type=int, default=1, metavar="S", help="of all luck (%(default)s)")
    row.add_argument("--feed", type=Path, metavar="FILE", help="your own ATS events, JSON lines")
    row.add_argument(
        "--kills", type=int, default=0, metavar="K", help="kill -9 our own programs K times (0)"
    )


def run(chosen: argparse.Namespace) -> int:
    wishes = Wishes(
        chosen.once, chosen.report, chosen.applications, chosen.seed, chosen.feed, chosen.kills
    )
    day = wishes.day()
    console = Console(stderr=False)
    # A script's shell lets what it starts with & inherit that Ctrl-C is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with provide(fsync=False) as servers:
        try:
            return uvloop.run(until_told(wishes, day, servers, console))
        except asyncio.CancelledError:
            return TERMINATED


async def until_told(wishes: Wishes, day: Feed, servers: AnyServers, console: Console) -> int:
    """Ends in order on SIGTERM, as it does on Ctrl-C."""
    playing = asyncio.ensure_future(play(wishes, day, servers, console))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    return await playing


async def play(wishes: Wishes, day: Feed, servers: AnyServers, console: Console) -> int:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-demo-")))
        clock = ConductedClock(folder / "clock.json")
        clock.set(day.starts_at, rate=0)
        mailbox = Mailbox(clock.now)
        await mailbox.start()
        stack.push_async_callback(mailbox.stop)
        running = await begin(stack, servers, folder, clock=clock, mailbox=mailbox, console=console)
        people = crowd(mailbox, day, wishes.seed)
        stack.push_async_callback(people.close)
        stage = await open_stage(stack, servers, running, clock=clock, people=people, day=day)
        told = await one_day(wishes, day, stage, running=running, console=console)
        if not wishes.once:
            await visitors.stay(stage, running, day, console)
        return 1 if told["violations"] else 0


async def one_day(
    wishes: Wishes,
    day: Feed,
    stage: Conductor,
    *,
    running: system.System,
    console: Console,
) -> report.Report:
    began = time.monotonic()
    people = stage.people
    lasts = day.ends_at - day.starts_at
    kills = Kills(running, wishes.kills, random.Random(wishes.seed))  # noqa: S311 - a game
    with Progress(console, day.starts_at, lasts, people.mailbox, people) as progress:

        def watch() -> None:
            progress.show(stage.clock.now())
            if kills.done:
                kills.revive()
            else:
                running.all_living()

        stage.watch, stage.strike = watch, kills.strike
        await stage.play(day.ends_at)
        stage.watch, stage.strike = lambda: None, lambda: None
    played = report.Played(
        applications=sum(dict(line.headers).get("ce_type") == OPENED for line in day.lines),
        seed=wishes.seed,
        jumps=stage.jumps,
        seconds=time.monotonic() - began,
        said=stage.said,
        done=people.done,
        visitor=day.visitor,
        kills=kills.done,
    )
    left = await evidence.gather(running, stage)
    copies = kills.done[system.SENDS_MAILS] * system.MAIL_WORKERS
    if kills.done:
        console.print(f"Killed on the way: {dict(kills.done)}")
    found = invariants.check(
        left,
        copies_allowed=copies,
        pages_may_fail=bool(kills.done),
        something_happens=wishes.feed is None,
    )
    told = report.make(left, played, found)
    console.print(report.in_words(told))
    if wishes.report is not None:
        text = json.dumps(told, indent=2, ensure_ascii=False)
        wishes.report.write_text(text + "\n", encoding="utf-8")
    return told


async def begin(
    stack: AsyncExitStack,
    servers: AnyServers,
    folder: Path,
    *,
    clock: ConductedClock,
    mailbox: Mailbox,
    console: Console,
) -> system.System:
    console.print("Starting Apache Kafka, PostgreSQL, scheduling, feedback, notifications …")
    running = await system.build(servers, folder, clock=clock.path, smtp_port=mailbox.port)
    stack.callback(running.stop)
    await asyncio.to_thread(running.start)
    return running


def crowd(mailbox: Mailbox, day: Feed, seed: int) -> People:
    rows = [row for line in day.lines if line.topic == PEOPLE.name and (row := said_in(line))]
    own = [row for line in day.lines if line.key == day.visitor and (row := said_in(line))]
    visitor = {row["candidate_id"] for row in own if "candidate_id" in row}
    return People(
        mailbox,
        day.tempers,
        {row["email"]: row["zone"] for row in rows if row.get("email") and row.get("zone")},
        seed,
        frozenset(row["email"] for row in rows if row.get("person_id") in visitor),
        frozenset(row["interview_id"] for row in own if "interview_id" in row),
    )


def said_in(line: Line) -> dict[str, Any]:
    """Nothing, where somebody's own feed holds what is none of our events: the services are to answer that."""
    try:
        value = json.loads(line.value)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


async def open_stage(
    stack: AsyncExitStack,
    servers: AnyServers,
    running: system.System,
    *,
    clock: ConductedClock,
    people: People,
    day: Feed,
) -> Conductor:
    bootstrap = servers.kafka.bootstrap
    quiet = await stack.enter_async_context(
        Quiet(running.dsns, running.groups, bootstrap, running.prefix)
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    stack.push_async_callback(producer.stop)
    told = (*day.lines, *day.afterwards)
    lines = sorted(told, key=lambda line: line.at, reverse=True)
    stage = Conductor(clock, quiet, people, producer, running.prefix, lines, watch=lambda: None)
    stack.push_async_callback(stage.stop)
    return stage
