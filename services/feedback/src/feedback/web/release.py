"""What the candidate is owed: feedback, composed by a person. /release/<interview>/<person>."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.roles import Role
from feedback.use_cases import release_feedback
from feedback.web.frame import choice, text
from feedback.web.visit import Visit, Visits

PURPOSE = "release"
WORDS = 8000


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(
            request, PURPOSE, interview, person, Role.RECRUITER, Role.DECIDER
        )
        if isinstance(visit, Response):
            return visit
        return visits.show("release.html", visit, written=_written(visit))

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        choice(form, "do", {"release": 1})
        release = release_feedback.ReleaseFeedback(
            **visit.action.fields, text=text(form, "text", most=WORDS, least=1)
        )
        return await visits.do(visit, release_feedback, release)

    return routes


def _written(visit: Visit) -> list[tuple[str, str]]:
    """What interviewers wrote for the candidate, as far as this reader may read their cards."""
    own = [
        (card.interviewer_id, card.versions[-1].for_candidate)
        for card in visit.page.readable.own_cards
        if card.versions
    ]
    others = [(one.interviewer_id, one.content.for_candidate) for one in visit.page.readable.cards]
    return [(who, words) for who, words in (*own, *others) if words]
