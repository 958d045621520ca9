"""What a day left behind: every record, every mail, the tables, the logs and what people were shown.

Gathered without any service's code, and then only read: the invariants and the report are functions of it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeVar

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from parley_contracts import cloudevents
from parley_contracts.applications import (
    ApplicationClosed,
    ApplicationEvent,
    ApplicationReopened,
)
from parley_contracts.candidate_updates import Application, ApplicationClockEvent
from parley_contracts.event import Event
from parley_contracts.interviews import Interview, InterviewEvent
from parley_contracts.people import PersonUpserted
from parley_contracts.refusals import BrokenRecord
from parley_contracts.rounds import Round, RoundEvent
from parley_contracts.topics import TOPICS
from parley_local.demo.canaries import Sight, Written
from parley_local.demo.conductor import Conductor
from parley_local.demo.homes import Look, ToDo, ask_anew, look_around, newest_links
from parley_local.demo.mailbox import Mail
from parley_local.demo.people import AT_ONCE, NO_ANSWER, People
from parley_local.demo.system import System

BOOKINGS = """
select interview_id, interviewer_id, imported, lower(during) as starts_at, upper(during) as held_until
from booking order by id
"""
UNPUBLISHED = "select aggregatetype, aggregateid, type from outbox order by seq"
TIMERS = """
select kind, aggregate_id, due_at, parked_reason from timer
where parked_at is not null or due_at <= $1 order by due_at
"""
DELIVERIES = "select id, due_at from delivery where due_at <= $1 order by due_at"
DEAD_LETTERS = (
    'select topic, partition, "offset", source, event_id, reason from dead_letter order by id'
)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of any topic. What cannot be read has a reason in `broken`."""

    topic: str
    partition: int
    offset: int
    key: str
    raw: str
    """Headers and value as text."""
    wall: float
    """When the broker took it, in seconds since 1970."""
    source: str | None = None
    id: str | None = None
    type: str | None = None
    time: datetime | None = None
    trace: str | None = None
    digest: bytes = b""
    data: Event | None = None
    broken: str | None = None

    @property
    def happened_at(self) -> datetime:
        if self.time is None:
            raise LookupError(f"{self.topic} {self.partition}:{self.offset} has no time")
        return self.time


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of scheduling's: a seat that is taken, with the pause after it."""

    interview_id: str
    interviewer_id: str
    imported: bool
    starts_at: datetime
    held_until: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    service: str
    topic: str
    partition: int
    offset: int
    source: str | None
    event_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """Something that waits although it should not."""

    service: str
    what: str


@dataclass(frozen=True)
class Evidence:
    now: datetime
    records: tuple[Record, ...] = ()
    mails: tuple[Mail, ...] = ()
    bookings: tuple[Booking, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    undone: tuple[Undone, ...] = ()
    logs: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, Written] = field(default_factory=dict)
    sights: tuple[Sight, ...] = ()
    homes: Mapping[str, frozenset[ToDo]] = field(default_factory=dict)
    """By address: what the person's pages ask of them at the end."""
    closed_homes: tuple[str, ...] = ()
    """Of people whose pages could not be opened."""
    dead_links: tuple[str, ...] = ()
    """Of homes and desks: what they lead to, and what it answers."""
    pages_failed: int = 0
    """How often a page did not answer, or answered that it is broken."""

    def of(self, model: type[E]) -> Iterator[tuple[Record, E]]:
        """In the order in which they happened to each aggregate."""
        for record in self.records:
            if isinstance(record.data, model):
                yield record, record.data

    @cached_property
    def interviews(self) -> Mapping[str, Interview]:
        """The last state of each."""
        return {event.aggregate_id: event.interview for _, event in self.of(InterviewEvent)}

    @cached_property
    def rounds(self) -> Mapping[str, Round]:
        return {event.aggregate_id: event.round for _, event in self.of(RoundEvent)}

    @cached_property
    def applications(self) -> Mapping[str, Application]:
        return {
            event.aggregate_id: event.application for _, event in self.of(ApplicationClockEvent)
        }

    @cached_property
    def people(self) -> Mapping[str, PersonUpserted]:
        return {event.person_id: event for _, event in self.of(PersonUpserted)}

    @cached_property
    def person_at(self) -> Mapping[str, str]:
        """Who has an address."""
        return {one.email: one.person_id for one in self.people.values() if one.email is not None}

    def address(self, person_id: str) -> str | None:
        person = self.people.get(person_id)
        return person.email if person is not None else None

    @cached_property
    def mails_to(self) -> Mapping[str, tuple[Mail, ...]]:
        """By address, in the order in which they came."""
        found: dict[str, list[Mail]] = {}
        for mail in self.mails:
            found.setdefault(mail.recipient, []).append(mail)
        return {address: tuple(own) for address, own in found.items()}

    @cached_property
    def endings(self) -> Mapping[str, tuple[tuple[datetime, bool], ...]]:
        """By application: when it was closed (true) or opened again (false)."""
        found: dict[str, list[tuple[datetime, bool]]] = {}
        for record, event in self.of(ApplicationEvent):
            if isinstance(event, ApplicationClosed | ApplicationReopened):
                closed = isinstance(event, ApplicationClosed)
                found.setdefault(event.application_id, []).append((record.happened_at, closed))
        return {application_id: tuple(own) for application_id, own in found.items()}


async def read_topics(bootstrap: str, prefix: str) -> tuple[Record, ...]:
    """Every record that there is, partition by partition."""
    read = [record_of(one, prefix) for one in await read_raw(bootstrap, prefix)]
    return tuple(sorted(read, key=lambda one: (one.topic, one.partition, one.offset)))


async def read_raw(
    bootstrap: str, prefix: str, *, since: Mapping[TopicPartition, int] | None = None
) -> list[ConsumerRecord]:
    """Everything on our topics, or what stands there from these offsets on."""
    places = [
        TopicPartition(prefix + topic.name, number)
        for topic in TOPICS.values()
        for number in range(topic.partitions)
    ]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        raw: list[ConsumerRecord] = []
        for place, offset in (since or {}).items():
            consumer.seek(place, offset)
        waiting = [place for place in places if await consumer.position(place) < ends[place]]
        while waiting:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                raw += batch
            waiting = [one for one in waiting if await consumer.position(one) < ends[one]]
    finally:
        await consumer.stop()
    return raw


def record_of(raw: ConsumerRecord, prefix: str) -> Record:
    name = raw.topic.removeprefix(prefix)
    text = " ".join(f"{key}={value!r}" for key, value in raw.headers)
    whole = f"{text} {(raw.value or b'').decode(errors='replace')}"
    key = (raw.key or b"").decode(errors="replace")
    wall = raw.timestamp / 1000
    try:
        told = cloudevents.decode(TOPICS[name], raw.key, raw.value, raw.headers)
    except BrokenRecord as broken:
        return Record(
            name,
            raw.partition,
            raw.offset,
            key,
            whole,
            wall,
            source=broken.source,
            id=broken.id,
            type=broken.type,
            broken=str(broken),
        )
    if not isinstance(told, cloudevents.Received):
        return Record(name, raw.partition, raw.offset, key, whole, wall)
    return Record(
        name,
        raw.partition,
        raw.offset,
        key,
        whole,
        wall,
        source=told.source,
        id=told.id,
        type=told.type,
        time=told.time,
        trace=told.traceparent,
        digest=told.digest,
        data=told.data,
    )


@dataclass(slots=True)
class Tables:
    bookings: list[Booking] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)


async def read_tables(dsns: Mapping[str, str], prefix: str, now: datetime) -> Tables:
    tables = Tables()
    for service, dsn in dsns.items():
        connection = await asyncpg.connect(dsn)
        try:
            await _read_service(connection, service, prefix, now=now, into=tables)
        finally:
            await connection.close()
    return tables


async def _read_service(
    connection: "asyncpg.Connection[asyncpg.Record]",
    service: str,
    prefix: str,
    *,
    now: datetime,
    into: Tables,
) -> None:
    for row in await connection.fetch(DEAD_LETTERS):
        topic, partition, offset, source, event_id, reason = row
        into.dead_letters.append(
            DeadLetter(
                service, topic.removeprefix(prefix), partition, offset, source, event_id, reason
            )
        )
    for kind, about, what in await connection.fetch(UNPUBLISHED):
        into.undone.append(Undone(service, f"{what} of {kind} {about} is not published"))
    for kind, about, due_at, reason in await connection.fetch(TIMERS, now):
        why = f"parked: {reason}" if reason is not None else f"due since {due_at.isoformat()}"
        into.undone.append(Undone(service, f"the timer {kind} of {about} is {why}"))
    if service == "scheduling":
        into.bookings += [Booking(*row) for row in await connection.fetch(BOOKINGS)]
    if service == "notifications":
        for message_id, due_at in await connection.fetch(DELIVERIES, now):
            due = f"due since {due_at.isoformat()}"
            into.undone.append(Undone(service, f"the delivery of {message_id} is {due}"))


async def gather(running: System, stage: Conductor) -> Evidence:
    """Everybody looks once more at what their newest link opens; then all is read that was kept."""
    people = stage.people
    looks = await last_looks(stage)
    now = stage.clock.now()
    records, tables = await asyncio.gather(
        read_topics(stage.quiet.bootstrap, running.prefix),
        read_tables(running.dsns, running.prefix, now),
    )
    if (why := await stage.quiet.busy(now, stage.written)) is not None:
        tables.undone.append(Undone("all", why))
    return Evidence(
        now=now,
        records=records,
        mails=tuple(people.mailbox.mails),
        bookings=tuple(tables.bookings),
        dead_letters=tuple(tables.dead_letters),
        undone=tuple(tables.undone),
        logs={name: one.log.read_text(errors="replace") for name, one in running.programs.items()},
        written=dict(people.canaries.written),
        sights=tuple(people.canaries.sights),
        homes=homes_of(looks),
        closed_homes=tuple(address for (address, _), look in looks.items() if look is None),
        dead_links=tuple(dead_links(people, looks)),
        pages_failed=people.done[NO_ANSWER],
    )


async def last_looks(stage: Conductor) -> Mapping[tuple[str, str], Look | None]:
    """By address and kind of page; None where neither the newest link opens it nor the one that is
    mailed in its place. The visitor's pages are not walked through: what is new there stays new.
    """
    people = stage.people
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(address: str, url: str) -> None:
        async with room:
            await people.counted(ask_anew(people.browser_of(address), url))

    async def look(address: str, kind: str, url: str) -> Look | None:
        async with room:
            walks = address not in people.left_alone
            looks = look_around(people.browser_of(address), url, kind, walks=walks)
            return await people.counted(looks)

    links = newest_links(people.mailbox.mails)
    await asyncio.gather(*[ask(address, url) for (address, _), url in links.items()])
    await stage.settle()
    links = newest_links(people.mailbox.mails)
    looks = await asyncio.gather(*[look(*reader, url) for reader, url in links.items()])
    return dict(zip(links, looks, strict=True))


def dead_links(people: People, looks: Mapping[tuple[str, str], Look | None]) -> Iterator[str]:
    """What the last look found, and what people met before: by the end most of it is done and gone."""
    yield from people.happened.shut_out
    for look in looks.values():
        yield from look.dead if look is not None else ()


def homes_of(looks: Mapping[tuple[str, str], Look | None]) -> Mapping[str, frozenset[ToDo]]:
    """Of everyone whose pages could all be opened."""
    homes: dict[str, frozenset[ToDo]] = {}
    closed = {address for (address, _), look in looks.items() if look is None}
    for (address, _), look in looks.items():
        if look is not None and address not in closed:
            homes[address] = homes.get(address, frozenset()) | look.todo
    return homes
