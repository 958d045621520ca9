"""What somebody's pages ask of them: read as the person reads them, by the newest link in their mail."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

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


class HomeClosed(Exception):
    """The newest link of somebody's home does not open it."""


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


async def look_around(browser: Browser, url: str, kind: str) -> frozenset[ToDo]:
    """Open a home or a desk, and each page that it leads to: a person may look at any of them."""
    page = await browser.open(url)
    if page.status != 200:
        raise HomeClosed(f"{urlsplit(url).path} answers {page.status}: {page.heading}")
    for link in dict.fromkeys(str(one) for one in page.document.xpath("//main//a/@href")):
        if "/to/" in link:
            await browser.open(page.absolute(link))
    return read_home(page, kind)
