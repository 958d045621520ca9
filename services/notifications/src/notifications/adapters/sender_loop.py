"""Leads the sending: one process per database does, the others stand by.

The lock ends with its session, and so with the process; a frozen leader's session is ended by the server.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import asyncpg
import structlog

from notifications.adapters import delivery, metrics
from notifications.adapters.database import Connection, Password, end_where_it_dies
from notifications.adapters.sender import Clock, Post
from notifications.adapters.transaction import OUTAGES

log = structlog.get_logger()

STANDBY_SECONDS = 1.0
PING_SECONDS = 5.0
MAX_PAUSE_SECONDS = 5.0
STUCK_SECONDS = 300.0
"""Longer than a mail server may take for one mail, and its outcome to be stored."""
SESSION = {"idle_session_timeout": "15s", "application_name": "sender", "timezone": "UTC"}
TRY_LOCK = "select pg_try_advisory_lock(hashtext('parley.sender'))"


@dataclass(slots=True)
class SenderLoop:
    """Wakes when a delivery is stored or comes due."""

    dsn: str
    post: Post
    clock: Clock
    password: Password | None = None
    leading: bool = False
    last_turn: float = 0.0
    _held: Callable[[], bool] = lambda: True
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.post = replace(self.post, handed_over=self._turn, going_on=self._goes_on)

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    def _goes_on(self) -> bool:
        """Whoever's session has ended holds the lock no more: another may be sending the same."""
        return not self._stopped.is_set() and self._held()

    def alive(self) -> bool:
        now = asyncio.get_running_loop().time()
        return not self.last_turn or now - self.last_turn < STUCK_SECONDS

    async def run(self) -> None:
        pause = 0.1
        while not self._stopped.is_set():
            try:
                await self._session()
                pause = 0.1
            except OUTAGES as outage:
                log.warning("mail waits", because=type(outage).__name__, seconds=pause)
                metrics.OUTAGES.labels(where="mail").inc()
                self._turn()
                await self._idle(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)

    async def _session(self) -> None:
        connection = await asyncpg.connect(
            self.dsn,
            password=self.password,
            timeout=10,
            command_timeout=10,
            server_settings=SESSION,
        )
        keeper: asyncio.Task[None] | None = None
        try:
            await end_where_it_dies(connection)
            await connection.add_listener("delivery", self._notified)
            while not self._stopped.is_set() and not await connection.fetchval(TRY_LOCK):
                self._turn()
                await self._idle(STANDBY_SECONDS)
            if self._stopped.is_set():
                return
            self.leading = True
            await delivery.release_all(self.post.pool)
            keeper = asyncio.create_task(self._keep(connection))
            self._held = lambda: not (connection.is_closed() or keeper.done())
            while not self._stopped.is_set() and not keeper.done():
                await self._send()
            if keeper.done():
                keeper.result()
        finally:
            self.leading = False
            if keeper is not None:
                keeper.cancel()
                await asyncio.wait([keeper])
            await self.post.hang_up()
            await connection.close(timeout=2)

    async def _send(self) -> None:
        self._wake.clear()
        self._turn()
        if await self.post.send_due() == 0:
            moment = await delivery.next_due(self.post.pool, wall=self.clock.wall())
            if moment is not None and moment <= self.clock.now():
                # Paused: a notice wakes us, or the next look.
                moment = None
            await self.clock.wait_until(moment, self._wake)
            if not self._wake.is_set():
                await self.post.hang_up()

    async def _keep(self, connection: Connection) -> None:
        """However long a mail takes, the session does not look idle."""
        while True:
            await asyncio.sleep(PING_SECONDS)
            await connection.execute("select 1")

    async def _idle(self, seconds: float) -> None:
        """As the timers' loop: notices do not cut it short."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return

    def _turn(self) -> None:
        self.last_turn = asyncio.get_running_loop().time()
        metrics.LAST_TURN.labels(loop="mail").set_to_current_time()

    def _notified(self, *_: object) -> None:
        self._wake.set()
