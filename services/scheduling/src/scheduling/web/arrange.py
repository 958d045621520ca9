"""The coordinator's page: how an interview stands, what waits for them, and what they can do about it."""

from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from parley_contracts.links import Purpose
from parley_contracts.rounds import Side
from scheduling.domain.application import NoShow
from scheduling.domain.interview import OPEN, By, Interview, Relaxation, Status
from scheduling.domain.no_slots import Change, Reason
from scheduling.use_cases import ask_to_move, cancel_interview, search_again, settle_attention
from scheduling.use_cases.ask_to_move import AskToMove
from scheduling.use_cases.cancel_interview import CancelInterview
from scheduling.use_cases.roles import arrangers
from scheduling.use_cases.search_again import SearchAgain
from scheduling.use_cases.settle_attention import SettleAttention
from scheduling.web import book, views, words
from scheduling.web.frame import NotOpen, choice
from scheduling.web.pages import Pages, Visit, instant_field, note_field
from scheduling.working_set import UseCase

PURPOSE = Purpose.ARRANGE
MOVE_REASONS = {"not_then": "The time does not work any more", "other": "Something else"}
CANCEL_REASONS = {
    "no_longer_needed": "It is not needed any more",
    "position_filled": "The position is filled",
    "other": "Something else",
}
STATES = {
    Status.SEARCHING: "Times are being searched",
    Status.NO_SLOTS: "No time fits",
    Status.OFFERED: "Times are offered; the candidate has not picked one yet",
    Status.EXPIRED: "The offer ended, and no time was picked",
    Status.BOOKED: "Booked",
    Status.ENDED: "Over",
    Status.CANCELLED: "Cancelled",
}
REASONS = {
    Reason.WINDOW_PAST: "the time asked for is past",
    Reason.WINDOW_TOO_SHORT: "the time asked for is shorter than the session",
    Reason.NO_COMMON_TIME: "there is no time at which everyone is free",
    Reason.NOTICE_TOO_LONG: "with the notice asked for, nothing is left of the time asked for",
    Reason.INTERVIEWER_UNKNOWN: "no working hours are known of somebody who is to sit there",
    Reason.POOL_EMPTY: "nobody in the pool can sit there",
    Reason.LIMITS_REACHED: "everyone has as many interviews as they take in a day or week",
    Reason.SEVERAL_SESSIONS: "it has several sessions, and Parley cannot search for those yet",
}
ATTENTION = {
    "candidate_calendar_declined": "The candidate's calendar declined the invitation. Please ask them whether they come.",
}
DID = {"move": "moved it", "cancel": "cancelled it"}
REASONS_GIVEN: Mapping[tuple[str, str], Mapping[str, str]] = {
    (By.CANDIDATE, "move"): book.MOVE_REASONS,
    (By.CANDIDATE, "cancel"): book.CANCEL_REASONS,
    (By.HIRING_TEAM, "move"): MOVE_REASONS,
    (By.HIRING_TEAM, "cancel"): CANCEL_REASONS,
}

SEARCH = UseCase(search_again.needs, search_again.search_again)
MOVE = UseCase(ask_to_move.needs, ask_to_move.ask_to_move)
CANCEL = UseCase(cancel_interview.needs, cancel_interview.cancel_interview)
SETTLE = UseCase(settle_attention.needs, settle_attention.settle_attention)


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/arrange/{interview}/{person}")

    @routes.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await pages.enter(request, PURPOSE, interview, person)
        return visit if isinstance(visit, RedirectResponse) else await _show(pages, visit)

    @routes.post("/search")
    async def search(request: Request, interview: str, person: str) -> Response:
        visit, _ = await pages.posted(request, PURPOSE, interview, person)
        return await pages.answer(visit, SEARCH, SearchAgain(interview, _arranger(visit)))

    @routes.post("/move")
    async def move(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        command = AskToMove(
            interview_id=interview,
            person_id=_arranger(visit),
            by=By.HIRING_TEAM,
            was_at=instant_field(form, "was_at"),
            reason=choice(form, "reason", MOVE_REASONS),
            note=note_field(form),
        )
        return await pages.answer(visit, MOVE, command)

    @routes.post("/cancel")
    async def cancel(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        reason = choice(form, "reason", CANCEL_REASONS)
        who, note = _arranger(visit), note_field(form)
        command = CancelInterview(interview, who, By.HIRING_TEAM, reason, note)
        return await pages.answer(visit, CANCEL, command)

    @routes.post("/settle")
    async def settle(request: Request, interview: str, person: str) -> Response:
        visit, _ = await pages.posted(request, PURPOSE, interview, person)
        return await pages.answer(visit, SETTLE, SettleAttention(interview, _arranger(visit)))

    return routes


def _arranger(visit: Visit) -> str:
    allowed = arrangers(visit.interview)
    who = visit.acting_as(*sorted(allowed))
    if who not in allowed:
        raise NotOpen("unknown")
    return who


async def _show(pages: Pages, visit: Visit) -> HTMLResponse:
    interview, who = visit.interview, _arranger(visit)
    persons = await pages.reader.persons(views.involved(interview) | {who})
    me = persons.get(who)
    zone = (me.zone if me is not None else None) or interview.zone or "UTC"
    single = interview.single.starts_at
    no_shows = _no_shows(await pages.reader.no_shows(interview), zone)
    movable = interview.status == Status.BOOKED and not interview.imported
    return pages.frame.page(
        "arrange.html",
        visit=visit,
        interview=interview,
        candidate=views.name_of(interview.candidate_id, persons, "the candidate"),
        state=STATES[interview.status],
        zone_name=words.zone_name(zone),
        sessions=[views.session_view(one, persons, zone) for one in interview.sessions],
        offer=_offer(interview, zone),
        reasons=_reasons(interview),
        relaxations=_relaxations(interview, persons),
        attention=ATTENTION.get(interview.attention or "", interview.attention),
        no_shows=no_shows,
        missed=any(Side.CANDIDATE in one for one in no_shows.values()),
        notes=_notes(interview, persons, zone),
        searchable=interview.status in OPEN and len(interview.sessions) == 1,
        movable=movable and single is not None and visit.now < single,
        cancellable=interview.live,
        move_reasons=MOVE_REASONS,
        cancel_reasons=CANCEL_REASONS,
        **views.plan(interview),
    )


def _offer(interview: Interview, zone: str) -> dict[str, object] | None:
    slots = interview.slots
    if slots is None:
        return None
    return {
        "count": slots.count,
        "first": words.full_time(slots.first_at, zone),
        "last": words.full_time(slots.last_at, zone),
        "expires": words.full_time(slots.expires_at, zone),
        "opened": slots.opened_at is not None,
        "overdue": interview.booking_overdue,
    }


def _reasons(interview: Interview) -> list[str]:
    found = interview.no_slots.reasons if interview.no_slots is not None else ()
    return [REASONS.get(Reason(one), one) for one in found]


def _relaxations(interview: Interview, persons: views.Persons) -> list[str]:
    found = interview.no_slots.relaxations if interview.no_slots is not None else ()
    return [f"{_change(one, persons)}: {one.slots} times" for one in found]


def _change(one: Relaxation, persons: views.Persons) -> str:
    if one.kind == Change.LATER_END:
        return f"{one.amount} days more"
    if one.kind == Change.SHORTER_SESSION:
        return f"{one.amount} minutes instead"
    if one.kind == Change.SHORTER_NOTICE:
        return f"{one.amount} hours of notice instead"
    return f"without {views.name_of(one.interviewer_id or '', persons, 'one of the interviewers')}"


def _no_shows(reports: Iterable[NoShow], zone: str) -> dict[str, dict[str, str]]:
    """By session: who was missed, and the day on which that was said last."""
    found: dict[str, dict[str, str]] = {}
    for one in reports:
        on = "" if one.at is None else words.day_name(words.day_of(one.at, zone))
        found.setdefault(one.session_id, {})[one.absent] = on
    return found


def _notes(interview: Interview, persons: views.Persons, zone: str) -> list[dict[str, str]]:
    """What the candidate and the hiring team wrote; why an interviewer gave a seat up is theirs alone."""
    return [
        {
            "who": views.name_of(one.person_id, persons, one.by.replace("_", " ")),
            "did": DID.get(one.did, one.did),
            "at": words.full_time(one.at, zone),
            "reason": REASONS_GIVEN.get((one.by, one.did), {}).get(one.reason, one.reason),
            "text": one.text,
        }
        for one in interview.notes
        if one.by != By.INTERVIEWER
    ]
