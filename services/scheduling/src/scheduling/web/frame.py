"""What all pages stand on: who is visiting, safe headers, bounded forms, answers in plain words.

A signed link is turned into a session cookie that holds for its own path only; the address that stays
in the browser holds no secret. GET and HEAD change nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parley_contracts.links import LinkClaims, cookie_name
from scheduling.ports import Links

log = structlog.get_logger()

MAX_FORM = 320 * 1024
"""Bytes. The longest forms hold some 25,000 characters, each of which may be twelve bytes here."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        "form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    person_id: str
    interview_id: str | None
    generation: int
    late: bool = False
    """Their link has expired; what was begun before is taken."""


class NotOpen(Exception):
    """The visitor cannot be let in; `why` chooses the page: `unknown` or `expired`."""

    def __init__(self, why: str, token: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.token = token


FINISHED_WITHIN = timedelta(hours=12)
"""After a link has expired, for what was begun before: a home's link lives for an hour, an interview as long."""


REMEMBERED_FOR = timedelta(days=30)
"""After its link has expired, a session says so, and how to get another."""
NOT_TYPED = frozenset(
    {
        *("person", "do", "session", "interviewer", "question_id", "picked", "zone", "seen"),
        *("for", "starts_at", "was_at"),
    }
)
"""Fields that nobody types."""
LONG_WORD = 20
"""Letters: languages that put no spaces between words are written in longer ones."""


class BadForm(Exception):
    """A form with a missing, odd or oversized field; `field` is its name on the page."""

    def __init__(self, field: str, hint: str) -> None:
        super().__init__(hint)
        self.field = field
        self.hint = hint


@dataclass(frozen=True, slots=True)
class SafeHeaders:
    """On every answer, whoever gave it."""

    app: ASGIApp
    headers: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, guarded)


@dataclass(frozen=True)
class Frame:
    """`service` names the cookie; `renew_url` is where an expired link asks for a new one."""

    package: str
    service: str
    links: Links
    renew_url: str | None
    secure: bool

    def install(self, application: FastAPI) -> None:
        static = Path(__file__).parent / "static"
        application.mount("/static", StaticFiles(directory=static), name="static")
        application.add_middleware(SafeHeaders, headers=self.headers)
        application.add_exception_handler(NotOpen, self._not_open)
        application.add_exception_handler(BadForm, self._bad_form)
        application.add_exception_handler(HTTPException, self._http_error)
        application.add_exception_handler(Exception, self._broken)

    @property
    def headers(self) -> dict[str, str]:
        forms = "'self'" if self.renew_url is None else f"'self' {self.renew_url}"
        return {name: value.format(forms=forms) for name, value in HEADERS.items()}

    def page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        rendered = _environment(self.package).get_template(template).render(**values)
        return HTMLResponse(rendered, status)

    def enter(
        self, request: Request, purpose: str, about: str, person: str, *, now: datetime
    ) -> Visitor | RedirectResponse:
        """The visitor, or the redirect that turns a link's token into a session; or `NotOpen`."""
        path = f"/{purpose}/{about}/{person}"
        token = request.query_params.get("token")
        if token is None:
            return self._visitor(request.cookies.get(self.cookie), path, now=now)
        claims = self._visitor_claims(token, path, now=now)
        answer = RedirectResponse(path, 303)
        if not self._holds_better(request.cookies.get(self.cookie), claims, now=now):
            # Longer than the link: a browser that forgot it could not say that it has expired.
            age = claims.expires_at - now + REMEMBERED_FOR
            answer.set_cookie(
                self.cookie,
                token,
                path=path,
                httponly=True,
                samesite="lax",
                secure=self.secure,
                max_age=int(age.total_seconds()),
            )
        return answer

    def visitor(
        self, request: Request, purpose: str, about: str, person: str, *, now: datetime
    ) -> Visitor:
        """Whoever posts a form: the session must be there, and for this person. What was begun before the link
        expired may be finished: what was typed would be lost.
        """
        path = f"/{purpose}/{about}/{person}"
        grace = FINISHED_WITHIN if request.method == "POST" else timedelta()
        return self._visitor(request.cookies.get(self.cookie), path, now=now, grace=grace)

    @property
    def cookie(self) -> str:
        return cookie_name(self.service)

    def _visitor(
        self, token: str | None, path: str, *, now: datetime, grace: timedelta = timedelta()
    ) -> Visitor:
        if token is None:
            raise NotOpen("unknown")
        claims = self._visitor_claims(token, path, now=now - grace)
        late = claims.expired(now=now)
        return Visitor(claims.person, claims.interview, claims.generation, late)

    def _holds_better(self, token: str | None, given: LinkClaims, *, now: datetime) -> bool:
        """A session of the same page that lives longer: a home's links live for an hour, and a mail's for weeks."""
        held = self.links.claims(token) if token is not None else None
        if held is None or held.path != given.path or held.expired(now=now):
            return False
        return (held.generation, held.expires_at) >= (given.generation, given.expires_at)

    def _visitor_claims(self, token: str, path: str, *, now: datetime) -> LinkClaims:
        claims = self.links.claims(token)
        if claims is None or claims.path != path:
            raise NotOpen("unknown")
        if claims.expired(now=now):
            raise NotOpen("expired", token)
        return claims

    async def _not_open(self, request: Request, error: Exception) -> Response:
        request.scope["parley.refused"] = getattr(error, "why", "unknown")  # counted outside
        if isinstance(error, NotOpen) and error.why == "expired":
            return self.page("expired.html", 410, token=error.token, renew_url=self.renew_url)
        return self.page("unknown.html", 404)

    async def _bad_form(self, request: Request, error: Exception) -> Response:
        hint = error.hint if isinstance(error, BadForm) else ""
        field = error.field if isinstance(error, BadForm) else ""
        typed = getattr(request.state, "typed", ())
        back = request.url.path
        return self.page("bad_form.html", 422, field=field, hint=hint, back=back, typed=typed)

    async def _broken(self, request: Request, error: Exception) -> Response:
        """Nobody's fault who reads it; whoever runs this finds where in the log."""
        log.error("page failed", purpose=request.url.path.split("/")[1][:20], exc_info=error)
        page = self.page("broken.html", 503)
        page.headers.update(self.headers)  # it is answered outside the guard
        return page

    async def _http_error(self, request: Request, error: Exception) -> Response:
        del request
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self.page("unknown.html", status)


@cache
def _environment(package: str) -> Environment:
    return Environment(
        loader=PackageLoader(package, "web/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def read_form(request: Request, person: str) -> Mapping[str, list[str]]:
    """An urlencoded form of at most `MAX_FORM` bytes that carries the person it was made for. What was typed is kept
    in the request's state, for whoever has to give it back.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise BadForm("form", "This is longer than we can take in one go.")
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=200, errors="strict"
        )
    except ValueError as error:
        raise BadForm("form", "This form did not arrive in one piece.") from error
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    if fields.get("person") != [person]:
        raise NotOpen("unknown")
    request.state.typed = _typed_in(fields)
    return fields


def _typed_in(form: Mapping[str, list[str]]) -> tuple[str, ...]:
    """What somebody has written, and has to be given back where it is not taken: browsers may keep nothing of a page
    that is not to be stored.
    """
    texts = (one for name, values in form.items() if name not in NOT_TYPED for one in values)
    return tuple(one for one in texts if len(one.split()) > 1 or len(one) > LONG_WORD)


def text(form: Mapping[str, list[str]], field: str, *, most: int, least: int = 0) -> str:
    """A field's words, trimmed, NUL and lone surrogates refused."""
    values = form.get(field, [""])
    if len(values) != 1:
        raise BadForm(field, "Please fill this in once.")
    value = values[0].replace("\r\n", "\n").strip()  # as browsers count
    if len(value) < least:
        raise BadForm(field, "Please fill this in.")
    if len(value) > most:
        raise BadForm(field, f"Please keep this under {most} characters.")
    if "\0" in value:
        raise BadForm(field, "Please use plain text here.")
    return value


def choice(form: Mapping[str, list[str]], field: str, allowed: Mapping[str, Any]) -> str:
    value = text(form, field, most=200, least=1)
    if value not in allowed:
        raise BadForm(field, "Please choose one of the answers shown.")
    return value
