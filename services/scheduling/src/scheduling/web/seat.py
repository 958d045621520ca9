"""An interviewer's page: give a seat up, ask for another time, call it off."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from parley_contracts.links import Purpose
from scheduling.domain.interview import OPEN, By, SessionState, Status
from scheduling.use_cases import ask_to_move, cancel_interview, decline_seat
from scheduling.use_cases.ask_to_move import AskToMove
from scheduling.use_cases.cancel_interview import CancelInterview
from scheduling.use_cases.decline_seat import DeclineSeat
from scheduling.use_cases.roles import arrangers, plays
from scheduling.web import views, words
from scheduling.web.frame import NotOpen, choice, text
from scheduling.web.pages import Pages, Visit, instant_field, note_field
from scheduling.working_set import UseCase

PURPOSE = Purpose.SEAT
DECLINE_REASONS = {
    "not_then": "I cannot at that time; another time is fine",
    "not_able": "I cannot do this interview at all",
    "conflict_of_interest": "I know the candidate too well to judge",
    "other": "Something else",
}
MOVE_REASONS = {
    "not_then": "I cannot at that time",
    "need_time": "I need more time to prepare",
    "other": "Something else",
}
CANCEL_REASONS = {
    "cannot_take_place": "It cannot take place",
    "other": "Something else",
}

DECLINE = UseCase(decline_seat.needs, decline_seat.decline_seat)
MOVE = UseCase(ask_to_move.needs, ask_to_move.ask_to_move)
CANCEL = UseCase(cancel_interview.needs, cancel_interview.cancel_interview)


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/seat/{interview}/{person}")

    @routes.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await pages.enter(request, PURPOSE, interview, person)
        return visit if isinstance(visit, RedirectResponse) else await _show(pages, visit)

    @routes.post("/decline")
    async def decline(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        command = DeclineSeat(
            interview_id=visit.interview.id,
            session_id=text(form, "session", most=128, least=1),
            person_id=_interviewer(visit),
            was_at=instant_field(form, "was_at"),
            reason=choice(form, "reason", DECLINE_REASONS),
            note=note_field(form),
        )
        refusal = await pages.run(visit, DECLINE, command)
        if refusal is not None and refusal.reason == "not_seated" and _gave_up(visit):
            refusal = None  # the same form once more
        return pages.done(visit) if refusal is None else pages.refused(visit, refusal)

    @routes.post("/move")
    async def move(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        command = AskToMove(
            interview_id=visit.interview.id,
            person_id=_interviewer(visit),
            by=By.INTERVIEWER,
            was_at=instant_field(form, "was_at"),
            reason=choice(form, "reason", MOVE_REASONS),
            note=note_field(form),
        )
        return await pages.answer(visit, MOVE, command)

    @routes.post("/cancel")
    async def cancel(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        reason = choice(form, "reason", CANCEL_REASONS)
        who, note = _interviewer(visit), note_field(form)
        command = CancelInterview(visit.interview.id, who, By.INTERVIEWER, reason, note)
        return await pages.answer(visit, CANCEL, command)

    return routes


def _interviewer(visit: Visit) -> str:
    """Whoever has another part here has none of this; whoever has no part any more may have sat here."""
    seated = [who for one in visit.interview.sessions for who in one.people]
    who = visit.acting_as(*seated, *visit.interview.concerns)
    others = {visit.interview.candidate_id, *arrangers(visit.interview)}
    if who not in (*seated, *visit.interview.concerns) and others & visit.known_as:
        raise NotOpen("unknown")
    return who


async def _show(pages: Pages, visit: Visit) -> HTMLResponse:
    interview, who = visit.interview, _interviewer(visit)
    if interview.cancelled is not None:
        return pages.stands("This interview is cancelled", "There is nothing to do for you.")
    mine = [
        one
        for one in interview.sessions
        if who in one.people and one.state in {SessionState.BOOKED, SessionState.ENDED}
    ]
    if not mine:
        return _without_seat(pages, visit)
    persons = await pages.reader.persons(views.involved(interview) | {who})
    me = persons.get(who)
    zone = (me.zone if me is not None else None) or interview.zone or "UTC"
    asks = plays(interview, who, By.INTERVIEWER)
    to_come = [one for one in mine if one.starts_at is not None and visit.now < one.starts_at]
    return pages.frame.page(
        "seat.html",
        visit=visit,
        candidate=views.name_of(interview.candidate_id, persons, "the candidate"),
        pronouns=getattr(persons.get(interview.candidate_id), "pronouns", None),
        zone_name=words.zone_name(zone),
        sessions=[views.session_view(one, persons, zone) for one in mine],
        to_come={one.id for one in to_come},
        movable=bool(to_come) and asks and not interview.imported,
        callable_off=bool(to_come) and asks,
        asks=asks,
        decline_reasons=DECLINE_REASONS,
        move_reasons=MOVE_REASONS,
        cancel_reasons=CANCEL_REASONS,
        **views.plan(interview),
    )


def _gave_up(visit: Visit, did: str = "decline") -> bool:
    notes = visit.interview.notes
    return any(one.did == did and one.person_id in visit.known_as for one in notes)


def _without_seat(pages: Pages, visit: Visit) -> HTMLResponse:
    goes_on = _goes_on(visit.interview.status)
    if _gave_up(visit):
        told = "Everyone whom it concerns is told."
        return pages.stands("You have given up your seat", told, goes_on)
    if _gave_up(visit, "move") and visit.interview.status in OPEN:
        return pages.stands("You have given this time up", "The candidate is told.", goes_on)
    return pages.stands(
        "You are not part of this interview at the moment",
        "Somebody else may sit there now, or no time is booked.",
    )


def _goes_on(status: Status) -> str:
    if status == Status.BOOKED:
        return "The interview takes place without you. There is nothing more to do for you."
    if status == Status.ENDED:
        return "The interview is over. There is nothing more to do for you."
    return "Other times are looked for. If you are to be there then, an invitation comes to you."
