"""What may be read of a round by now, and what is still sealed until when. /round/<interview>/<person>."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.roles import COMPANY, Role
from feedback.use_cases import waive_card
from feedback.web.decide import waived
from feedback.web.frame import choice
from feedback.web.visit import Visit, Visits

PURPOSE = "round"


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(request, PURPOSE, interview, person, Role.CANDIDATE, *COMPANY)
        if isinstance(visit, Response):
            return visit
        return visits.show("round.html", visit, released_as_written=_released_as_written(visit))

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        choice(form, "do", {"waive": 1})
        return await visits.do(visit, waive_card, waived(visit, form))

    return routes


def _released_as_written(visit: Visit) -> bool:
    """What was released is what the interviewers wrote for the candidate, and nothing else."""
    read = visit.page.readable
    if read.released is None or not read.for_candidate:
        return False
    return _lines(read.released.text) == _lines(*(one.text for one in read.for_candidate))


def _lines(*texts: str) -> list[str]:
    lines = (line.strip() for text in texts for line in text.splitlines())
    return sorted(line for line in lines if line)
