"""Fires timers: those due together in one transaction, singly where one fails."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import asyncpg
import structlog

from notifications.adapters import failpoint, metrics, timer, traces
from notifications.adapters.database import Connection, Password, Pool, end_where_it_dies
from notifications.adapters.table import Refused
from notifications.adapters.timer import Due
from notifications.adapters.transaction import OUTAGES, Store, is_outage, run_steps, with_retries
from notifications.working_set import Fired, Gather, Step, UseCase, WorkingSet

W = TypeVar("W", bound=WorkingSet)
log = structlog.get_logger()

LIMIT = 50
"""To a transaction: what it has locked, a batch waits for."""
MOST_WIDE = 20
"""Of those that need wide reading, and long thought: no transaction may stay open for long."""
STANDBY_SECONDS = 1.0
MAX_PAUSE_SECONDS = 5.0
STUCK_SECONDS = 60.0
SESSION = {"idle_session_timeout": "15s", "application_name": "timers", "timezone": "UTC"}
"""The server ends a frozen leader's session, and its lock with it."""
TRY_LOCK = "select pg_try_advisory_lock(hashtext('parley.timers'))"


@dataclass(frozen=True)
class TimerRunner(Generic[W]):
    pool: Pool
    store: Store[W]
    use_cases: Mapping[str, UseCase[Fired, W]]
    gathers: Mapping[str, Gather] = field(default_factory=dict)

    async def fire_due(self, *, now: datetime, limit: int = LIMIT) -> int:
        """Fire what is due at `now`; returns how many were taken in hand, 0 when nothing is left."""
        async with self.pool.acquire() as connection:
            waiting = self._at_once(await timer.due(connection, now=now, limit=limit))
        if waiting:
            try:
                await self._fire(waiting, now=now)
            except Exception as trouble:
                # Whatever one timer breaks, the others run: singly.
                if is_outage(trouble, of_many=True):
                    raise
                for one in waiting:
                    await self._fire_alone(one, now=now)
        return len(waiting)

    def _at_once(self, waiting: Sequence[Due]) -> Sequence[Due]:
        """The first of them, in order, as many as one transaction should hold."""
        wide = [place for place, one in enumerate(waiting) if one.kind in self.gathers]
        return waiting if len(wide) <= MOST_WIDE else waiting[: wide[MOST_WIDE]]

    async def _fire_alone(self, one: Due, *, now: datetime) -> None:
        try:
            await self._fire([one], now=now)
        except Exception as bug:
            if is_outage(bug):
                raise
            reason = str(bug) if isinstance(bug, Refused) else type(bug).__name__
            log.exception("timer parked", kind=one.kind, aggregate_id=one.aggregate_id)
            metrics.TIMERS.labels(kind=one.kind, result="parked").inc()
            async with self.pool.acquire() as connection:
                await timer.park(connection, one, reason, now=now)

    async def _fire(self, waiting: Sequence[Due], *, now: datetime) -> None:
        facts = await self._gather(waiting, now=now)
        hops = {one: traces.hop(f"fire {one.kind}", one.traceparent) for one in waiting}
        steps = {one: self._step(one, facts, hops[one].traceparent) for one in waiting}
        fired: list[Due] = []

        async def lock_last(connection: Connection, work: W) -> Sequence[Step[Any, W]]:
            locked = await timer.lock(connection, waiting)
            fired[:] = [one for one in waiting if one in locked]
            for one in fired:
                work.timers.cancel(one.kind, one.aggregate_id)
            return [steps[one] for one in fired]

        async def attempt() -> None:
            async with self.pool.acquire() as connection, connection.transaction():
                await run_steps(
                    connection, self.store, list(steps.values()), now=now, lock_last=lock_last
                )
                failpoint.reach("timer_before_commit")

        await with_retries(attempt)
        failpoint.reach("timer_after_commit")
        for one in fired:
            hops[one].end()
            metrics.TIMERS.labels(kind=one.kind, result="fired").inc()

    async def _gather(self, waiting: Sequence[Due], *, now: datetime) -> dict[tuple[str, str], Any]:
        facts: dict[tuple[str, str], Any] = {}
        for kind in sorted({one.kind for one in waiting} & set(self.gathers)):
            ids = [one.aggregate_id for one in waiting if one.kind == kind]
            found = await self.gathers[kind](ids, now=now)
            facts.update({(kind, row_id): value for row_id, value in found.items()})
        return facts

    def _step(
        self, one: Due, facts: Mapping[tuple[str, str], Any], traceparent: str
    ) -> Step[Any, W]:
        found = facts.get((one.kind, one.aggregate_id))
        message = Fired(one.kind, one.aggregate_id, one.due_at, found)
        return Step(message, self.use_cases[one.kind], traceparent)


class Clock(Protocol):
    def now(self) -> datetime: ...

    async def wait_until(self, moment: datetime | None, wake: asyncio.Event) -> None: ...


@dataclass(slots=True)
class TimerLoop(Generic[W]):
    """One leader per database fires; who does not get the lock stands by and tries again."""

    dsn: str
    runner: TimerRunner[W]
    clock: Clock
    password: Password | None = None
    leading: bool = False
    last_turn: float = 0.0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    async def run(self) -> None:
        pause = 0.1
        while not self._stopped.is_set():
            try:
                await self._session()
                pause = 0.1
            except OUTAGES as outage:
                log.warning("timers wait", because=type(outage).__name__, seconds=pause)
                metrics.OUTAGES.labels(where="timers").inc()
                self._turn()
                await self._idle(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)

    def alive(self) -> bool:
        """False for a loop that has not come round; waiting for a database is coming round."""
        now = asyncio.get_running_loop().time()
        return not self.last_turn or now - self.last_turn < STUCK_SECONDS

    async def _session(self) -> None:
        connection = await asyncpg.connect(
            self.dsn,
            password=self.password,
            timeout=10,
            command_timeout=10,
            server_settings=SESSION,
        )
        try:
            await end_where_it_dies(connection)
            await connection.add_listener("timer", self._notified)
            while not self._stopped.is_set() and not await connection.fetchval(TRY_LOCK):
                self._turn()
                await self._idle(STANDBY_SECONDS)
            self.leading = not self._stopped.is_set()
            while not self._stopped.is_set():
                self._wake.clear()
                self._turn()
                if await self.runner.fire_due(now=self.clock.now()) == 0:
                    await self.clock.wait_until(await timer.next_due(connection), self._wake)
        finally:
            self.leading = False
            await connection.close(timeout=2)

    async def _idle(self, seconds: float) -> None:
        """Notices do not cut it short: nobody who stands by, or waits for a database, has use for them."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return

    def _turn(self) -> None:
        self.last_turn = asyncio.get_running_loop().time()
        metrics.LAST_TURN.labels(loop="timers").set_to_current_time()

    def _notified(self, *_: object) -> None:
        self._wake.set()
