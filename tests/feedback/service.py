"""The whole service on a real database, its pages reached as people reach them: through signed links."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from tests.feedback.builders import INTERVIEW, START
from tests.support.doubting import doubting

from feedback import consumers, timers, web
from feedback.adapters import database, migrate, postgres
from feedback.adapters.batch import Batch
from feedback.adapters.database import Pool
from feedback.adapters.links import ALGORITHM, Links
from feedback.adapters.record import Record
from feedback.adapters.timer_runner import TimerRunner
from feedback.adapters.transaction import Transactions
from feedback.ports import Work
from parley_contracts import cloudevents
from parley_contracts.event import Event
from parley_contracts.links import LinkClaims


@dataclass
class SetClock:
    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment


class Forms(HTMLParser):
    """The forms of a page with what they would send as they stand, and the page's words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.choices: list[dict[str, list[str]]] = []
        self.words: list[str] = []
        self._area: str | None = None
        self._select: str | None = None
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.choices.append({})
            self._open = True
        elif tag == "textarea":
            self._area = given.get("name")
            self._put(self._area, "")
        elif tag == "select":
            self._select = given.get("name")
        elif tag == "option" and self._select:
            self._choice(self._select, given.get("value", ""))
            if "selected" in given:
                self._put(self._select, given.get("value", ""))
        elif tag in ("input", "button") and given.get("name"):
            chosen = given.get("type") in ("radio", "checkbox") or tag == "button"
            if chosen:
                self._choice(given["name"], given.get("value", ""))
            if not chosen or "checked" in given:
                self._put(given["name"], given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._area is not None:
            self.forms[-1][self._area] = [self.forms[-1][self._area][0] + data]

    def _put(self, name: str | None, value: str) -> None:
        if name and self._open:
            self.forms[-1].setdefault(name, []).append(value)

    def _choice(self, name: str, value: str) -> None:
        if self._open:
            self.choices[-1].setdefault(name, []).append(value)

    def form(self, do: str) -> dict[str, list[str]]:
        return next(dict(one) for one in self.forms if one.get("do") == [do])

    def has(self, do: str) -> bool:
        return any(one.get("do") == [do] for one in self.forms)


@dataclass
class Service:
    pool: Pool
    dsn: str
    clock: SetClock
    batch: Batch[Work]
    runner: TimerRunner[Work]
    application: FastAPI
    key: OKPKey
    offsets: Any = field(default_factory=count)

    async def hear(self, *events: Event, at: datetime | None = None, source: str = "ats") -> None:
        await self.batch.ingest([self.record(one, at=at, source=source) for one in events])

    def record(self, event: Event, *, at: datetime | None = None, source: str = "ats") -> Record:
        number = next(self.offsets)
        made = cloudevents.encode(
            event, id=f"e{number}", source=source, time=at or self.clock.moment
        )
        return Record(made.topic, 0, number, made.key.encode(), made.value, made.headers)

    async def until(self, moment: datetime) -> None:
        """Time passes; what comes due comes due at its moment."""
        while True:
            due = await self.pool.fetchval("select min(due_at) from timer where parked_at is null")
            if due is None or due > moment:
                break
            self.clock.moment = max(self.clock.moment, due)
            await self.runner.fire_due(now=self.clock.moment)
        self.clock.moment = max(self.clock.moment, moment)
        parked = await self.pool.fetchval("select count(*) from timer where parked_at is not null")
        assert parked == 0

    def token(
        self,
        purpose: str,
        person: str,
        *,
        interview: str = INTERVIEW,
        generation: int = 1,
        valid: timedelta = timedelta(days=300),
    ) -> str:
        claims = LinkClaims(
            person=person,
            interview=interview,
            purpose=purpose,
            generation=generation,
            expires=int((self.clock.moment + valid).timestamp()),
        )
        header = {"alg": ALGORITHM, "kid": self.key.kid}
        return jwt.encode(header, claims.model_dump(), self.key, algorithms=[ALGORITHM])

    @asynccontextmanager
    async def browser(self, purpose: str, person: str, **link: Any) -> AsyncIterator["Browser"]:
        transport = httpx.ASGITransport(app=self.application)
        async with httpx.AsyncClient(transport=transport, base_url="http://feedback") as client:
            interview = link.get("interview", INTERVIEW)
            path = f"/{purpose}/{interview}/{person}"
            browser = Browser(client, path)
            token = self.token(purpose, person, **link)
            browser.answer = await client.get(path, params={"token": token}, follow_redirects=True)
            yield browser

    async def see(self, purpose: str, person: str, **link: Any) -> httpx.Response:
        async with self.browser(purpose, person, **link) as browser:
            return browser.answer

    async def send(
        self, purpose: str, person: str, do: str, **fields: str | list[str]
    ) -> httpx.Response:
        """Opens the page as its link does, fills in the form and sends it."""
        async with self.browser(purpose, person) as browser:
            return await browser.send(do, **fields)

    async def outbox(self) -> list[Mapping[str, Any]]:
        rows = await self.pool.fetch("select * from outbox order by seq")
        return [dict(row) for row in rows]

    async def types(self) -> list[str]:
        return [row["type"] for row in await self.outbox()]


@dataclass
class Browser:
    client: httpx.AsyncClient
    path: str
    answer: httpx.Response = field(init=False)

    @property
    def forms(self) -> Forms:
        return Forms(self.answer.text)

    async def send(self, do: str, **fields: str | list[str]) -> httpx.Response:
        form: dict[str, Any] = self.forms.form(do)
        return await self.post(form | fields)

    async def post(self, form: Mapping[str, Any]) -> httpx.Response:
        answer = await self.client.post(self.path, data=dict(form))
        if answer.status_code == 303:
            self.answer = await self.client.get(answer.headers["location"])
        return answer


@asynccontextmanager
async def a_service(dsn: str, folder: Path) -> AsyncIterator[Service]:
    await migrate.migrate(dsn, migrate.migrations("feedback"), applied_at=START)
    pool = await database.connect(dsn, size=4, name="feedback")
    store = postgres.STORE.remembering(doubting("feedback"))
    key = OKPKey.generate_key("Ed25519", {"kid": "test"})
    keys = folder / "keys.json"
    keys.write_text(httpx.Response(200, json=KeySet([key]).as_dict(private=False)).text)
    clock = SetClock()
    application = FastAPI()
    web.install(
        application,
        commands=Transactions(pool, store),
        reader=postgres.Reader(pool),
        links=Links(keys),
        clock=clock,
        renew_url="http://notifications/links/renew",
        secure=False,
    )
    batch = Batch(pool, store, consumers.SUBSCRIPTIONS, clock)
    runner = TimerRunner(pool, store, timers.USE_CASES, postgres.gathers(pool))
    try:
        yield Service(pool, dsn, clock, batch, runner, application, key)
    finally:
        await pool.close()
