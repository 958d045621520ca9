"""The simulated people. All they know is their mail: they follow its links, read the pages and fill in
the forms, each in their own time and manner.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from time import time as wall
from typing import TypeVar
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import httpx

from parley_local.demo import acts, cast
from parley_local.demo.browser import Browser, Lines, Page, PageBroken
from parley_local.demo.canaries import Canaries
from parley_local.demo.clock import quarter_after
from parley_local.demo.mailbox import Mail, Mailbox

LINK = re.compile(r"https?://[^\s<>\"]+[?&]token=[A-Za-z0-9._~-]+")
LOOKS_EVERY = timedelta(hours=3)
"""People look at their mail at the same hours all over the world, when they are awake: so time moves in fewer jumps."""
AWAKE = (time(7, 30), time(21, 30))
_LOOKS = LOOKS_EVERY.total_seconds()
T = TypeVar("T")
NO_ANSWER = "pages that did not answer"
A_DAY = timedelta(days=1)
AT_ONCE = 12
"""How many people act at the same moment, as far as pages can tell."""
LIMITS = httpx.Limits(
    max_connections=2 * AT_ONCE, max_keepalive_connections=AT_ONCE, keepalive_expiry=2.0
)
"""Idle lines are let go before the server does (5 s): else a request could meet the end of its line."""


@dataclass(frozen=True, slots=True, order=True)
class Intention:
    """Somebody means to look at a page of theirs."""

    at: datetime
    person: str
    purpose: str
    about: str
    url: str = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A page that did not answer, or answered that it is broken."""

    wall: float
    """Seconds since 1970."""
    purpose: str
    why: str


@dataclass
class Happened:
    """What took place outside Parley: who came. Those who were there know it, and nobody else."""

    absent: dict[str, str] = field(default_factory=dict)
    """By interview: `candidate`, or the address of the interviewer who forgot."""
    declined: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    """By interview: how often its candidate moved it or cancelled it."""
    seated: set[str] = field(default_factory=set)
    shut_out: Counter[str] = field(default_factory=Counter)
    """Links of somebody's own home or desk that did not let them in, and what they answered."""


@dataclass
class People:
    mailbox: Mailbox
    tempers: Mapping[str, cast.Temper]
    zones: Mapping[str, str]
    """By address: when somebody sleeps. From the ATS's own file, which everyone's calendar knows."""
    seed: int
    left_alone: frozenset[str] = frozenset()
    """Addresses of the visitor's application: nobody acts for them."""
    unhurried: frozenset[str] = frozenset()
    """Its interviews: everybody else leaves them to the visitor for a day."""
    happened: Happened = field(default_factory=Happened)
    done: Counter[str] = field(default_factory=Counter)
    unanswered: list[Unanswered] = field(default_factory=list)
    canaries: Canaries = field(init=False)
    _read: int = 0
    _plans: dict[tuple[str, str, str], Intention] = field(default_factory=dict)
    _done_with: set[tuple[str, str, str]] = field(default_factory=set)
    """Who has been on which page, and needs it less from then on."""
    _occasions: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _transport: Lines = field(default_factory=lambda: Lines(limits=LIMITS))

    def __post_init__(self) -> None:
        self.canaries = Canaries(self.mailbox.now)

    @property
    def unread(self) -> int:
        return len(self.mailbox.mails) - self._read

    def next_at(self) -> datetime | None:
        return min((plan.at for plan in self._plans.values()), default=None)

    def due(self, now: datetime) -> bool:
        return any(plan.at <= now for plan in self._plans.values())

    def read_mail(self, now: datetime) -> None:
        """Look at what has come; what it asks for is done later, at a quarter hour."""
        while self._read < len(self.mailbox.mails):
            mail = self.mailbox.mails[self._read]
            self._read += 1
            if mail.recipient in self.left_alone:
                continue
            self._consider(mail, now)

    async def act(self, now: datetime) -> int:
        """Do what is due; returns how much it was."""
        due = sorted(plan for plan in self._plans.values() if plan.at <= now)
        for plan in due:
            del self._plans[(plan.person, plan.purpose, plan.about)]
        by_person: dict[str, list[Intention]] = {}
        for plan in due:
            by_person.setdefault(plan.person, []).append(plan)
        room = asyncio.Semaphore(AT_ONCE)

        async def one_person(plans: list[Intention]) -> None:
            async with room:
                for plan in plans:
                    await self._visit(plan, now)

        await asyncio.gather(*[one_person(plans) for plans in by_person.values()])
        return len(due)

    async def close(self) -> None:
        await self._transport.aclose()

    async def counted(self, looks: Awaitable[T]) -> T | None:
        """None where a page does not answer or is broken, which is counted."""
        try:
            return await looks
        except (PageBroken, httpx.HTTPError):
            self.done[NO_ANSWER] += 1
            return None

    def browser_of(self, person: str) -> Browser:
        if person not in self._browsers:

            def see(page: Page) -> None:
                path = unquote(urlsplit(page.url).path)
                self.canaries.look(page.source, reader=person, page=path)

            self._browsers[person] = Browser.new(self._transport, see)
        return self._browsers[person]

    def _chance(self, *occasion: str) -> random.Random:
        """Of one person and one thing alone: what happens to others, or a page that is down, changes nobody's mind."""
        turn = self._occasions[occasion]
        return random.Random(f"{self.seed} {occasion} {turn}")  # noqa: S311 - a game

    def _consider(self, mail: Mail, now: datetime) -> None:
        temper = self.tempers.get(mail.recipient)
        if temper is cast.Temper.NEVER_ANSWERS:
            return
        for url in dict.fromkeys(LINK.findall(mail.text)):
            _, purpose, about, *_ = unquote(urlsplit(url).path).split("/")
            if purpose == "book" and "METHOD:CANCEL" in (mail.calendar or ""):
                self._done_with.discard((mail.recipient, "book", about))
            occasion = (mail.recipient, purpose, about, "mail")
            chance = self._chance(*occasion)
            self._occasions[occasion] += 1
            if purpose not in acts.ACTS or not self._cares(mail.recipient, purpose, about, chance):
                continue
            begins = now + A_DAY * (about in self.unhurried)
            at = self._when(mail.recipient, purpose, begins, chance)
            plan = Intention(at, mail.recipient, purpose, about, url)
            known = self._plans.get((plan.person, purpose, about))
            if known is None or known.url != url:
                self._plans[(plan.person, purpose, about)] = plan

    def _cares(self, person: str, purpose: str, about: str, chance: random.Random) -> bool:
        """Nobody opens every page that only shows something, or on which they have done their part."""
        if person.startswith(acts.ALWAYS_LOOK):
            return True
        likely = acts.CURIOSITY.get(purpose, 1.0)
        if (person, purpose, about) in self._done_with:
            likely = min(likely, acts.SECOND_LOOKS.get(purpose, 1.0))
        return chance.random() < likely

    def _when(self, person: str, purpose: str, now: datetime, chance: random.Random) -> datetime:
        """At one of the hours at which people look at their mail, some quarters of an hour later."""
        at = now + timedelta(minutes=15 * chance.randint(1, acts.PATIENCE[purpose]))
        zone = ZoneInfo(self.zones.get(person, "UTC"))
        then = datetime.fromtimestamp(-(-at.timestamp() // _LOOKS) * _LOOKS, UTC)
        while not AWAKE[0] <= then.astimezone(zone).time() <= AWAKE[1]:
            then += LOOKS_EVERY
        return then

    async def _visit(self, plan: Intention, now: datetime) -> None:
        browser = self.browser_of(plan.person)
        occasion = (plan.person, plan.purpose, plan.about, "visit")
        visit = acts.Visit(
            person=plan.person,
            about=plan.about,
            temper=self.tempers.get(plan.person),
            chance=self._chance(*occasion),
            browser=browser,
            happened=self.happened,
            canaries=self.canaries,
            now=now,
        )
        try:
            page = await browser.open(plan.url)
            outcome = await acts.ACTS[plan.purpose](visit, page)
        except (PageBroken, httpx.HTTPError) as trouble:
            self.unanswered.append(Unanswered(wall(), plan.purpose, repr(trouble)))
            self._try_again(plan, now)
            return
        self._occasions[occasion] += 1
        self.done[outcome or f"{plan.purpose}: looked"] += 1
        done = plan.purpose != "book" or outcome == acts.BOOKED
        if done and visit.temper not in acts.RESTLESS:
            self._done_with.add((plan.person, plan.purpose, plan.about))

    def _try_again(self, plan: Intention, now: datetime) -> None:
        """A page that does not answer is opened again a quarter of an hour later, as people do."""
        self.done[NO_ANSWER] += 1
        later = replace(plan, at=quarter_after(now + timedelta(minutes=15)))
        self._plans.setdefault((plan.person, plan.purpose, plan.about), later)
