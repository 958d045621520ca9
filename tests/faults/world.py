"""The whole system as processes on servers of its own, under load, with something that harms it beside it."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import asyncpg
from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError
from tests.faults import witness
from tests.faults.checker import Finding
from tests.faults.clocks import Clocks, truly_dated
from tests.faults.disk import SmallDisk
from tests.faults.history import History, Said
from tests.faults.load import Ats, Listening, Prompt
from tests.faults.proxy import Lines
from tests.faults.sink import Sink

from parley_contracts.topics import consumed_by
from parley_local.demo import system
from parley_local.demo.evidence import Evidence, read_raw, read_tables, read_topics
from parley_local.demo.feed import STARTS_AT, Line
from parley_local.demo.quiet import Quiet
from parley_local.demo.system import MAIL_WORKERS, SENDS_MAILS, SERVICES, Program, System
from parley_local.ports import free_ports
from parley_local.servers import EmbeddedServers

LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 120.0
"""Without any progress."""
UNREACHABLE = (OSError, TimeoutError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError)
NEXT_TRY = "select min(due_at) from delivery where due_at <= $1"
LONGEST_RETRY = timedelta(hours=12)


class NeverQuiet(Exception):
    """Something stays undone although nothing harms the system any more."""


@dataclass
class World:
    servers: EmbeddedServers
    system: System
    clock: Clocks
    mailbox: Sink
    ats: Ats
    people: Prompt
    ears: Listening
    producer: AIOKafkaProducer
    chance: random.Random
    folder: Path
    said: list[Said] = field(default_factory=list)
    lines: list[tuple[float, Line]] = field(default_factory=list)
    """What was said, and when on the wall."""
    harm: Counter[str] = field(default_factory=Counter)
    """What was done to the system, by kind and count."""
    copies: int = 0
    """How many mails may have come once more: those that whoever sends them had in hand when it ended."""
    recoveries: list[float] = field(default_factory=list)
    """Seconds of the wall until ready again."""
    noted: list[Finding] = field(default_factory=list)
    """What a scenario itself found wrong."""
    ending: AsyncExitStack = field(default_factory=AsyncExitStack)
    """What a scenario has to put away, before the servers end."""
    disks: list[SmallDisk] = field(default_factory=list)
    """Of PostgreSQL and of the broker, where a scenario has put them on some that can be filled."""
    lines_to_servers: Lines | None = None
    """Where a scenario has put proxies between our programs and their servers."""
    _acting: asyncio.Task[int] | None = None
    _patient_until: float = 0.0

    @property
    def programs(self) -> Mapping[str, Program]:
        return self.system.programs

    # What the load does

    async def say(self, lines: Sequence[Line]) -> None:
        """Until the broker has acknowledged each; what failed is said again under its own id."""
        left = list(lines)
        while left:
            answers = await asyncio.gather(*[self._send(line) for line in left])
            left = [line for line, taken in zip(left, answers, strict=True) if not taken]
            if left:
                await asyncio.sleep(LOOK_SECONDS)

    async def _send(self, line: Line) -> bool:
        headers = [(name, value.encode()) for name, value in line.headers]
        try:
            await self.producer.send_and_wait(
                self.system.prefix + line.topic,
                key=line.key.encode(),
                value=line.value.encode(),
                headers=headers,
            )
        except KafkaError:
            return False
        self.said.append(Said(line.topic, dict(line.headers)["ce_id"]))
        self.lines.append((time.time(), line))
        return True

    async def to(self, moment: datetime) -> None:
        self.clock.set(moment, rate=0)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is under way and no mail waits for its server: time goes on to the next try."""
        await self._settle()
        while (again := await self._next_try_known()) is not None:
            again -= self.clock.error_of("notifications")
            self.clock.set(max(again, self.clock.now()), rate=0)
            await self._settle()

    async def _next_try_known(self) -> datetime | None:
        """Whatever is done to the server meanwhile."""
        while True:
            try:
                return await self._next_try()
            except UNREACHABLE:
                await asyncio.sleep(LOOK_SECONDS)

    async def _next_try(self) -> datetime | None:
        connection = await asyncpg.connect(self.system.dsns["notifications"])
        try:
            latest = self.clock.now() + LONGEST_RETRY
            found: datetime | None = await connection.fetchval(NEXT_TRY, latest)
            return found
        finally:
            await connection.close()

    async def _settle(self) -> None:
        """Until people have nothing left to do and nothing is under way, seen twice."""
        now = self.clock.now()
        last, give_up, seen = self._progress(), time.monotonic() + PATIENCE_SECONDS, 0
        async with AsyncQuiet(self) as quiet:
            while seen < 2:
                why = await self._look(now, quiet)
                seen = 0 if why else seen + 1
                if (progress := self._progress()) != last:
                    last, give_up = progress, time.monotonic() + PATIENCE_SECONDS
                if why and time.monotonic() > max(give_up, self._patient_until):
                    raise NeverQuiet(f"at {now.isoformat()}: {why}")
                if why:
                    await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, now: datetime, quiet: "AsyncQuiet") -> str | None:
        self.people.read_mail(now)
        if self._acting is None and self.people.due(now):
            self._acting = asyncio.create_task(self.people.act(now))
        if self._acting is not None and self._acting.done():
            await self._acting
            self._acting = None
        if self._acting is not None or self.people.due(now):
            return "people are acting"
        return await quiet.busy(self.clock.earliest(now))

    def _progress(self) -> tuple[int, int, int]:
        return len(self.mailbox.mails), len(self.ears.commands), self.people.done.total()

    # What a nemesis does

    def expects_nothing_for(self, seconds: float) -> None:
        """So long nothing may go on, and nobody gives up."""
        self._patient_until = time.monotonic() + seconds + PATIENCE_SECONDS

    async def somebody_sees(self) -> None:
        """Until somebody has seen a page of each service."""
        pages = {self.programs[service].port for service in SERVICES}
        while not pages <= set(self.ears.seen):
            await asyncio.sleep(LOOK_SECONDS)

    async def end(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """End a program, and start it again once it is gone."""
        self.harm[f"{number.name} {name}"] += 1
        await self.ended(name, number)
        await self.revive(name)

    async def ended(self, name: str, number: signal.Signals) -> None:
        process = self.programs[name].process
        if process is not None:
            process.send(number)
            self.crashed(name)
            await self.gone(name)

    def crashed(self, name: str) -> None:
        if name == SENDS_MAILS:
            self.copies += MAIL_WORKERS

    async def gone(self, name: str, *, seconds: float = 60) -> None:
        process = self.programs[name].process
        if process is not None and not await asyncio.to_thread(process.wait, seconds=seconds):
            raise NeverQuiet(f"{name} does not end")

    async def revive(self, name: str, **environment: str) -> None:
        program = self.programs[name]
        given = program.environment
        program.environment = {**given, **environment}
        try:
            await asyncio.to_thread(program.start)
        finally:
            program.environment = given

    async def ready(self, *names: str) -> float:
        """Seconds until these programs answer that they are ready."""
        began = time.monotonic()
        for name in names or self.programs:
            await asyncio.to_thread(self.programs[name].await_ready)
        seconds = time.monotonic() - began
        self.recoveries.append(seconds)
        return seconds

    async def twin(self, name: str, roles: str = "consume,timers") -> str:
        """A second process of a service; its pages are nobody's."""
        first = self.programs[name]
        (port,) = free_ports(1)
        given = {**first.environment, f"{name.upper()}_PORT": str(port)}
        arguments = [name, "serve", "--roles", roles]
        twin = f"{name}-2"
        self.system.programs[twin] = Program(twin, arguments, given, self.folder, port)
        await self.revive(twin)
        await self.ready(twin)
        return twin

    async def second_relay(self, name: str) -> None:
        first = self.programs[name]
        (port,) = free_ports(1)
        given = {**first.environment, "RELAY_PORT": str(port)}
        twin = f"{name}-2"
        self.system.programs[twin] = Program(twin, ["relay", "serve"], given, self.folder, port)
        await self.revive(twin)
        await self.ready(twin)

    async def execute(self, service: str, statement: str, *values: object) -> None:
        connection = await asyncpg.connect(self.system.dsns[service])
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    async def fetch(self, service: str, query: str) -> Any:
        connection = await asyncpg.connect(self.system.dsns[service])
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    @property
    def unanswered(self) -> int:
        """Forms that got no answer, or that of a server in trouble."""
        return sum(one.status is None or one.status >= 500 for one in self.ears.commands)

    async def emitted(self) -> int:
        return len(await witness.emitted(self.system.dsns))

    async def raw_records(self) -> list[ConsumerRecord]:
        """Everything on every topic, as it is."""
        return await read_raw(self.servers.kafka.bootstrap, self.system.prefix)

    def note(self, kind: str, what: str) -> None:
        self.noted.append(Finding(kind, what))

    # What is left

    async def history(self) -> History:
        now = self.clock.now()
        read = await read_topics(self.servers.kafka.bootstrap, self.system.prefix)
        records = truly_dated(read, self.clock) if self.clock.own else tuple(read)
        tables = await read_tables(self.system.dsns, self.system.prefix, now)
        canaries = self.people.canaries
        evidence = Evidence(
            now=now,
            records=records,
            mails=tuple(self.mailbox.mails),
            bookings=tuple(tables.bookings),
            dead_letters=tuple(tables.dead_letters),
            undone=tuple(tables.undone),
            logs={name: one.log.read_text(errors="replace") for name, one in self.programs.items()},
            written=dict(canaries.written),
            sights=tuple(canaries.sights),
        )
        return History(
            evidence,
            commands=tuple(self.ears.commands),
            said=tuple(self.said),
            emitted=await witness.emitted(self.system.dsns),
            claimed=await witness.claimed(self.system.dsns),
            copies_allowed=self.copies,
            deadlocks=await witness.deadlocks(self.system.dsns),
            consumed={
                service: frozenset(topic.name for topic in consumed_by(service))
                for service in SERVICES
            },
        )


@dataclass
class AsyncQuiet:
    """Asks whether anything is under way; where databases and brokers do not answer, everything is."""

    world: World
    _quiet: Quiet | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def busy(self, now: datetime) -> str | None:
        try:
            quiet = await self._open()
            return await quiet.busy(now, Counter())
        except UNREACHABLE as trouble:
            await self._close()
            return f"a server does not answer: {type(trouble).__name__}"

    async def _open(self) -> Quiet:
        if self._quiet is None:
            running = self.world.system
            bootstrap = self.world.servers.kafka.bootstrap
            quiet = Quiet(running.dsns, running.groups, bootstrap, running.prefix, counted=False)
            try:
                await quiet.__aenter__()
            except UNREACHABLE:
                await quiet.__aexit__(None, None, None)
                raise
            self._quiet = quiet
        return self._quiet

    async def _close(self) -> None:
        quiet, self._quiet = self._quiet, None
        if quiet is not None:
            await quiet.__aexit__(None, None, None)


Nemesis = Callable[[World], Coroutine[Any, Any, None]]


async def as_it_is(world: World) -> None:
    del world


@asynccontextmanager
async def a_world(
    servers: EmbeddedServers,
    folder: Path,
    *,
    seed: int,
    interviewers: int,
    prepare: Nemesis = as_it_is,
) -> AsyncIterator[World]:
    """`prepare` is done when everything is made, and before any of our programs starts."""
    await asyncio.to_thread(servers.start)
    clock = Clocks(folder / "clock.json")
    clock.set(STARTS_AT, rate=0)
    mailbox = Sink(clock.now)
    await mailbox.start()
    running = await system.build(servers, folder, clock=clock.path, smtp_port=mailbox.port)
    await witness.install(running.dsns)
    ats = Ats(seed, interviewers)
    people = Prompt(mailbox, ats.tempers, {}, seed)
    ears = Listening(people._transport, clock.now)
    people._transport = ears  # type: ignore[assignment]  # people ask for no more than any transport does
    # Not idempotent: a broker that has lost what it acknowledged would be told by its numbers.
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka.bootstrap, acks="all")
    await producer.start()
    world = World(
        servers,
        running,
        clock,
        mailbox,
        ats,
        people,
        ears,
        producer,
        random.Random(seed + 1),
        folder,
    )
    try:
        await prepare(world)
        await asyncio.to_thread(running.start)
        yield world
    finally:
        await producer.stop()
        await people.close()
        await asyncio.to_thread(running.stop)
        await mailbox.stop()
        await world.ending.aclose()
