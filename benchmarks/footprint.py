"""What a process costs: until it answers, at rest, and under load."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.day import Day, side_by_side
from benchmarks.rig import Rig, Stage, cpu_seconds
from parley_contracts.topics import consumed_by
from parley_local.demo.system import SERVICES, Program

REST_SECONDS = 15
DAYS = 4
LOOK_SECONDS = 0.02
MIB = 1024


@dataclass(frozen=True, slots=True)
class Sample:
    program: str
    live_seconds: float
    ready_seconds: float
    rest_mib: float
    load_mib: float
    """The most that it ever held."""
    rest_cpu: float
    """Share of one core while nothing happens."""


async def measure(rig: Rig, day: Day) -> list[Sample]:
    found = []
    for service in SERVICES:
        async with rig.stage(service, day.ends_at) as stage:
            programs = [as_deployed(stage.add_service()), stage.add_relay()]
            starts = [await started(one) for one in programs]
            await stage.until_joined()
            rest = await asyncio.gather(*[at_rest(one) for one in programs])
            await under_load(stage, day)
            found += [
                Sample(name, *start, mib, memory(one, "VmHWM"), cpu)
                for name, one, start, (mib, cpu) in zip(
                    (service, f"relay of {service}"), programs, starts, rest, strict=True
                )
            ]
    return found


def as_deployed(program: Program) -> Program:
    """By the real clock: a demo's is looked at all the time."""
    program.environment = {
        name: value
        for name, value in program.environment.items()
        if not name.endswith("_CLOCK_FILE")
    }
    return program


async def started(program: Program) -> tuple[float, float]:
    """Seconds until it lives and until it is ready."""
    began = time.perf_counter()
    program.start()
    live = await answers(program, "/livez")
    ready = await answers(program, "/readyz")
    return live - began, ready - began


async def answers(program: Program, path: str) -> float:
    async with httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(program.url + path)).status_code == httpx.codes.OK:
                    return time.perf_counter()
            except httpx.TransportError:
                pass
            await asyncio.sleep(LOOK_SECONDS)


async def at_rest(program: Program) -> tuple[float, float]:
    before = cpu_seconds(pid(program))
    await asyncio.sleep(REST_SECONDS)
    used = cpu_seconds(pid(program)) - before
    return memory(program, "VmRSS"), used / REST_SECONDS


async def under_load(stage: Stage, day: Day) -> None:
    told = day.told_to([topic.name for topic in consumed_by(stage.service)])
    await stage.until_done(await stage.feed(side_by_side(told, DAYS)))


def memory(program: Program, what: str) -> float:
    lines = Path(f"/proc/{pid(program)}/status").read_text(encoding="ascii").splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith(what + ":"))
    return int(found) / MIB


def pid(program: Program) -> int:
    assert program.process is not None
    return program.process.pid
