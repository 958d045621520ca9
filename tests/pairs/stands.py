"""Each service on a database of its own, all in one process: records in, time passing, forms sent."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import asyncpg
import httpx
from tests.feedback.service import Service, a_service
from tests.notifications.day import Day, day_running
from tests.notifications.links import link_of
from tests.pairs.recorded_day import Arrival, Deed
from tests.scheduling.stage import Stage, on_stage
from tests.scheduling.visiting import Mint, application

import feedback.adapters.record
import notifications.adapters.record
import scheduling.adapters.record
from parley_contracts.links import cookie_name

FORM = "application/x-www-form-urlencoded"
VALID = timedelta(days=300)
KEPT = frozenset({"migration", "brake"})
"""Tables that a day does not fill."""
TABLES = """
select c.relname from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
"""


class Stand(Protocol):
    """What a replay needs of a service."""

    name: str

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]": ...

    def set_clock(self, moment: datetime) -> None: ...

    async def ingest(self, arrivals: Sequence[Arrival]) -> None: ...

    async def settle(self) -> None:
        """Until nothing is due any more."""

    async def pass_to(self, moment: datetime) -> None:
        """Whatever comes due on the way comes due at its own time."""

    def link(self, deed: Deed) -> str:
        """As notifications would have signed it for whoever did this."""

    @property
    def client(self) -> httpx.AsyncClient: ...


async def send(stand: Stand, deed: Deed) -> int:
    """The form as it was sent, with a fresh cookie of the same link; the status that answers."""
    _, _, token = stand.link(deed).partition("token=")
    answer = await stand.client.post(
        "/".join(part for part in (deed.path, deed.action) if part),
        content=deed.form,
        headers={"content-type": FORM, "cookie": f"{cookie_name(stand.name)}={token}"},
    )
    return answer.status_code


async def clear(stand: Stand) -> None:
    """As it was before any day."""
    names = {row["relname"] for row in await stand.pool.fetch(TABLES)} - KEPT
    async with stand.pool.acquire() as connection, connection.transaction():
        for name in sorted(names):
            await connection.execute(f'delete from "{name}"')  # noqa: S608 - the database's own word


@dataclass
class Scheduling:
    stage: Stage
    mint: Mint
    client: httpx.AsyncClient
    name: str = "scheduling"

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        return self.stage.pool

    def set_clock(self, moment: datetime) -> None:
        self.stage.clock.moment = moment

    async def ingest(self, arrivals: Sequence[Arrival]) -> None:
        await self.stage.batch.ingest(
            [scheduling.adapters.record.Record(*_record(one)) for one in arrivals]
        )

    async def settle(self) -> None:
        await self.stage.settle()

    async def pass_to(self, moment: datetime) -> None:
        await self.stage.advance(moment)

    def link(self, deed: Deed) -> str:
        expires_at = self.stage.clock.moment + VALID
        return self.mint.link(
            deed.purpose,
            deed.person,
            expires_at=expires_at,
            interview=deed.about,
            generation=deed.generation,
        )


@dataclass
class Feedback:
    service: Service
    client: httpx.AsyncClient
    name: str = "feedback"

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        return self.service.pool

    def set_clock(self, moment: datetime) -> None:
        self.service.clock.moment = moment

    async def ingest(self, arrivals: Sequence[Arrival]) -> None:
        await self.service.batch.ingest(
            [feedback.adapters.record.Record(*_record(one)) for one in arrivals]
        )

    async def settle(self) -> None:
        await self.service.until(self.service.clock.moment)

    async def pass_to(self, moment: datetime) -> None:
        await self.service.until(moment)

    def link(self, deed: Deed) -> str:
        return "token=" + self.service.token(
            deed.purpose, deed.person, interview=deed.about, generation=deed.generation
        )


@dataclass
class Notifications:
    day: Day
    client: httpx.AsyncClient
    name: str = "notifications"

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        return self.day.service.pool

    def set_clock(self, moment: datetime) -> None:
        self.day.clock.moment = moment

    async def ingest(self, arrivals: Sequence[Arrival]) -> None:
        await self.day.service.batch.ingest(
            [notifications.adapters.record.Record(*_record(one)) for one in arrivals]
        )

    async def settle(self) -> None:
        await self.day.settle()

    async def pass_to(self, moment: datetime) -> None:
        await self.day.pass_to(moment)

    def link(self, deed: Deed) -> str:
        expires = int((self.day.clock.moment + VALID).timestamp())
        return link_of(
            self.day.keys, deed.person, deed.purpose, generation=deed.generation, expires=expires
        )


def _record(one: Arrival) -> tuple[Any, ...]:
    headers = tuple((name, value.encode()) for name, value in one.headers)
    value = None if one.value is None else one.value.encode()
    return (one.topic, one.partition, one.offset, one.key.encode(), value, headers)


def browser(app: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://parley.test")


@asynccontextmanager
async def scheduling_stand(dsn: str, folder: Path) -> AsyncIterator[Stand]:
    async with on_stage(dsn) as stage:
        mint = Mint(folder)
        async with browser(application(stage, mint)) as client:
            yield Scheduling(stage, mint, client)


@asynccontextmanager
async def feedback_stand(dsn: str, folder: Path) -> AsyncIterator[Stand]:
    async with a_service(dsn, folder) as service, browser(service.application) as client:
        yield Feedback(service, client)


@asynccontextmanager
async def notifications_stand(dsn: str, folder: Path) -> AsyncIterator[Stand]:
    async with day_running(dsn, folder) as day, day.browser() as client:
        yield Notifications(day, client)


STANDS: dict[str, Callable[[str, Path], AbstractAsyncContextManager[Stand]]] = {
    "scheduling": scheduling_stand,
    "feedback": feedback_stand,
    "notifications": notifications_stand,
}
