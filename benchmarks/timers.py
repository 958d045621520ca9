"""Timers that are due all at once: how many a second are claimed, and have their effect committed."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from benchmarks.ingest import Ingest
from benchmarks.rig import LOOK_SECONDS, PATIENCE_SECONDS, NotDone, Stage
from parley_local.demo.system import Program

DUE = "select count(*) from timer where parked_at is null and due_at <= $1"
SENDING = "select count(*) from delivery where due_at <= $1"
SENT = "select count(*) from message where status = 'sent'"
A_DAY = timedelta(days=1)
FIRED = "parley_timers_total{"


@dataclass(frozen=True, slots=True)
class Sample:
    fired: int
    seconds: float
    mails: int = 0
    """That came of them, written and handed over."""

    @property
    def rate(self) -> float:
        return self.fired / self.seconds


async def measure(one: Ingest) -> Sample:
    """Everything of the day was taken in; nothing is due on the day before, and all of it on the last evening."""
    async with one.rig.stage(one.service, one.day.starts_at - A_DAY, like=one.kept) as stage:
        program = stage.add_service("timers")
        stage.add_relay()
        await stage.ready()
        before, began = await fired(program), time.perf_counter()
        stage.clock.set(one.day.ends_at, rate=0)
        await until_nothing_is_due(one, stage)
        seconds = time.perf_counter() - began
        return Sample(await fired(program) - before, seconds, await sent(one, stage))


async def until_nothing_is_due(
    one: Ingest, stage: Stage, *, patience: float = PATIENCE_SECONDS
) -> None:
    """What a timer sets may be due too; it is fired in its turn."""
    give_up = time.monotonic() + patience
    async with stage.connection() as connection:
        while await waiting(connection, one.service, stage.clock.now()):
            if time.monotonic() > give_up:
                raise NotDone(f"{one.service} still has timers that are due")
            await asyncio.sleep(LOOK_SECONDS)


async def waiting(connection: Any, service: str, now: datetime) -> int:
    found: int = await connection.fetchval(DUE, now)
    if service == "notifications":
        found += await connection.fetchval(SENDING, now)
    return found


async def sent(one: Ingest, stage: Stage) -> int:
    if one.service != "notifications":
        return 0
    async with stage.connection() as connection:
        found: int = await connection.fetchval(SENT)
    return found


async def fired(program: Program) -> int:
    async with httpx.AsyncClient() as client:
        told = (await client.get(program.url + "/metrics")).text
    return sum(int(float(line.split()[-1])) for line in told.splitlines() if line.startswith(FIRED))
