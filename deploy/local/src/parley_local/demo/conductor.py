"""Moves domain time: to the next quarter of an hour in which anything is due, once all is quiet."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiokafka import AIOKafkaProducer

from parley_local.demo.clock import ConductedClock, quarter_after
from parley_local.demo.feed import Line
from parley_local.demo.people import People
from parley_local.demo.quiet import Quiet
from parley_local.errors import LocalError

LOOK_SECONDS = 0.008
PATIENCE_SECONDS = 60.0
ENOUGH_LOOKS = 2
SMALLEST_STEP = timedelta(seconds=1)


class NeverQuiet(LocalError):
    """Something stays undone, however long it is waited for."""


@dataclass
class Conductor:
    clock: ConductedClock
    quiet: Quiet
    people: People
    producer: AIOKafkaProducer
    prefix: str
    lines: list[Line]
    """What the ATS has yet to say, the next one last."""
    watch: Callable[[], None]
    """Called while waiting: progress is shown, and what has died is started again."""
    strike: Callable[[], None] = lambda: None
    """Called once after each jump; a kill test ends a program here."""
    jumps: int = 0
    written: Counter[str] = field(default_factory=Counter)
    """Records of the ATS that went out, by topic."""
    patience: float = PATIENCE_SECONDS
    pace: float = 0.0
    """Seconds that each jump takes at least."""
    said: dict[str, float] = field(default_factory=dict)
    """Wall time at which a trace's first record went out."""
    _acting: asyncio.Task[int] | None = None

    async def play(self, until: datetime) -> None:
        await self.settle()
        while (moment := await self._next()) is not None and moment < until:
            began = time.monotonic()
            self.clock.set(moment, rate=0)
            self.jumps += 1
            await self._say(moment)
            self.strike()
            await self.settle()
            await asyncio.sleep(self.pace - (time.monotonic() - began))
        self.clock.set(until, rate=0)
        await self.settle()

    async def step(self) -> None:
        """On to the next quarter of an hour in which anything is due; once all of it is done, time runs on."""
        moment = await self._next()
        if moment is None:
            return
        self.clock.set(moment, rate=0)
        try:
            self.jumps += 1
            await self._say(moment)
            await self.settle()
        finally:
            self.clock.set(moment, rate=1)

    async def tick(self) -> None:
        """What is due by now, while time runs by itself."""
        now = self.clock.now()
        await self._say(now)
        self.people.read_mail(now)
        await self.people.act(now)

    async def settle(self) -> None:
        """Until nothing is under way, seen twice, and everybody has done what they meant to do now.

        People act while the system works, as they do; time stands until both are done.
        """
        now = self.clock.now()
        give_up = time.monotonic() + self.patience
        seen = 0
        while seen < ENOUGH_LOOKS:
            why = await self._look(now)
            seen = 0 if why else seen + 1
            if why and time.monotonic() > give_up:
                raise NeverQuiet(f"at {now.isoformat()}: {why}")
            if why:
                await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        if self._acting is not None:
            self._acting.cancel()
            await asyncio.gather(self._acting, return_exceptions=True)

    async def _look(self, now: datetime) -> str | None:
        """What is still under way; None where nothing is."""
        self.watch()
        self.people.read_mail(now)
        if self._acting is None and self.people.due(now):
            self._acting = asyncio.create_task(self.people.act(now))
        if self._acting is not None and self._acting.done():
            await self._acting
            self._acting = None
        if self._acting is not None or self.people.due(now):
            return "people are acting"
        return await self.quiet.busy(now, self.written)

    async def _next(self) -> datetime | None:
        moments = [await self.quiet.next_at(), self.people.next_at()]
        if self.lines:
            moments.append(self.lines[-1].at)
        known = [moment for moment in moments if moment is not None]
        if not known:
            return None
        return quarter_after(max(min(known), self.clock.now() + SMALLEST_STEP))

    async def _say(self, now: datetime) -> None:
        sent = []
        while self.lines and self.lines[-1].at <= now:
            line = self.lines.pop()
            headers = [(name, value.encode()) for name, value in line.headers]
            self._note_trace(line)
            self.written[line.topic] += 1
            sent.append(
                await self.producer.send(
                    self.prefix + line.topic,
                    key=line.key.encode(),
                    value=line.value.encode(),
                    headers=headers,
                )
            )
        await asyncio.gather(*sent)

    def _note_trace(self, line: Line) -> None:
        trace = dict(line.headers).get("traceparent", "")
        if trace:
            self.said.setdefault(trace.split("-")[1], time.time())
