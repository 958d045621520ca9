"""What somebody's pages ask of them: read as the person reads them, by the newest link in their mail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpx
from lxml import html

from parley_local.demo.browser import Browser, Page
from parley_local.demo.mailbox import Mail

PERSONAL = re.compile(r"https?://[^\s<>\"]+/(home|desk)/home/[^\s<>\"?]+\?token=[A-Za-z0-9._~-]+")


@dataclass(frozen=True, slots=True, order=True)
class ToDo:
    """One thing that a page asks for: the page where it is done, and what it is about."""

    page: str
    purpose: str
    about: str


def newest_links(mails: Iterable[Mail]) -> dict[tuple[str, str], str]:
    """By address and kind of page."""
    found: dict[tuple[str, str], str] = {}
    for mail in mails:
        for match in PERSONAL.finditer(mail.text):
            found[(mail.recipient, match[1])] = match[0]
    return found


def read_home(page: Page, kind: str) -> frozenset[ToDo]:
    """A home lists what is to be done apart from what is good to know; a desk lists nothing else."""
    todo: list[html.HtmlElement] = page.document.xpath(
        "//section[@aria-labelledby='to-do']//article" if kind == "home" else "//main//article"
    )
    return frozenset(_asked(one, kind) for one in todo)


def _asked(article: html.HtmlElement, kind: str) -> ToDo:
    for link in article.iter("a"):
        parts = urlsplit(str(link.get("href"))).path.split("/")
        if "to" in parts[3:]:
            return ToDo(kind, parts[-2], unquote(parts[-1]))
    heading = article.find("h2" if kind == "desk" else "h3")
    return ToDo(kind, "", "" if heading is None else heading.text_content().strip())


async def ask_anew(browser: Browser, url: str) -> None:
    """Press the button of a link that has expired: another one comes by mail."""
    page = await browser.open(url)
    if page.status == httpx.codes.GONE and (form := page.form("token")) is not None:
        await browser.submit(form, {})


@dataclass(frozen=True, slots=True)
class Look:
    """What a home or a desk asks for, and which of its links open nothing."""

    todo: frozenset[ToDo]
    dead: tuple[str, ...]


async def look_around(browser: Browser, url: str, kind: str, *, walks: bool) -> Look | None:
    """Open a home or a desk, and each page that it leads to: a person may look at any of them."""
    page = await browser.open(url)
    if page.status != httpx.codes.OK:
        return None
    dead = []
    for link in leads_to(page) if walks else ():
        there = await browser.open(page.absolute(link))
        if there.status != httpx.codes.OK:
            dead.append(dead_end(link, there))
    return Look(read_home(page, kind), tuple(dead))


def leads_to(home: Page) -> list[str]:
    """The pages that a home or a desk leads to."""
    links = dict.fromkeys(str(one) for one in home.document.xpath("//main//a/@href"))
    return [link for link in links if "/to/" in link]


def dead_end(link: str, there: Page) -> str:
    return f"{link} answers {there.status}: {there.heading}"


async def shuts_out(browser: Browser, home: Page, link: str, there: Page) -> bool:
    """Whether it still stands there and lets its reader not in: while it was followed, much may happen."""
    if there.status not in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
        return False
    return link in leads_to(await browser.open(home.url))
