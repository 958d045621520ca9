"""Everybody's mailbox in a browser, on this machine alone: for whoever visits the demo."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from parley_local.demo.calendars import Entry, entries_of
from parley_local.demo.mailbox import Mail, Mailbox

MOST = 200
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")
BASE = '<base target="_blank">'
"""Links in a framed mail open beside the mailbox."""


@dataclass(frozen=True, slots=True)
class MailboxPage:
    mailbox: Mailbox
    now: Callable[[], datetime]
    go_on: Callable[[], Awaitable[None]]
    pages: Environment

    async def show(self, request: Request) -> Response:
        """The newest first; `person` is any part of an address."""
        person = request.query_params.get("person", "").strip()[:100]
        found = [one for one in reversed(self.mailbox.mails) if person in one.recipient]
        people = sorted({one.recipient for one in self.mailbox.mails})
        came = request.query_params.get("came", "")
        return self._page(
            "list.html",
            mails=found[:MOST],
            count=len(found),
            person=person,
            people=people,
            came=int(came) if came.isdecimal() and len(came) < 6 else None,
        )

    async def one(self, request: Request) -> Response:
        number = int(request.path_params["number"])
        if not 1 <= number <= len(self.mailbox.mails):
            return self._page("gone.html", status=404)
        mail = self.mailbox.mails[number - 1]
        framed = None if mail.html is None else BASE + mail.html
        return self._page(
            "mail.html", mail=mail, framed=framed, text=linked(mail.text), entries=entries(mail)
        )

    async def all(self, request: Request) -> Response:
        """For programs: those behind a number, as they came."""
        after = int(request.query_params.get("after", "0"))
        return JSONResponse(
            [
                {
                    "number": one.number,
                    "recipient": one.recipient,
                    "subject": one.subject,
                    "text": one.text,
                    "calendar": one.calendar,
                }
                for one in self.mailbox.mails[after:]
            ]
        )

    async def next(self, request: Request) -> Response:
        """Only from this page: another site's form would move the clock too."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return Response(status_code=403)
        before = len(self.mailbox.mails)
        await self.go_on()
        return RedirectResponse(f"/?came={len(self.mailbox.mails) - before}", 303)

    def _page(self, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        text = self.pages.get_template(template).render(now=self.now(), **values)
        return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def mailbox_page(
    mailbox: Mailbox,
    now: Callable[[], datetime],
    go_on: Callable[[], Awaitable[None]],
    hosts: Sequence[str] = ("127.0.0.1", "localhost"),
) -> Starlette:
    loader = PackageLoader("parley_local.demo", "pages")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = MailboxPage(mailbox, now, go_on, pages)
    return Starlette(
        routes=[
            Route("/", page.show),
            Route("/mail/{number:int}", page.one),
            Route("/next", page.next, methods=["POST"]),
            Route("/mails.json", page.all),
            Mount("/static", StaticFiles(packages=[("parley_local.demo", "pages")])),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))],
    )


def linked(text: str) -> Markup:
    """Plain text with its links to follow."""
    parts, at = [], 0
    for match in LINK.finditer(text):
        parts += [escape(text[at : match.start()]), _link(match[0])]
        at = match.end()
    return Markup("").join([*parts, escape(text[at:])])


def _link(url: str) -> Markup:
    shown = url if len(url) <= 60 else url[:57] + "…"
    return Markup('<a href="{}" target="_blank" rel="noreferrer">{}</a>').format(url, shown)


def entries(mail: Mail) -> list[Entry]:
    """What a calendar would make of it."""
    return entries_of(mail.calendar) if mail.calendar is not None else []
