"""After, for an interviewer: did it take place, and the scorecard. /scorecard/<interview>/<person>."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.page import SessionShown
from feedback.domain.roles import Role
from feedback.domain.round import Card, CardStatus
from feedback.domain.seals import Waits
from feedback.domain.words import Held, Judgement, Rating, Scorecard, TopicNote
from feedback.use_cases import report_held, submit_scorecard
from feedback.web.frame import BadForm, choice, text
from feedback.web.visit import Form, Visit, Visits

PURPOSE = "scorecard"
EVIDENCE = 500
NOTE = 1000
WORDS = 2000
HELD = {
    "held": Held.HELD,
    "without_me": Held.HELD,
    "candidate_absent": Held.CANDIDATE_ABSENT,
    "interviewers_absent": Held.INTERVIEWERS_ABSENT,
}


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A session that this interviewer sits in, and their card for it."""

    session: SessionShown
    card: Card
    step: str
    """`later`, `held`, `write`, `written`, `not_held`, `shut`."""

    @property
    def content(self) -> Scorecard | None:
        return self.card.versions[-1] if self.card.versions else None


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(request, PURPOSE, interview, person, Role.INTERVIEWER)
        if isinstance(visit, Response):
            return visit
        cards = _own_cards(visit)
        return visits.show(
            "scorecard.html",
            visit,
            cards=cards,
            topics=_topics(visit),
            others=_others(visit),
            given=any(one.content is not None for one in cards) and not _owes_one(visit),
        )

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        if choice(form, "do", {"held": 1, "card": 1}) == "held":
            return await visits.do(visit, report_held, _held(visit, form))
        return await visits.do(visit, submit_scorecard, _submitted(visit, form))

    return routes


def _topics(visit: Visit) -> tuple[str, ...]:
    assesses = visit.page.stage.get("assesses")
    if not isinstance(assesses, list | tuple):
        return ()
    return tuple(dict.fromkeys(str(one) for one in assesses))  # each has fields of its own


def _others(visit: Visit) -> int:
    """How many scorecards of colleagues are kept here, given or still to come."""
    return sum(
        one.interviewer_id != visit.page.person_id
        and not one.in_ats
        and (one.required or one.status is CardStatus.SUBMITTED)
        for one in visit.page.cards
    )


def _owes_one(visit: Visit) -> bool:
    return any(one.waits is Waits.OWN_CARD for one in visit.page.readable.sealed)


def _own_cards(visit: Visit) -> list[OwnCard]:
    cards = {card.session_id: card for card in visit.page.readable.own_cards}
    found = []
    for shown in visit.page.sessions:
        card = cards.get(shown.session.id)
        if card is not None and not card.in_ats:
            found.append(OwnCard(shown, card, _step(visit, shown, card)))
    return found


def _step(visit: Visit, shown: SessionShown, card: Card) -> str:
    if card.versions:
        return "written"
    if not visit.page.may_write_cards:
        return "shut"
    if not shown.ended:
        return "not_held" if shown.held is Held.CANCELLED else "later"
    if shown.held not in (Held.HELD, Held.UNKNOWN):
        return "not_held"
    if card.status is CardStatus.WAIVED:
        return "waived"
    return "write" if shown.said is Held.HELD else "held"


def _held(visit: Visit, form: Form) -> report_held.ReportHeld:
    answer = choice(form, "held", HELD)
    return report_held.ReportHeld(
        **visit.action.fields,
        session_id=text(form, "session", most=128, least=1),
        held=HELD[answer],
        without_me=answer == "without_me",
    )


def _submitted(visit: Visit, form: Form) -> submit_scorecard.SubmitScorecard:
    card = Scorecard(
        judgement=Judgement(choice(form, "judgement", {one.value: one for one in Judgement})),
        evidence=text(form, "evidence", most=EVIDENCE, least=1),
        topics=_topic_notes(visit, form),
        learned=text(form, "learned", most=WORDS),
        for_candidate=text(form, "for_candidate", most=WORDS),
    )
    return submit_scorecard.SubmitScorecard(
        **visit.action.fields,
        session_id=text(form, "session", most=128, least=1),
        card=card,
        seen=number(form, "seen"),
    )


def _topic_notes(visit: Visit, form: Form) -> tuple[TopicNote, ...]:
    notes = []
    for place, topic in enumerate(_topics(visit), start=1):
        rating = rated(form, f"rating_{place}")
        note = text(form, f"note_{place}", most=NOTE)
        if rating is not None or note:
            notes.append(TopicNote(topic=topic, rating=rating, note=note))
    return tuple(notes)


def rated(form: Form, field: str) -> Rating | None:
    value = text(form, field, most=20)
    if value and value not in {one.value for one in Rating}:
        raise BadForm(field, "Please choose one of the answers shown.")
    return Rating(value) if value else None


def number(form: Form, field: str) -> int:
    value = text(form, field, most=6, least=1)
    if not (value.isascii() and value.isdigit()):
        raise BadForm(field, "This form did not arrive in one piece.")
    return int(value)
