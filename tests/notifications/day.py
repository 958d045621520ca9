"""A whole service in one process, without Kafka: events in, mails out, its clock in our hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd import smtp
from tests.notifications.events import NOW

from notifications.adapters import key_commands, migrate
from notifications.adapters.record import Record
from notifications.adapters.sender import Post
from notifications.app import Service, build
from notifications.config import Settings
from parley_contracts import cloudevents
from parley_contracts.event import Event
from parley_contracts.topics import PEOPLE, published_as

ATS = "test/ats"


@dataclass
class HandClock:
    """Domain time that stands still until it is moved, as a conductor's file does."""

    path: Path
    _moment: datetime = NOW

    @property
    def moment(self) -> datetime:
        return self._moment

    @moment.setter
    def moment(self, value: datetime) -> None:
        self._moment = value
        self.write()

    def write(self) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps({"domain": self._moment.timestamp(), "wall": 0, "rate": 0}))
        beside.replace(self.path)


@dataclass
class Sink:
    """A local SMTP server that keeps what it takes; `answers` are given instead, one for each mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    drop_after_data: int = 0
    answers_at: asyncio.Event | None = None
    """What it took is answered only then."""
    lines: list[Any] = field(default_factory=list)
    """The connection that each mail came over."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        if self.at_data:
            return self.at_data.pop(0)
        self.raw.append(envelope.original_content)
        self.lines.append(session)
        parsed = message_from_bytes(envelope.original_content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        if self.answers_at is not None:
            await self.answers_at.wait()
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if address in str(mail["To"])]

    def subjects(self, address: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.to(address)]


@asynccontextmanager
async def sink_running() -> AsyncIterator[Sink]:
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: smtp.SMTP(sink, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Day:
    service: Service
    clock: HandClock
    post: Post
    sink: Sink
    keys: Path
    _offset: int = 0

    async def hear(
        self, *events: Event, at: datetime | None = None, name: str = "e", ats: str = ATS
    ) -> None:
        """In one batch, as one transaction; each a record of its own. `ats` is the source of what no service tells."""
        records = [self.record(event, at=at, name=name, ats=ats) for event in events]
        await self.service.batch.ingest(records)

    def record(
        self, event: Event, *, at: datetime | None = None, name: str = "e", ats: str = ATS
    ) -> Record:
        topic, _ = published_as(type(event))
        source = ats if topic.owners == ("ats",) else f"parley/{topic.owners[0]}"
        self._offset += 1
        encoded = cloudevents.encode(
            event,
            id=f"{name}-{self._offset}",
            source=source,
            time=at or self.clock.moment,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        headers = tuple((key, value) for key, value in encoded.headers)
        return Record(topic.name, 0, self._offset, encoded.key.encode(), encoded.value, headers)

    async def erase(self, person_id: str) -> None:
        self._offset += 1
        gone = Record(PEOPLE.name, 0, self._offset, person_id.encode(), None, ())
        await self.service.batch.ingest([gone])

    async def settle(self) -> None:
        """Until nothing is due any more, as the timers role would."""
        for _ in range(200):
            fired = await self.service.runner.fire_due(now=self.clock.moment)
            sent = await self.post.send_due()
            if fired + sent == 0:
                return
        raise AssertionError("it does not come to rest")

    async def pass_to(self, moment: datetime) -> None:
        """From one due thing to the next, and at last to `moment`."""
        await self.settle()
        while True:
            due = await self.service.pool.fetchval(
                "select min(due_at) from (select due_at from timer where parked_at is null"
                " union all select due_at from delivery) as waiting where due_at > $1",
                self.clock.moment,
            )
            if due is None or due > moment:
                break
            self.clock.moment = due
            await self.settle()
        self.clock.moment = moment
        await self.settle()

    async def pass_by(self, span: timedelta) -> None:
        await self.pass_to(self.clock.moment + span)

    async def published(self, *types: str) -> Sequence[dict[str, Any]]:
        rows = await self.service.pool.fetch(
            "select type, convert_from(payload, 'UTF8')::jsonb as data from outbox order by seq"
        )
        return [
            {"type": row["type"], **json.loads(row["data"])}
            for row in rows
            if not types or row["type"] in types
        ]

    async def items(self, person_id: str) -> list[str]:
        rows = await self.service.pool.fetch(
            "select one ->> 'kind' as kind from ("
            " select jsonb_array_elements(state -> 'items') as one from dossier"
            " union all select jsonb_array_elements(state -> 'items') from application) as items"
            " where one ->> 'person_id' = $1 order by 1",
            person_id,
        )
        return [row["kind"] for row in rows]

    async def parked(self) -> list[str]:
        rows = await self.service.pool.fetch(
            "select kind, parked_reason from timer where parked_at is not null"
        )
        return [f"{row['kind']}: {row['parked_reason']}" for row in rows]

    def browser(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.service.application)
        return httpx.AsyncClient(transport=transport, base_url="http://parley.test")

    def with_rules(self, **changes: Any) -> "Day":
        return replace(self, post=replace(self.post, rules=replace(self.post.rules, **changes)))


@asynccontextmanager
async def day_running(dsn: str, folder: Path, **changes: Any) -> AsyncIterator[Day]:
    wanted = migrate.migrations("notifications")
    await migrate.migrate(dsn, wanted, applied_at=NOW)
    clock = HandClock(folder / "clock.json")
    clock.write()
    key_commands.add(folder / "private.json", folder / "public.json", now=NOW)
    async with sink_running() as sink:
        values: dict[str, Any] = {
            "database_url": dsn,
            "clock_file": clock.path,
            "kafka_bootstrap": "127.0.0.1:1",
            "signing_keys": folder / "private.json",
            "link_keys": folder / "public.json",
            "public_url": "http://parley.test",
            "scheduling_url": "http://scheduling.test",
            "feedback_url": "http://feedback.test",
            "secure_cookies": False,
            "smtp_host": "127.0.0.1",
            "smtp_port": sink.port,
            "mail_from": "parley@corp.example",
        }
        settings = Settings(**values | changes)
        async with build(settings, roles=("web", "timers")) as service:
            assert service.sender is not None
            yield Day(service, clock, service.sender.post, sink, folder)
