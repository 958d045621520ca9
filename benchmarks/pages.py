"""People who open a page over and over, each in a session of their own, as a candidate does from a mail's link."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from benchmarks.rig import Stage
from notifications.adapters.signing import Signer
from parley_contracts.links import LinkClaims, Purpose
from parley_local.demo.system import SERVICES, Program

PURPOSES = {
    "scheduling": Purpose.BOOK,
    "feedback": Purpose.PREPARE,
    "notifications": Purpose.HOME,
}
FAR = 7_000_000_000
"""Seconds since 1970: no link of a measurement expires."""


@dataclass
class Readers:
    """`count` people, each opening their page every `every` seconds, evenly spread."""

    program: Program
    signer: Signer
    count: int
    every: float
    purpose: str
    seconds: list[float] = field(default_factory=list)
    """How long each page took."""
    statuses: dict[int, int] = field(default_factory=dict)

    async def one(self, number: int, interview: str, person: str) -> None:
        own = None if self.purpose == Purpose.HOME else interview
        claims = LinkClaims(
            person=person, interview=own, purpose=self.purpose, generation=1, expires=FAR
        )
        await asyncio.sleep(self.every * number / self.count)
        async with httpx.AsyncClient(timeout=30, follow_redirects=True) as client:
            page = await client.get(self.signer.link(claims))
            due = time.perf_counter()
            while True:
                due += self.every
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                began = time.perf_counter()
                page = await client.get(page.url)
                self.seconds.append(time.perf_counter() - began)
                self.statuses[page.status_code] = self.statuses.get(page.status_code, 0) + 1


@asynccontextmanager
async def reading(
    stage: Stage, program: Program, *, count: int = 20, every: float = 1.0
) -> AsyncIterator[Readers]:
    """Candidates of the first interviews of the day's first copy."""
    bases = dict.fromkeys(SERVICES, program.url)
    signer = Signer(stage.rig.keys["private"], bases)
    readers = Readers(program, signer, count, every, PURPOSES[stage.service])
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(readers.one(n, f"demo0:int-{n:04d}", f"cand0:{n:04d}"))
            for n in range(count)
        ]
        yield readers
        for task in tasks:
            task.cancel()
