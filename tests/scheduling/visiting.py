"""Signed links and a browser without a window: what notifications would mail, and what readers do with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.scheduling.building import INTERVIEW
from tests.scheduling.stage import Stage

from parley_contracts.links import LinkClaims
from scheduling import web
from scheduling.adapters import postgres
from scheduling.adapters.links import Links


@dataclass
class Mint:
    """Signs links as notifications does."""

    folder: Path
    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519", {"kid": "one"}))

    @property
    def keys(self) -> Path:
        path = self.folder / "keys.json"
        if not path.exists():
            path.write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}))
        return path

    def link(
        self,
        purpose: str,
        person: str,
        *,
        expires_at: datetime,
        interview: str = INTERVIEW,
        generation: int = 1,
    ) -> str:
        claims = LinkClaims(
            person=person,
            interview=interview,
            purpose=purpose,
            generation=generation,
            expires=int(expires_at.timestamp()),
        )
        header = {"alg": "Ed25519", "kid": "one"}
        content = claims.model_dump(exclude_none=True)
        token = jwt.encode(header, content, self.key, algorithms=["Ed25519"])
        return f"{claims.path}?token={token}"


def application(stage: Stage, mint: Mint) -> FastAPI:
    app = FastAPI()
    web.install(
        app,
        commands=stage.commands,
        reader=postgres.Reader(stage.pool, stage.store.memory),
        links=Links(mint.keys),
        clock=stage.clock,
        renew_url=None,
        secure=False,
    )
    return app


@dataclass
class Visitor:
    """One person with one link."""

    stage: Stage
    mint: Mint
    purpose: str
    person: str
    client: httpx.AsyncClient
    interview: str = INTERVIEW

    @property
    def path(self) -> str:
        return f"/{self.purpose}/{self.interview}/{self.person}"

    async def follow(self, *, generation: int = 1, days: float = 30) -> httpx.Response:
        expires_at = self.stage.clock.moment + timedelta(days=days)
        link = self.mint.link(
            self.purpose,
            self.person,
            expires_at=expires_at,
            interview=self.interview,
            generation=generation,
        )
        return await self.client.get(link, follow_redirects=True)

    async def look(self) -> httpx.Response:
        return await self.client.get(self.path)

    async def post(self, action: str, fields: Mapping[str, str] | None = None) -> httpx.Response:
        content = urlencode({"person": self.person} | dict(fields or {}))
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return await self.client.post(f"{self.path}/{action}", content=content, headers=headers)


def visitor(
    stage: Stage, mint: Mint, purpose: str, person: str, interview: str = INTERVIEW
) -> Visitor:
    transport = httpx.ASGITransport(application(stage, mint))
    client = httpx.AsyncClient(transport=transport, base_url="http://parley.test")
    return Visitor(stage, mint, purpose, person, client, interview)


def times(page: httpx.Response) -> list[str]:
    """The values of the slots on a page."""
    return re.findall(r'name="starts_at" value="([^"]+)"', page.text)


def words(page: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
