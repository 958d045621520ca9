"""A visit to one page of one round: who is there, what they may see, and how an action is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from feedback.domain.page import RoundPage
from feedback.domain.person import Person
from feedback.domain.roles import Role
from feedback.domain.words import Side
from feedback.domain.zones import zone_name
from feedback.ports import Clock, Commands, Reader
from feedback.web.frame import Frame, NotOpen, Visitor, read_form
from feedback.working_set import Refusal, Step, UseCase

LANGUAGE = "en"
Form = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What every command of a page begins with."""

    interview_id: str
    person_id: str
    generation: int

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "interview_id": self.interview_id,
            "person_id": self.person_id,
            "generation": self.generation,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    purpose: str
    visitor: Visitor
    page: RoundPage
    people: Mapping[str, Person]
    now: datetime
    typed: tuple[str, ...] = ()
    """What was posted in words."""

    @property
    def action(self) -> Action:
        return Action(
            interview_id=self.page.interview_id,
            person_id=self.page.person_id,
            generation=self.visitor.generation,
        )

    @property
    def path(self) -> str:
        return f"/{self.purpose}/{self.page.interview_id}/{self.visitor.person_id}"

    @property
    def zone(self) -> ZoneInfo:
        """The reader's own; the candidate has confirmed theirs when they booked."""
        person = self.people.get(self.page.person_id)
        own = person.zone if person is not None else None
        if self.page.side is Side.CANDIDATE:
            own = self.page.candidate_zone or own
        return ZoneInfo(own or self.page.zone or "UTC")

    def name(self, person_id: str) -> str:
        """As the reader calls them; someone erased or not known yet goes by their part."""
        if person_id == self.page.person_id:
            return "you"
        person = self.people.get(person_id)
        if person is not None and person.name is not None:
            return person.name
        return "the candidate" if person_id == self.page.candidate_id else "an interviewer"

    def opening(self, person_id: str) -> str:
        """The same at the beginning of a line; a person's own name is written as they write it."""
        name = self.name(person_id)
        return name if self._named(person_id) else f"{name[:1].upper()}{name[1:]}"

    def _named(self, person_id: str) -> bool:
        person = self.people.get(person_id)
        known = person is not None and person.name is not None
        return known and person_id != self.page.person_id

    def when(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return str(format_datetime(local, "EEEE d MMMM y, HH:mm", locale=LANGUAGE))

    def day(self, moment: datetime) -> str:
        return str(format_date(moment.astimezone(self.zone), "EEEE d MMMM y", locale=LANGUAGE))

    def clock(self, moment: datetime) -> str:
        return str(format_time(moment.astimezone(self.zone), "HH:mm", locale=LANGUAGE))

    def zone_name(self, moment: datetime | None = None) -> str:
        return zone_name(self.zone, LANGUAGE, at=moment or self.now)


@dataclass(frozen=True)
class Visits:
    """What the routes of every page work with."""

    frame: Frame
    commands: Commands
    reader: Reader
    clock: Clock

    async def arrive(
        self, request: Request, purpose: str, interview: str, person: str, *roles: Role
    ) -> Visit | Response:
        now = self.clock.now()
        visitor = self.frame.enter(request, purpose, interview, person, now=now)
        if isinstance(visitor, Response):
            return visitor
        visit = await self._visit(purpose, visitor, now=now)
        refusal = _refusal(visit, roles)
        return visit if refusal is None else self.refused(refusal, visit.path)

    async def post(
        self, request: Request, purpose: str, interview: str, person: str
    ) -> tuple[Visit, Form]:
        """Who posts a form, and the form; whether they may is for the use case to say."""
        now = self.clock.now()
        visitor = self.frame.visitor(request, purpose, interview, person, now=now)
        form = await read_form(request, person)
        visit = await self._visit(purpose, visitor, now=now)
        return replace(visit, typed=request.state.typed), form

    async def do(self, visit: Visit, use_case: ModuleType, command: object) -> Response:
        """Runs the use case of that module and goes back to the page."""
        run = getattr(use_case, use_case.__name__.rpartition(".")[2])
        step = Step(command, UseCase(use_case.needs, run))
        refusal = await self.commands.command(step, now=visit.now)
        if refusal is not None:
            return self.refused(refusal, visit.path, visit.typed)
        if visit.visitor.late:
            return self.frame.page("recorded.html")
        return RedirectResponse(visit.path, 303)

    def show(self, template: str, visit: Visit, **values: Any) -> HTMLResponse:
        return self.frame.page(
            template, visit=visit, page=visit.page, read=visit.page.readable, **values
        )

    def refused(self, refusal: Refusal, back: str, typed: tuple[str, ...] = ()) -> Response:
        status = 403 if refusal.reason == "not_yours" else 409
        return self.frame.page(
            "refused.html", status, reason=refusal.reason, back=back, typed=typed
        )

    async def _visit(self, purpose: str, visitor: Visitor, *, now: datetime) -> Visit:
        page = await self.reader.page(visitor.interview_id or "", visitor.person_id)
        if page is None:
            raise NotOpen("unknown")
        people = await self.reader.people((*page.people, page.person_id))
        return Visit(purpose=purpose, visitor=visitor, page=page, people=people, now=now)


def _refusal(visit: Visit, roles: tuple[Role, ...]) -> Refusal | None:
    if not visit.page.readable.roles & frozenset(roles):
        return Refusal("not_yours")
    return Refusal("spent") if visit.visitor.generation < visit.page.generation else None
