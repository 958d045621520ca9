"""What every page of this service does first: who visits, which interview, and whether the link still holds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from parley_contracts.links import Purpose
from parley_contracts.times import known_zones, read_instant
from scheduling.domain.interview import Interview
from scheduling.ports import Clock, Commands, Reader, Work
from scheduling.web.frame import BadForm, Frame, NotOpen, Visitor, read_form, text
from scheduling.working_set import Refusal, Step, UseCase

MOST_NOTE = 1000
M = TypeVar("M")
Form = Mapping[str, list[str]]

REFUSED = {
    "already_booked": "A time is booked already. If it does not suit you any more, you can move it.",
    "moved_on": "This was changed in the meantime, perhaps in another tab. Here is how it stands now.",
    "not_booked": "There is no booked time any more that this could be about.",
    "not_offered": "No times are offered at the moment. We write to you as soon as there are some.",
    "not_seated": "You are not part of this interview any more, so there is nothing to give up.",
    "not_open": "This interview is settled already, so there is nothing to search for.",
    "not_searched": "Its times were arranged elsewhere, so Parley cannot search for others.",
    "not_yours": "This is not open to you any more.",
    "scheduled_elsewhere": "This interview was scheduled elsewhere, and has to be moved there.",
    "too_late": "It has begun already, or is over, so it cannot be changed any more.",
}
"""For readers, by the reason of the refusal."""


class Spent(Exception):
    """The link is older than the state of the interview."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody on the page of one interview."""

    interview: Interview
    visitor: Visitor
    known_as: frozenset[str]
    """Their id, and those of which they turned out to be the same person."""
    path: str
    now: datetime
    typed: tuple[str, ...] = ()
    """What was posted in words."""

    def acting_as(self, *candidates: str) -> str:
        """The id under which the interview knows them; their own where it does not."""
        return next((one for one in candidates if one in self.known_as), self.visitor.person_id)


@dataclass(frozen=True)
class Pages:
    frame: Frame
    commands: Commands
    reader: Reader
    clock: Clock

    async def enter(
        self, request: Request, purpose: Purpose, interview: str, person: str
    ) -> Visit | RedirectResponse:
        now = self.clock.now()
        visitor = self.frame.enter(request, purpose, interview, person, now=now)
        if isinstance(visitor, RedirectResponse):
            return visitor
        return await self._visit(visitor, purpose, interview, person, now=now)

    async def posted(
        self, request: Request, purpose: Purpose, interview: str, person: str
    ) -> tuple[Visit, Form]:
        now = self.clock.now()
        visitor = self.frame.visitor(request, purpose, interview, person, now=now)
        form = await read_form(request, person)
        visit = await self._visit(visitor, purpose, interview, person, now=now)
        return replace(visit, typed=request.state.typed), form

    async def _visit(
        self, visitor: Visitor, purpose: Purpose, interview_id: str, person: str, *, now: datetime
    ) -> Visit:
        interview = await self.reader.interview(interview_id)
        if interview is None:
            raise NotOpen("unknown")
        if visitor.generation < interview.generation:
            raise Spent
        known_as = await self.reader.known_as(visitor.person_id)
        path = f"/{purpose}/{interview_id}/{person}"
        return Visit(interview, visitor, known_as, path, now)

    async def run(self, visit: Visit, use_case: UseCase[M, Work], command: M) -> Refusal | None:
        return await self.commands.command(Step(command, use_case), now=visit.now)

    async def answer(self, visit: Visit, use_case: UseCase[M, Work], command: M) -> Response:
        """The page itself once it is done, or why it was not, in words."""
        refusal = await self.run(visit, use_case, command)
        return self.done(visit) if refusal is None else self.refused(visit, refusal)

    def done(self, visit: Visit) -> Response:
        if visit.visitor.late:
            return self.stands(
                "This is recorded", "Your link has expired meanwhile: the newest mail has another."
            )
        return RedirectResponse(visit.path, 303)

    def refused(self, visit: Visit, refusal: Refusal) -> HTMLResponse:
        words = REFUSED.get(refusal.reason, "This cannot be done as things stand now.")
        return self.frame.page("refused.html", 409, words=words, back=visit.path, typed=visit.typed)

    def stands(self, headline: str, *lines: str, status: int = 200) -> HTMLResponse:
        """A page that only says how things stand."""
        return self.frame.page("stands.html", status, headline=headline, lines=lines)


def zone_field(form: Form) -> str:
    zone = text(form, "zone", most=64, least=1)
    if zone not in known_zones():
        raise BadForm("zone", "Please choose one of the places shown.")
    return zone


def instant_field(form: Form, field: str) -> datetime:
    value = read_instant(text(form, field, most=40))
    if value is None:
        raise BadForm(field, "Please pick one of the times shown.")
    return value


def note_field(form: Form) -> str:
    return text(form, "note", most=MOST_NOTE)
