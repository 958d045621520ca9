"""After, for the candidate: did it take place, and the review. /review/<interview>/<person>."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.roles import Role
from feedback.domain.words import REVIEW_PARTS, Audience, Held, Review, ReviewPart
from feedback.use_cases import report_held, submit_review
from feedback.web.frame import BadForm, choice, text
from feedback.web.scorecard import number, rated
from feedback.web.visit import Form, Visit, Visits

PURPOSE = "review"
WORDS = 2000
HELD = {
    "held": Held.HELD,
    "candidate_absent": Held.CANDIDATE_ABSENT,
    "interviewers_absent": Held.INTERVIEWERS_ABSENT,
}


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(request, PURPOSE, interview, person, Role.CANDIDATE)
        if isinstance(visit, Response):
            return visit
        own = visit.page.readable.own_review
        parts = {one.part: one for one in own.parts} if own is not None else {}
        unsaid = [one for one in visit.page.sessions if one.ended and one.said is Held.UNKNOWN]
        absent = [one for one in visit.page.sessions if one.said in _ABSENT]
        return visits.show(
            "review.html",
            visit,
            known_parts=parts,
            seen=visit.page.review_versions,
            unsaid=unsaid,
            absent=absent,
        )

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        match choice(form, "do", {"held": 1, "review": 1, "nothing": 1}):
            case "held":
                return await visits.do(visit, report_held, _held(visit, form))
            case "nothing":
                return await visits.do(visit, submit_review, _submitted(visit, form, Review()))
            case _:
                written = _submitted(visit, form, _review(form))
                return await visits.do(visit, submit_review, written)

    return routes


_ABSENT = (Held.CANDIDATE_ABSENT, Held.INTERVIEWERS_ABSENT)


def _held(visit: Visit, form: Form) -> report_held.ReportHeld:
    return report_held.ReportHeld(
        **visit.action.fields,
        session_id=text(form, "session", most=128, least=1),
        held=HELD[choice(form, "held", HELD)],
    )


def _submitted(visit: Visit, form: Form, review: Review) -> submit_review.SubmitReview:
    return submit_review.SubmitReview(
        **visit.action.fields, review=review, seen=number(form, "seen")
    )


def _review(form: Form) -> Review:
    """Every part is optional, and goes to nobody by name unless its writer says so."""
    parts = []
    for part in REVIEW_PARTS:
        name = str(part)
        rating = rated(form, f"{name}_rating")
        words = text(form, f"{name}_text", most=WORDS)
        if rating is not None or words:
            audience = _audience(form, f"{name}_audience")
            parts.append(ReviewPart(part=name, rating=rating, text=words, audience=audience))
    return Review(parts=tuple(parts))


def _audience(form: Form, field: str) -> Audience:
    value = text(form, field, most=20) or Audience.AGGREGATE
    if value not in {one.value for one in Audience}:
        raise BadForm(field, "Please choose one of the answers shown.")
    return Audience(value)
