"""Two pages: everything that is open for a person, and the desk of whoever arranges it.

Each item leads on through a link that is signed when it is followed, and lives for an hour.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from notifications.ports import Clock, Home, LinkAddresses, Reader
from notifications.web.frame import Frame, NotOpen, Visitor
from notifications.web.home_view import view_of
from parley_contracts.ids import ID_PATTERN
from parley_contracts.links import PERSONAL, Purpose

FOLLOWED_FOR = timedelta(hours=1)

Id = Annotated[str, Path(pattern=ID_PATTERN)]


def pages(frame: Frame, reader: Reader, addresses: LinkAddresses, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def show(request: Request, purpose: str, person: str) -> Response:
        now = clock.now()
        visitor = frame.enter(request, purpose, "home", person, now=now)
        if isinstance(visitor, RedirectResponse):
            return visitor
        home = await _home_of(reader, visitor)
        if visitor.generation < home.person.generation:
            return frame.page("spent.html", 410)
        return frame.page(f"{purpose}.html", view=view_of(home, purpose, now=now))

    async def follow(
        request: Request, purpose: str, person: str, to: str, interview: str
    ) -> Response:
        now = clock.now()
        visitor = frame.visitor(request, purpose, "home", person, now=now)
        home = await _home_of(reader, visitor)
        if visitor.generation < home.person.generation:
            return frame.page("spent.html", 410)
        dossier = await reader.dossier(interview)
        if dossier is None or to in PERSONAL or not dossier.may_follow(person, to):
            raise NotOpen("unknown")
        address = addresses.signed(home.person, to, dossier, interview, expires=now + FOLLOWED_FOR)
        return RedirectResponse(address, 303)

    @router.api_route("/home/home/{person}", methods=["GET", "HEAD"])
    async def home_page(request: Request, person: Id) -> Response:
        return await show(request, Purpose.HOME, person)

    @router.api_route("/desk/home/{person}", methods=["GET", "HEAD"])
    async def desk_page(request: Request, person: Id) -> Response:
        return await show(request, Purpose.DESK, person)

    @router.api_route("/home/home/{person}/to/{to}/{interview}", methods=["GET", "HEAD"])
    async def from_home(request: Request, person: Id, to: str, interview: Id) -> Response:
        return await follow(request, Purpose.HOME, person, to, interview)

    @router.api_route("/desk/home/{person}/to/{to}/{interview}", methods=["GET", "HEAD"])
    async def from_desk(request: Request, person: Id, to: str, interview: Id) -> Response:
        return await follow(request, Purpose.DESK, person, to, interview)

    return router


async def _home_of(reader: Reader, visitor: Visitor) -> Home:
    home = await reader.home(visitor.person_id)
    if home is None:
        raise NotOpen("unknown")
    return home
