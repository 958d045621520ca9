"""What a person's browser does: follows links, keeps cookies, fills in the forms that it is shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import httpx
from lxml import html

REDIRECTS = 5


class PageBroken(Exception):
    """A page that answers with a server error, or where a form was is none."""


@dataclass(frozen=True, slots=True)
class Form:
    action: str
    fields: Mapping[str, list[str]]
    """Every field with what it holds when nobody touches it."""
    choices: Mapping[str, list[str]]
    """The values of radio buttons, boxes, lists and named buttons."""
    required: frozenset[str]


@dataclass(frozen=True)
class Page:
    url: str
    status: int
    document: html.HtmlElement
    source: str
    """As it came: what stands in an attribute or a comment is read by nobody, and was given away."""

    @property
    def heading(self) -> str:
        found = self.document.find(".//h1")
        return "" if found is None else found.text_content().strip()

    @property
    def text(self) -> str:
        return " ".join(self.document.text_content().split())

    def absolute(self, link: str) -> str:
        return str(httpx.URL(self.url).join(link))

    @cached_property
    def forms(self) -> list[Form]:
        return [_form(self.url, element) for element in self.document.iter("form")]

    def form(self, ending: str) -> Form | None:
        """The form whose address ends so, or whose fields or choices hold this name."""
        for form in self.forms:
            if form.action.endswith(ending) or ending in form.fields or ending in form.choices:
                return form
        return None


class Lines(httpx.AsyncHTTPTransport):
    """The lines that all people share: one that is cut while it opens is cut like any other.

    On uvloop its socket is gone before anyio (4.16) asks for the peer's name, and what comes
    out is neither an error of the system nor one of httpx.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except AttributeError as error:
            if error.name != "getpeername":
                raise
            raise httpx.ConnectError("cut while it opened", request=request) from error


class Browser:
    """One person's: cookies are theirs alone."""

    def __init__(self, client: httpx.AsyncClient, see: Callable[[Page], None]) -> None:
        self._client = client
        self._see = see

    @classmethod
    def new(cls, transport: httpx.AsyncBaseTransport, see: Callable[[Page], None]) -> Self:
        """All people share one pool of connections, and none of their cookies; `see` is told every page."""
        client = httpx.AsyncClient(
            transport=transport, follow_redirects=True, max_redirects=REDIRECTS, timeout=30
        )
        return cls(client, see)

    async def open(self, url: str) -> Page:
        return self._shown(await self._client.get(url))

    async def submit(self, form: Form, answers: Mapping[str, str | list[str]]) -> Page:
        filled: dict[str, str | list[str]] = {name: list(v) for name, v in form.fields.items()}
        filled.update(answers)
        return self._shown(await self._client.post(form.action, data=filled))

    def _shown(self, response: httpx.Response) -> Page:
        page = _page(response)
        self._see(page)
        return page


def _page(response: httpx.Response) -> Page:
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise PageBroken(f"{response.url.path} answered {response.status_code}")
    source = response.text if response.text.strip() else "<html></html>"
    document = html.document_fromstring(source)
    return Page(str(response.url), response.status_code, document, source)


def _form(url: str, element: html.HtmlElement) -> Form:
    fields: dict[str, list[str]] = {}
    choices: dict[str, list[str]] = {}
    required: set[str] = set()
    for field in element.iter("input", "select", "textarea", "button"):
        name = field.get("name")
        if not name:
            continue
        if field.get("required") is not None:
            required.add(name)
        kind = field.get("type", "")
        if field.tag == "select":
            options = [str(one.get("value", one.text_content())) for one in field.iter("option")]
            choices[name] = options
            chosen = [o for o in field.iter("option") if o.get("selected") is not None]
            fields[name] = [str(chosen[0].get("value"))] if chosen else options[:1]
        elif kind in ("radio", "checkbox"):
            choices.setdefault(name, []).append(str(field.get("value", "on")))
            if field.get("checked") is not None:
                fields.setdefault(name, []).append(str(field.get("value", "on")))
        elif field.tag == "button":
            choices.setdefault(name, []).append(str(field.get("value", "")))
        elif field.tag == "textarea":
            fields[name] = [field.text or ""]
        else:
            fields[name] = [str(field.get("value", ""))]
    action = httpx.URL(url).join(str(element.get("action") or url))
    return Form(str(action), fields, choices, frozenset(required))
