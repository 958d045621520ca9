"""Outbox rows to Kafka: single active, ordered per partition, no partition waiting for another.

Each partition has at most one batch in flight. One that fails is left out until its pause ends; the
rest flow on. A row is moved to `published` only after its ack, so a crash repeats and never loses:
consumers know a repeat by its id.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby

import asyncpg
import structlog

from relay import failpoint, metrics, postgres
from relay.kafka import FATAL, UNHEARD, Kafka, KafkaError
from relay.postgres import Connection, Password, Row

log = structlog.get_logger()

LIMIT = 1000
POLL_SECONDS = 5.0
"""Also what keeps the session alive: the server ends it after 15 s of silence."""
STANDBY_SECONDS = 1.0
MAX_PAUSE_SECONDS = 10.0
HOUSEKEEPING_SECONDS = 3600.0
TIDY_AGAIN_SECONDS = 60.0
LAND_SECONDS = 12.0
"""Longer than a request to the broker may take."""
FIRST_PAUSE_SECONDS = 0.1

OUTAGES = (
    OSError,
    TimeoutError,
    KafkaError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionTimeoutError,
    postgres.NoOutboxYet,
)
"""As the services have them. The client's own confusion is one: a session that is cut between two of a statement's
messages leaves it so."""

Partition = tuple[str, int]


@dataclass(slots=True)
class Pause:
    until: float
    seconds: float


@dataclass(slots=True)
class Relay:
    dsn: str
    kafka: Kafka
    password: Password | None = None
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    leading: bool = False
    last_turn: float = 0.0
    last_round: float = 0.0
    """As `last_turn`, but waiting for a database or a broker is coming round too."""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _in_flight: dict[Partition, asyncio.Task[list[int]]] = field(default_factory=dict)
    _pauses: dict[Partition, Pause] = field(default_factory=dict)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()

    async def run(self) -> None:
        """Until `stop`; a lost database or broker is waited for, with growing pauses."""
        pause = 0.1
        while not self._stopped.is_set():
            try:
                await self._session()
                pause = 0.1
            except OUTAGES as outage:
                self._came_round()
                log.warning("waiting", because=type(outage).__name__, seconds=pause)
                metrics.OUTAGES.inc()
                await self._sleep(pause, self._stopped)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)
        await self.kafka.stop()

    async def _session(self) -> None:
        connection = await postgres.connect(self.dsn, self.password)
        try:
            await postgres.check_columns(connection)
            while not await postgres.try_lock(connection):
                self._turn()
                await self._sleep(STANDBY_SECONDS, self._stopped)
                if self._stopped.is_set():
                    return
            await connection.add_listener("outbox", self._notified)
            await self.kafka.start()
            self.leading = True
            await self._lead(connection)
        finally:
            self.leading = False
            await self._land(connection)

    async def _lead(self, connection: Connection) -> None:
        log.info("leading")
        loop = asyncio.get_running_loop()
        tidy_at = loop.time()
        while not self._stopped.is_set():
            self._turn()
            if loop.time() >= tidy_at:
                tidied = await postgres.keep_days(connection, today=postgres.today(self.wall()))
                tidy_at = loop.time() + (HOUSEKEEPING_SECONDS if tidied else TIDY_AGAIN_SECONDS)
                if not tidied:
                    log.warning("days are made and dropped later", because="published is read")
            # Cleared before anything is looked at: an ack or a notice that comes later wakes us again.
            self._wake.clear()
            await self._collect(connection)
            rows = await postgres.read(connection, without=self._left_out(), limit=LIMIT)
            self._launch(rows)
            if len(rows) < LIMIT:
                await self._wait()
            else:
                await asyncio.sleep(0)

    def _launch(self, rows: list[Row]) -> None:
        by_partition = sorted(rows, key=lambda row: (row.aggregatetype, row.partition, row.seq))
        for place, group in groupby(
            by_partition, key=lambda row: (row.aggregatetype, row.partition)
        ):
            task = asyncio.create_task(self._send(place, list(group)))
            task.add_done_callback(lambda _: self._wake.set())
            self._in_flight[place] = task

    async def _send(self, place: Partition, rows: list[Row]) -> list[int]:
        sent = await self.kafka.send(*place, rows)
        now = self.wall()
        for row in rows[: len(sent)]:  # a batch holds the first that fit
            metrics.AGE.observe(max(0.0, (now - row.occurred_at).total_seconds()))
        return sent

    async def _collect(self, connection: Connection) -> None:
        finished = {place: task for place, task in self._in_flight.items() if task.done()}
        acked: list[int] = []
        spent = self.kafka.outdated or self.kafka.ended
        for place, task in finished.items():
            del self._in_flight[place]
            error = task.exception()
            if error is None:
                acked += task.result()
                self._pauses.pop(place, None)
                continue
            if not isinstance(error, OUTAGES):
                log.error("partition cannot be sent to", topic=place[0], partition=place[1],
                          exc_info=error)  # fmt: skip
            seconds = self._put_off(place, error)
            again = seconds == 2 * FIRST_PAUSE_SECONDS and isinstance(error, UNHEARD)
            spent = spent or again or isinstance(error, FATAL)
        if acked:
            failpoint.reach("after_publish_before_delete")
            await postgres.move(connection, sorted(acked), published_at=self.wall())
            failpoint.reach("after_delete")
            metrics.PUBLISHED.inc(len(acked))
        if spent:
            await self._renew_producer()

    async def _renew_producer(self) -> None:
        """Once what is in the air has landed; what does not land is cut off, and its rows are read again."""
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=LAND_SECONDS)
        await self.kafka.stop()
        for place, task in list(self._in_flight.items()):
            if not task.done():
                task.cancel()
                del self._in_flight[place]
        await self.kafka.start()

    def _put_off(self, place: Partition, error: BaseException) -> float:
        before = self._pauses.get(place)
        seconds = min(before.seconds * 2, MAX_PAUSE_SECONDS) if before else FIRST_PAUSE_SECONDS
        self._pauses[place] = Pause(asyncio.get_running_loop().time() + seconds, seconds)
        metrics.OUTAGES.inc()
        log.warning("partition waits", topic=place[0], partition=place[1], seconds=seconds,
                    because=type(error).__name__)  # fmt: skip
        return seconds

    def _left_out(self) -> list[str]:
        now = asyncio.get_running_loop().time()
        paused = {place for place, pause in self._pauses.items() if pause.until > now}
        return [f"{topic}:{partition}" for topic, partition in paused | set(self._in_flight)]

    async def _wait(self) -> None:
        """Until a NOTIFY, an ack, the end of a pause, or the next poll."""
        now = asyncio.get_running_loop().time()
        ends = [pause.until - now for pause in self._pauses.values() if pause.until > now]
        await self._sleep(min([POLL_SECONDS, *ends]), self._wake)

    async def _sleep(self, seconds: float, until: asyncio.Event) -> None:
        """Who stands by or waits for a server is not to be woken by an ack that lands or by a notice."""
        try:
            async with asyncio.timeout(seconds):
                await until.wait()
        except TimeoutError:
            return

    async def _land(self, connection: Connection) -> None:
        """End a session only when nothing is in the air: the next holder must not be overtaken."""
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=LAND_SECONDS)
        try:
            if not connection.is_closed():
                await self._collect(connection)
                await connection.close(timeout=2)
        except OUTAGES:
            connection.terminate()
        for task in self._in_flight.values():
            task.cancel()
        self._in_flight.clear()

    def _notified(self, *_: object) -> None:
        self._wake.set()

    def _turn(self) -> None:
        self._came_round()
        self.last_turn = self.last_round

    def _came_round(self) -> None:
        self.last_round = asyncio.get_running_loop().time()
