"""Two pages: everything that is open for a person, and the desk of whoever arranges it.

Each item leads on through a link that is signed when it is followed, and lives for an hour.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response

from notifications.domain.dossier import Dossier
from notifications.ports import Clock, Home, LinkAddresses, Reader
from notifications.web.frame import Frame, NotOpen, Visitor
from notifications.web.home_view import view_of
from parley_contracts.ids import ID_PATTERN
from parley_contracts.links import Purpose

FOLLOWED_FOR = timedelta(hours=1)
READ = ["GET", "HEAD"]

Id = Annotated[str, Path(pattern=ID_PATTERN)]


def pages(frame: Frame, reader: Reader, addresses: LinkAddresses, clock: Clock) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    homes = _Homes(frame, reader, addresses, clock)

    @router.api_route("/home/home/{person}", methods=READ)
    async def home(request: Request, person: Id) -> Response:
        return await homes.show(request, Purpose.HOME, person)

    @router.api_route("/desk/home/{person}", methods=READ)
    async def desk(request: Request, person: Id) -> Response:
        return await homes.show(request, Purpose.DESK, person)

    @router.api_route("/home/home/{person}/to/{to}/{interview}", methods=READ)
    async def from_home(request: Request, person: Id, to: str, interview: Id) -> Response:
        return await homes.follow(request, Purpose.HOME, person, to, interview)

    @router.api_route("/desk/home/{person}/to/{to}/{interview}", methods=READ)
    async def from_desk(request: Request, person: Id, to: str, interview: Id) -> Response:
        return await homes.follow(request, Purpose.DESK, person, to, interview)

    return router


@dataclass(frozen=True, slots=True)
class _Homes:
    frame: Frame
    reader: Reader
    addresses: LinkAddresses
    clock: Clock

    async def show(self, request: Request, purpose: str, person: str) -> Response:
        now = self.clock.now()
        visitor = self.frame.enter(request, purpose, "home", person, now=now)
        if isinstance(visitor, RedirectResponse):
            return visitor
        home = await self._home(visitor)
        if visitor.generation < home.person.generation:
            return self.frame.page("spent.html", 410)
        return self.frame.page(f"{purpose}.html", view=view_of(home, purpose, now=now))

    async def follow(
        self, request: Request, purpose: str, person: str, to: str, interview: str
    ) -> Response:
        now = self.clock.now()
        visitor = self.frame.visitor(request, purpose, "home", person, now=now)
        home = await self._home(visitor)
        if visitor.generation < home.person.generation:
            return self.frame.page("spent.html", 410)
        dossier = await self.reader.dossier(interview)
        if dossier is None or not dossier.may_follow(home.known_as, to):
            raise NotOpen("unknown")
        until = now + FOLLOWED_FOR
        address = self.addresses.signed(
            home.person,
            to,
            dossier,
            interview,
            candidate_id=_candidate(home, dossier),
            expires=until,
        )
        return RedirectResponse(address, 303)

    async def _home(self, visitor: Visitor) -> Home:
        home = await self.reader.home(visitor.person_id)
        if home is None:
            raise NotOpen("unknown")
        return home


def _candidate(home: Home, dossier: Dossier) -> str | None:
    """Whose interview it is, as whoever is at home is called now."""
    return home.person.id if dossier.candidate_id in home.known_as else dossier.candidate_id
