"""Composition root: the only module that knows every concrete class."""

import asyncio
import signal
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, FastAPI

from notifications import consumers, timers
from notifications.adapters import (
    certificates,
    database,
    http,
    metrics,
    migrate,
    postgres,
    probes,
    traces,
)
from notifications.adapters.batch import Batch
from notifications.adapters.brake import Brake
from notifications.adapters.clock import FileClock, RealClock
from notifications.adapters.consumer import Consumer
from notifications.adapters.database import Pool
from notifications.adapters.figures import Source, Watch
from notifications.adapters.kafka import Kafka
from notifications.adapters.kafka_access import KafkaAccess
from notifications.adapters.links import LinkKeys, Links
from notifications.adapters.mail import Sender
from notifications.adapters.mail_links import LinkBook
from notifications.adapters.memory import Memory
from notifications.adapters.migrated import until_migrated
from notifications.adapters.missed import Intake
from notifications.adapters.outcomes import Outcomes
from notifications.adapters.recall import Recall
from notifications.adapters.reconcile import Reconciliation
from notifications.adapters.sender import Post, Rules
from notifications.adapters.sender_loop import SenderLoop
from notifications.adapters.signing import Signer
from notifications.adapters.smtp import MailServer, Tls
from notifications.adapters.snapshot import Owner, Stream
from notifications.adapters.timer_runner import TimerLoop, TimerRunner
from notifications.adapters.transaction import OUTAGES, Transactions
from notifications.adapters.warm_up import warm_up
from notifications.adapters.watched import OWN, WAITING
from notifications.config import ROLES, Settings
from notifications.ports import Work
from notifications.use_cases import recall_message, record_outcome, restate_stream
from notifications.working_set import UseCase
from parley_contracts.topics import DELIVERIES, FEEDBACK, NOTIFICATIONS, SCHEDULING

Clock = RealClock | FileClock
STREAMS: Sequence[Stream[Work]] = (
    Stream(
        DELIVERIES.name,
        postgres.STREAM_REVISIONS,
        UseCase(restate_stream.needs, restate_stream.restate_stream),
        stateless=True,
    ),
)
"""What this service owns: what became of each message, which has no state to tell again."""
RECALL = UseCase(recall_message.needs, recall_message.recall_message)
RECORD = UseCase(record_outcome.needs, record_outcome.record_outcome)


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
    sender: SenderLoop | None
    brake: Brake
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
        runner = TimerRunner(pool, store, timers.USE_CASES, postgres.gathers(pool))
        consumer = _consumer(settings, batch) if "consume" in roles else None
        password = database.password_in(settings.database_password_file)
        dsn = settings.direct_dsn
        loop = TimerLoop(dsn, runner, clock, password) if "timers" in roles else None
        watch = _watch(settings, pool, loop, clock) if loop is not None else None
        links = link_book(settings)
        post = post_of(settings, pool, clock, links)
        stack.push_async_callback(post.hang_up)
        sender = SenderLoop(dsn, post, clock, password)
        link_keys = Links(settings.link_keys)
        application = FastAPI(title="Parley notifications", docs_url=None, redoc_url=None)
        if "web" in roles:
            from notifications import web  # noqa: PLC0415 - what pages are made of is for who shows pages

            web.install(
                application,
                commands=Transactions(pool, store),
                reader=postgres.Reader(pool),
                links=link_keys,
                addresses=links,
                clock=clock,
                renew_url=settings.renew_url or f"{settings.public_url.rstrip('/')}/links/renew",
                secure=settings.secure_cookies,
            )
        service = Service(
            settings=settings,
            pool=pool,
            clock=clock,
            batch=batch,
            runner=runner,
            consumer=consumer,
            timers=loop,
            watch=watch,
            sender=sender if "timers" in roles else None,
            brake=Brake(pool),
            application=application,
            link_keys=link_keys,
        )
        application.include_router(_probes(service))
        yield service


async def serve(settings: Settings, roles: Collection[str]) -> None:
    """Until SIGTERM or SIGINT; then what is in flight ends, and the process with it; raises `http.AddressTaken`."""
    traces.export_spans("notifications")
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
            candidates = (service.consumer, service.timers, service.sender, service.watch)
            parts = [part for part in candidates if part is not None]
            async with asyncio.TaskGroup() as group:
                group.create_task(pages.serve(sockets=[door]))
                wanted = migrate.migrations("notifications")
                await until_migrated(service.pool, wanted, stopped)
                for part in parts:
                    group.create_task(part.run())
                await stopped.wait()
                for part in parts:
                    part.stop()
                pages.should_exit = True


def clock_of(settings: Settings) -> Clock:
    return FileClock(settings.clock_file) if settings.clock_file is not None else RealClock()


def link_book(settings: Settings) -> LinkBook:
    bases = {
        NOTIFICATIONS: settings.public_url,
        SCHEDULING: settings.scheduling_url,
        FEEDBACK: settings.feedback_url,
    }
    of_staff = {
        NOTIFICATIONS: settings.staff_public_url,
        SCHEDULING: settings.staff_scheduling_url,
        FEEDBACK: settings.staff_feedback_url,
    }
    staff_bases = {service: base for service, base in of_staff.items() if base}
    return LinkBook(
        signer=Signer(settings.signing_keys, bases, staff_bases),
        lifetime=timedelta(days=settings.link_days),
        home_lifetime=timedelta(days=settings.home_link_days),
    )


def mail_server_of(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=Tls(settings.smtp_tls),
        username=settings.smtp_username,
        password=settings.smtp_password_file,
        ca=settings.smtp_ca_file,
    )


def post_of(settings: Settings, pool: Pool, clock: Clock, links: LinkBook) -> Post:
    return Post(
        pool=pool,
        reader=postgres.Reader(pool),
        clock=clock,
        brake=Brake(pool),
        server=mail_server_of(settings),
        sender=Sender(settings.mail_from_name, settings.mail_from),
        links=links,
        record=Outcomes(pool, postgres.STORE, RECORD, clock).record,
        rules=Rules(
            fuse=settings.fuse_mails,
            workers=settings.mail_workers,
            only_to=settings.allowed_recipients,
        ),
    )


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
        recall=Recall(service.pool, postgres.STORE, RECALL, service.clock),
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
    wanted = migrate.migrations("notifications")

    async def alive() -> bool:
        candidates = (service.timers, service.consumer, service.sender)
        parts = [part for part in candidates if part is not None]
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
        name="notifications",
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
