"""Candidates come to a Parley that runs elsewhere: the ATS asks for interviews, people book by the link in their mail.

It ends with 0 once each of them has a calendar invite for what they picked.
"""

import argparse
import asyncio
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from parley_local.demo import acts, cast, feed
from parley_local.demo.browser import Browser, Lines, Page, PageBroken
from parley_local.demo.canaries import Canaries
from parley_local.demo.people import Happened
from parley_local.errors import LocalError

LINK = re.compile(r"https?://[^\s<>\"]+/book/[^\s<>\"]+[?&]token=[A-Za-z0-9._~-]+")
BEGINNINGS = ("ats.application.opened.v1", "ats.interview.requested.v1")
APPLICATIONS = "ats.applications.v1"
LOOK_SECONDS = 0.5


class NotBooked(LocalError):
    """Somebody's mail, page or invite did not come in time, or was not what it should be."""


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--kafka", default="kafka:9092", help="(%(default)s)")
    row.add_argument("--mailbox", default="http://mailbox:8025", help="(%(default)s)")
    row.add_argument("--candidates", type=int, default=3, metavar="N", help="(%(default)s)")
    row.add_argument("--seed", type=int, default=1, help="another one, other candidates")
    row.add_argument("--seconds", type=float, default=180, help="to wait at most (%(default)s)")


def run(chosen: argparse.Namespace) -> int:
    asyncio.run(visit(chosen))
    return 0


async def visit(chosen: argparse.Namespace) -> None:
    lines = list(beginning(feed.make(applications=chosen.candidates, seed=1), chosen.seed))
    await asyncio.wait_for(publish_once_it_answers(chosen.kafka, lines), chosen.seconds)
    expected = sum(asks_for_interview(one) for one in lines)
    visitors = Visitors(chosen.mailbox, f"@{chosen.seed}.mail.example", expected)
    try:
        async with asyncio.timeout(chosen.seconds):
            await visitors.book_all()
    except TimeoutError:
        raise NotBooked(visitors.said()) from None
    print(visitors.said())  # noqa: T201 - the command's answer


def beginning(day: feed.Feed, seed: int) -> Iterator[feed.Line]:
    """People, interviewers, applications and requests; with ids of their own for each seed."""
    for line in day.lines:
        headers = dict(line.headers)
        begins = line.topic != APPLICATIONS or headers["ce_type"] in BEGINNINGS
        if begins and "broken" not in headers["ce_id"]:
            yield renamed(line, seed)


def renamed(line: feed.Line, seed: int) -> feed.Line:
    """Staff stay who they are; candidates, applications and interviews are others."""

    def other(text: str) -> str:
        return re.sub(r"\b(cand:|demo:app-|demo:int-)", rf"\g<1>{seed}-", text)

    headers = dict(line.headers)
    value = other(line.value)
    if "@mail.example" in value:
        value = value.replace("@mail.example", f"@{seed}.mail.example")
    headers |= {"ce_subject": other(headers["ce_subject"]), "ce_id": f"{headers['ce_id']}-{seed}"}
    return feed.Line(line.at, line.topic, other(line.key), tuple(headers.items()), value)


def asks_for_interview(line: feed.Line) -> bool:
    return dict(line.headers)["ce_type"] == BEGINNINGS[1]


async def publish_once_it_answers(bootstrap: str, lines: list[feed.Line]) -> None:
    """The same records once more are nothing new, so that an answer that was lost does no harm."""
    while True:
        try:
            await publish(bootstrap, lines)
        except KafkaError:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


async def publish(bootstrap: str, lines: list[feed.Line]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for line in lines:
            headers = [(name, value.encode()) for name, value in line.headers]
            await producer.send(
                line.topic, key=line.key.encode(), value=line.value.encode(), headers=headers
            )


@dataclass
class Visitors:
    """All candidates at once, each by the mails in their own mailbox."""

    mailbox: str
    domain: str
    """Where their addresses end: others who came before have mail there too."""
    expected: int
    booked: set[str] = field(default_factory=set)
    invited: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    unanswered: int = 0
    """How often a page did not answer."""
    _seen: int = 0

    async def book_all(self) -> None:
        async with httpx.AsyncClient(timeout=10) as client:
            while len(self.booked & self.invited) < self.expected:
                for mail in await self._new_mails(client):
                    await self._read(mail)
                await asyncio.sleep(LOOK_SECONDS)

    def said(self) -> str:
        return json.dumps(
            {
                "asked_for": self.expected,
                "booked": len(self.booked),
                "invited": len(self.booked & self.invited),
                "mails": self._seen,
                "not_booked": self.refused,
                "unanswered": self.unanswered,
            }
        )

    async def _new_mails(self, client: httpx.AsyncClient) -> list[Mapping[str, str]]:
        """A mailbox that does not answer for a moment is asked again."""
        try:
            answer = await client.get(f"{self.mailbox}/mails.json", params={"after": self._seen})
            answer.raise_for_status()
        except httpx.HTTPError:
            return []
        mails: list[Mapping[str, str]] = answer.json()
        self._seen = max([self._seen, *(int(one["number"]) for one in mails)])
        return mails

    async def _read(self, mail: Mapping[str, str]) -> None:
        recipient = mail["recipient"]
        if not recipient.endswith(self.domain):
            return
        if "METHOD:REQUEST" in (mail["calendar"] or ""):
            self.invited.add(recipient)
        link = LINK.search(mail["text"])
        if link is None or recipient in self.booked:
            return
        outcome = await self._book(recipient, link[0])
        if outcome == acts.BOOKED:
            self.booked.add(recipient)
            self.refused.pop(recipient, None)
        else:
            self.refused[recipient] = str(outcome)

    async def _book(self, recipient: str, link: str) -> str | None:
        pages: list[Page] = []
        browser = Browser.new(Lines(), pages.append)
        visit = acts.Visit(
            person=recipient,
            about=link,
            temper=cast.Temper.STEADY,
            chance=random.Random(recipient),  # noqa: S311 - which time somebody likes
            browser=browser,
            happened=Happened(),
            canaries=Canaries(now),
            now=now(),
        )
        while True:
            try:
                return await acts.book(visit, await browser.open(link))
            except (PageBroken, httpx.TransportError):
                # A page that does not answer is opened again, as people do.
                self.unanswered += 1
                await asyncio.sleep(LOOK_SECONDS)


def now() -> datetime:
    return datetime.now(UTC)
