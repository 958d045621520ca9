"""Composition root: the only module that knows every concrete class."""

import asyncio
import signal
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI

from parley_contracts.topics import INTERVIEWS
from scheduling import consumers, timers
from scheduling.adapters import (
    certificates,
    database,
    http,
    metrics,
    migrate,
    postgres,
    probes,
    traces,
)
from scheduling.adapters.batch import Batch
from scheduling.adapters.clock import FileClock, RealClock
from scheduling.adapters.consumer import Consumer
from scheduling.adapters.database import Pool
from scheduling.adapters.figures import Source, Watch
from scheduling.adapters.kafka import Kafka
from scheduling.adapters.kafka_access import KafkaAccess
from scheduling.adapters.links import LinkKeys, Links
from scheduling.adapters.memory import Memory
from scheduling.adapters.migrated import until_migrated
from scheduling.adapters.missed import Intake
from scheduling.adapters.reconcile import Reconciliation
from scheduling.adapters.snapshot import Owner, Stream
from scheduling.adapters.timer_runner import TimerLoop, TimerRunner
from scheduling.adapters.transaction import OUTAGES, Transactions
from scheduling.adapters.warm_up import warm_up
from scheduling.adapters.watched import OWN, WAITING
from scheduling.config import ROLES, Settings
from scheduling.ports import Work
from scheduling.use_cases import restate_interview
from scheduling.working_set import UseCase

Clock = RealClock | FileClock
STREAMS: Sequence[Stream[Work]] = (
    Stream(
        INTERVIEWS.name,
        postgres.INTERVIEW_REVISIONS,
        UseCase(restate_interview.needs, restate_interview.restate_interview),
    ),
)
"""What this service owns, topic by topic."""


@dataclass(frozen=True)
class Service:
    """What a process of this service is made of; roles leave parts out."""

    settings: Settings
    pool: Pool
    clock: Clock
    batch: Batch[Work]
    runner: TimerRunner[Work]
    consumer: Consumer | None
    timers: TimerLoop[Work] | None
    watch: Watch | None
    application: FastAPI
    link_keys: Links


@asynccontextmanager
async def build(settings: Settings, roles: Collection[str] = ROLES) -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:
        memory = Memory()
        pool = await _connect(settings, memory)
        stack.push_async_callback(_close, pool)
        clock = clock_of(settings)
        store = postgres.STORE.remembering(memory)
        batch = Batch(pool, store, consumers.SUBSCRIPTIONS, clock)
        runner = TimerRunner(pool, store, timers.USE_CASES, postgres.gathers(pool, memory))
        consumer = _consumer(settings, batch) if "consume" in roles else None
        password = database.password_in(settings.database_password_file)
        dsn = settings.direct_dsn
        loop = TimerLoop(dsn, runner, clock, password) if "timers" in roles else None
        watch = _watch(settings, pool, loop, clock) if loop is not None else None
        link_keys = Links(settings.link_keys)
        application = FastAPI(title="Parley scheduling", docs_url=None, redoc_url=None)
        if "web" in roles:
            from scheduling import web  # noqa: PLC0415 - what pages are made of is for who shows pages

            web.install(
                application,
                commands=Transactions(pool, store),
                reader=postgres.Reader(pool, memory),
                links=link_keys,
                clock=clock,
                renew_url=settings.renew_url,
                secure=settings.secure_cookies,
            )
        service = Service(
            settings,
            pool,
            clock,
            batch,
            runner,
            consumer,
            loop,
            watch,
            application,
            link_keys,
        )
        application.include_router(_probes(service))
        yield service


async def serve(settings: Settings, roles: Collection[str]) -> None:
    """Until SIGTERM or SIGINT; then what is in flight ends, and the process with it; raises `http.AddressTaken`."""
    traces.export_spans("scheduling")
    certificates.watch(settings, metrics.REGISTRY)
    with http.listen(settings.host, settings.port) as door:
        async with build(settings, roles) as service:
            metrics.REGISTRY.register(LinkKeys(service.link_keys))
            stopped = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stopped.set)
            pages = http.server(service.application)
            warm_up(postgres.STORE)
            candidates = (service.consumer, service.timers, service.watch)
            parts = [part for part in candidates if part is not None]
            async with asyncio.TaskGroup() as group:
                group.create_task(pages.serve(sockets=[door]))
                wanted = migrate.migrations("scheduling")
                await until_migrated(service.pool, wanted, stopped)
                for part in parts:
                    group.create_task(part.run())
                await stopped.wait()
                for part in parts:
                    part.stop()
                pages.should_exit = True


def clock_of(settings: Settings) -> Clock:
    return FileClock(settings.clock_file) if settings.clock_file is not None else RealClock()


def owner_of(service: Service) -> Owner[Work]:
    return Owner(service.pool, postgres.STORE, STREAMS)


def reconciliation_of(service: Service) -> Reconciliation[Work]:
    kafka = kafka_of(service.settings)
    return Reconciliation(
        service=consumers.SERVICE,
        kafka=kafka,
        owner=owner_of(service),
        intake=Intake(service.batch, kafka),
        runner=service.runner,
    )


def kafka_of(settings: Settings) -> Kafka:
    return Kafka(
        bootstrap=settings.kafka_bootstrap,
        group=settings.kafka_group,
        prefix=settings.kafka_topic_prefix,
        access=_access(settings),
    )


def _access(settings: Settings) -> KafkaAccess:
    return KafkaAccess(
        protocol=settings.kafka_security_protocol,
        mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password_file,
        ca=settings.kafka_ca_file,
        certificate=settings.kafka_certificate_file,
        key=settings.kafka_key_file,
        token=settings.kafka_token_file,
    )


def _consumer(settings: Settings, batch: Batch[Work]) -> Consumer:
    return Consumer(
        bootstrap=settings.kafka_bootstrap,
        group=settings.kafka_group,
        topics=sorted(consumers.SUBSCRIPTIONS.topics),
        prefix=settings.kafka_topic_prefix,
        ingest=batch.ingest,
        decode_ahead=batch.decode_ahead,
        access=_access(settings),
        session_timeout_ms=settings.kafka_session_timeout_ms,
    )


def _watch(settings: Settings, pool: Pool, loop: TimerLoop[Work], clock: Clock) -> Watch:
    topics = consumers.SUBSCRIPTIONS.topics
    source = Source(pool, kafka_of(settings), topics, WAITING, OWN)
    return Watch(source, clock, leads=lambda: loop.leading)


def _probes(service: Service) -> APIRouter:
    wanted = migrate.migrations("scheduling")

    async def alive() -> bool:
        parts = [part for part in (service.timers, service.consumer) if part is not None]
        return all(part.alive() for part in parts)

    async def ready() -> bool:
        try:
            async with asyncio.timeout(2):
                migrated = not await migrate.pending(service.pool, wanted)
        except OUTAGES:
            return False
        return migrated and (service.consumer is None or service.consumer.ready())

    return probes.router(alive=alive, ready=ready, started=ready)


async def _connect(settings: Settings, memory: Memory) -> Pool:
    return await database.connect(
        str(settings.database_url),
        size=settings.database_pool,
        name="scheduling",
        password=database.password_in(settings.database_password_file),
        opened=memory.forget,
    )


async def _close(pool: Pool) -> None:
    """Ends politely; a connection that does not answer is cut."""
    try:
        async with asyncio.timeout(5):
            await pool.close()
    except TimeoutError:
        pool.terminate()
