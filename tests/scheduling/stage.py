"""The service on a database of its own: events in, timers fired, pages asked, events out."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg
from tests.scheduling.building import CANDIDATE, INTERVIEW, NOW
from tests.support.doubting import doubting

from parley_contracts.cloudevents import encode
from parley_contracts.event import Event
from parley_contracts.interviews import InterviewEvent
from parley_contracts.topics import TOPICS
from scheduling import timers
from scheduling.adapters import database, migrate, postgres
from scheduling.adapters.batch import Batch
from scheduling.adapters.database import Pool
from scheduling.adapters.record import Record
from scheduling.adapters.timer_runner import TimerRunner
from scheduling.adapters.transaction import Store, Transactions
from scheduling.consumers import SUBSCRIPTIONS
from scheduling.domain.booking import Booking
from scheduling.domain.interview import Interview
from scheduling.ports import Work
from scheduling.use_cases import (
    book_slot,
    cancel_interview,
    decline_seat,
    move_interview,
    open_offer,
)
from scheduling.use_cases.book_slot import BookSlot
from scheduling.use_cases.open_offer import OpenOffer
from scheduling.working_set import Refusal, Step, UseCase

MOVE = UseCase(move_interview.needs, move_interview.move_interview)
DECLINE = UseCase(decline_seat.needs, decline_seat.decline_seat)
CANCEL = UseCase(cancel_interview.needs, cancel_interview.cancel_interview)

OUT = "select aggregatetype, type, payload from outbox order by seq"


@dataclass
class SetClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment


@dataclass
class Stage:
    dsn: str
    pool: Pool
    clock: SetClock = field(default_factory=SetClock)
    offsets: Any = field(default_factory=itertools.count)
    store: Store[Work] = field(
        default_factory=lambda: postgres.STORE.remembering(doubting("scheduling"))
    )

    @property
    def batch(self) -> Batch[Work]:
        return Batch(self.pool, self.store, SUBSCRIPTIONS, self.clock)

    @property
    def runner(self) -> TimerRunner[Work]:
        return TimerRunner(
            self.pool, self.store, timers.USE_CASES, postgres.gathers(self.pool, self.store.memory)
        )

    @property
    def commands(self) -> Transactions[Work]:
        return Transactions(self.pool, self.store)

    def record(self, event: Event, *, happened_at: datetime | None = None) -> Record:
        offset = next(self.offsets)
        encoded = encode(
            event,
            id=f"e{offset}",
            source="ats",
            time=happened_at or self.clock.moment + timedelta(milliseconds=offset),
        )
        return Record(
            encoded.topic, 0, offset, encoded.key.encode(), encoded.value, encoded.headers
        )

    def tombstone(self, topic: str, key: str) -> Record:
        return Record(topic, 0, next(self.offsets), key.encode(), None, ())

    async def take(self, *events: Event) -> None:
        await self.batch.ingest([self.record(one) for one in events])

    async def settle(self) -> None:
        """Fire whatever is due now, until nothing is."""
        for _ in range(50):
            if await self.runner.fire_due(now=self.clock.moment) == 0:
                return
        raise AssertionError("timers set each other for ever")

    async def told(self, *events: Event) -> None:
        await self.take(*events)
        await self.settle()

    async def advance(self, to: datetime) -> None:
        """Through every timer on the way, each at its time."""
        while True:
            due = await self.pool.fetchval(
                "select min(due_at) from timer where parked_at is null and due_at <= $1", to
            )
            if due is None:
                break
            self.clock.moment = max(self.clock.moment, due)
            await self.settle()
        self.clock.moment = to

    async def command(self, use_case: Any, command: Any) -> Refusal | None:
        return await self.commands.command(Step(command, use_case), now=self.clock.moment)

    async def open(self, zone: str = "Europe/Berlin") -> Refusal | None:
        use_case = UseCase(open_offer.needs, open_offer.open_offer)
        return await self.command(use_case, OpenOffer(INTERVIEW, CANDIDATE, zone))

    async def book(
        self, starts_at: datetime, *, interview: str = INTERVIEW, who: str = CANDIDATE
    ) -> Refusal | None:
        use_case = UseCase(book_slot.needs, book_slot.book_slot)
        return await self.command(use_case, BookSlot(interview, who, "Europe/Berlin", starts_at))

    async def published(self, topic: str = "parley.interviews.v1") -> list[Any]:
        rows = await self.pool.fetch(OUT)
        models = {t: m for one in TOPICS.values() for t, m in one.events.items()}
        return [
            models[row["type"]].model_validate_json(row["payload"])
            for row in rows
            if row["aggregatetype"] == topic
        ]

    async def names(self) -> list[str]:
        return [type(one).__name__ for one in await self.published()]

    async def last(self) -> Any:
        event = (await self.published())[-1]
        assert isinstance(event, InterviewEvent)
        return event

    async def interview(self, interview_id: str = INTERVIEW) -> Interview:
        found = await postgres.Reader(self.pool, self.store.memory).interview(interview_id)
        assert found is not None
        return found

    async def slots(self, interview_id: str = INTERVIEW) -> tuple[datetime, ...]:
        found = await postgres.Reader(self.pool, self.store.memory).offer(interview_id)
        return found.starts if found is not None else ()

    async def bookings(self) -> list[Booking]:
        rows = await self.pool.fetch("select state from booking order by id")
        return [Booking(**_instants(row["state"])) for row in rows]

    async def letters(self) -> list[asyncpg.Record]:
        return list(await self.pool.fetch("select * from dead_letter order by id"))

    async def parked(self) -> list[asyncpg.Record]:
        return list(await self.pool.fetch("select * from timer where parked_at is not null"))


def _instants(state: str) -> dict[str, Any]:
    found = postgres.tables.BOOKING.codec.validate_json(state)
    return {name: getattr(found, name) for name in Booking.__slots__}


@asynccontextmanager
async def on_stage(dsn: str) -> AsyncIterator[Stage]:
    await migrate.migrate(dsn, migrate.migrations("scheduling"), applied_at=NOW)
    pool = await database.connect(dsn, size=60, name="test")
    try:
        yield Stage(dsn, pool)
    finally:
        await pool.close()
