"""The candidate's page: confirm a zone, pick a time, move it, cancel it."""

from datetime import datetime
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from parley_contracts.links import Purpose
from scheduling.domain.interview import By, Interview, SessionState, Status
from scheduling.domain.slots import Search, reach, wish_of
from scheduling.use_cases import book_slot, cancel_interview, move_interview, open_offer
from scheduling.use_cases.book_slot import BookSlot
from scheduling.use_cases.cancel_interview import CancelInterview
from scheduling.use_cases.move_interview import MoveInterview
from scheduling.use_cases.open_offer import OpenOffer
from scheduling.web import views, words
from scheduling.web.frame import NotOpen, choice
from scheduling.web.pages import Pages, Visit, instant_field, note_field, zone_field
from scheduling.working_set import Refusal, UseCase

PURPOSE = Purpose.BOOK
NEAREST = 3
MOVE_REASONS = {
    "not_free": "I am not free at that time any more",
    "ill": "I am ill",
    "need_time": "I need more time to prepare",
    "other": "Something else",
}
CANCEL_REASONS = {
    "not_this_interview": "I do not want this interview",
    "withdraw": "I no longer want this job",
    "other": "Something else",
}
TAKEN = frozenset({"slot_taken", "not_offered_then"})

OPEN = UseCase(open_offer.needs, open_offer.open_offer)
BOOK = UseCase(book_slot.needs, book_slot.book_slot)
MOVE = UseCase(move_interview.needs, move_interview.move_interview)
CANCEL = UseCase(cancel_interview.needs, cancel_interview.cancel_interview)


def router(pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/book/{interview}/{person}")

    @routes.api_route("", methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await pages.enter(request, PURPOSE, interview, person)
        return visit if isinstance(visit, RedirectResponse) else await _show(pages, visit)

    @routes.post("/zone")
    async def confirm_zone(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        command = OpenOffer(visit.interview.id, _candidate(visit), zone_field(form))
        return await pages.answer(visit, OPEN, command)

    @routes.post("/slot")
    async def pick(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        zone, starts_at = zone_field(form), instant_field(form, "starts_at")
        command = BookSlot(visit.interview.id, _candidate(visit), zone, starts_at)
        refusal = await pages.run(visit, BOOK, command)
        return await _answer(pages, visit, refusal, starts_at, zone)

    @routes.post("/move")
    async def move(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        zone, starts_at = zone_field(form), instant_field(form, "starts_at")
        command = MoveInterview(
            interview_id=visit.interview.id,
            person_id=_candidate(visit),
            zone=zone,
            was_at=instant_field(form, "was_at"),
            starts_at=starts_at,
            reason=choice(form, "reason", MOVE_REASONS),
            note=note_field(form),
        )
        refusal = await pages.run(visit, MOVE, command)
        return await _answer(pages, visit, refusal, starts_at, zone)

    @routes.post("/cancel")
    async def cancel(request: Request, interview: str, person: str) -> Response:
        visit, form = await pages.posted(request, PURPOSE, interview, person)
        reason = choice(form, "reason", CANCEL_REASONS)
        who, note = _candidate(visit), note_field(form)
        command = CancelInterview(visit.interview.id, who, By.CANDIDATE, reason, note)
        return await pages.answer(visit, CANCEL, command)

    return routes


def _candidate(visit: Visit) -> str:
    who = visit.acting_as(visit.interview.candidate_id)
    if who != visit.interview.candidate_id:
        raise NotOpen("unknown")
    return who


async def _show(pages: Pages, visit: Visit) -> HTMLResponse:
    _candidate(visit)
    interview = visit.interview
    if interview.status == Status.OFFERED:
        return await _offer(pages, visit)
    if interview.status == Status.BOOKED:
        return await _booked(pages, visit)
    if interview.status == Status.CANCELLED:
        by_them = interview.cancelled is not None and interview.cancelled.by == By.CANDIDATE
        who = "You have cancelled this interview" if by_them else "This interview is cancelled"
        return pages.stands(who, "Everyone has been told, and the calendar entries are withdrawn.")
    if interview.status == Status.ENDED:
        return pages.stands(
            "This interview is over", "What comes next is in the newest mail from us."
        )
    if interview.status == Status.EXPIRED:
        return pages.stands(
            "These times are over",
            "None of the offered times can be booked any more. The coordinator knows, and will get back to you.",
        )
    return pages.stands(
        "We are looking for times",
        "There is nothing to pick yet. We write to you as soon as there are times that work for everyone;"
        " you do not have to do anything.",
    )


async def _offer(pages: Pages, visit: Visit) -> HTMLResponse:
    interview = visit.interview
    zone = interview.reading_zone
    persons = await pages.reader.persons(views.involved(interview))
    candidate = persons.get(interview.candidate_id)
    suggested = zone or (candidate.zone if candidate else None) or interview.zone or "UTC"
    starts = await _open_starts(pages, visit)
    shown: dict[str, Any] = {
        "visit": visit,
        "zones": words.zone_choices(suggested),
        "suggested": suggested,
        "now_there": words.clock_time(visit.now, suggested),
        "session": views.session_view(interview.single, persons, zone or suggested),
        "count": len(starts),
        "cancel_reasons": CANCEL_REASONS,
    } | views.plan(interview)
    if zone is None:
        return pages.frame.page("book_zone.html", **shown)
    days = views.days(starts, interview.single, zone)
    place = words.zone_name(zone)
    return pages.frame.page("book_slots.html", days=days, zone=zone, zone_name=place, **shown)


async def _booked(pages: Pages, visit: Visit) -> HTMLResponse:
    interview = visit.interview
    persons = await pages.reader.persons(views.involved(interview))
    candidate = persons.get(interview.candidate_id)
    zone = interview.reading_zone or interview.candidate_zone
    zone = zone or (candidate.zone if candidate else None) or interview.zone or "UTC"
    others = await _open_starts(pages, visit) if _may_move(visit) else []
    starts = [one for one in others if one != _booked_at(interview)]
    return pages.frame.page(
        "book_booked.html",
        visit=visit,
        zone=zone,
        zone_name=words.zone_name(zone),
        sessions=[views.session_view(one, persons, zone) for one in interview.sessions],
        days=views.days(starts, interview.single, zone) if starts else [],
        imported=interview.imported,
        changeable=_may_cancel(visit),
        move_reasons=MOVE_REASONS,
        cancel_reasons=CANCEL_REASONS,
        **views.plan(interview),
    )


def _booked_at(interview: Interview) -> datetime | None:
    return interview.single.starts_at


def _may_move(visit: Visit) -> bool:
    start = _booked_at(visit.interview)
    return not visit.interview.imported and start is not None and visit.now < start


def _may_cancel(visit: Visit) -> bool:
    booked = [one for one in visit.interview.sessions if one.state == SessionState.BOOKED]
    return any(one.starts_at is not None and visit.now < one.starts_at for one in booked)


async def _open_starts(pages: Pages, visit: Visit) -> list[datetime]:
    """The offered times that can be booked at this moment."""
    wish = wish_of(visit.interview)
    offer = await pages.reader.offer(visit.interview.id)
    if wish is None or offer is None:
        return []
    reachable = reach(wish, now=visit.now)
    if reachable is None:
        return []
    diaries = await pages.reader.diaries(visit.interview, reachable)
    search = Search(wish, diaries, reachable)
    return list(search.still_open(offer.starts, now=visit.now))


async def _answer(
    pages: Pages, visit: Visit, refusal: Refusal | None, starts_at: datetime, zone: str
) -> Response:
    if refusal is None:
        return pages.done(visit)
    if refusal.reason not in TAKEN:
        return pages.refused(visit, refusal)
    return await _taken(pages, visit, starts_at, zone)


async def _taken(pages: Pages, visit: Visit, starts_at: datetime, zone: str) -> HTMLResponse:
    """Somebody was faster: the nearest times that are left, to take with one more click."""
    starts = [one for one in await _open_starts(pages, visit) if one != starts_at]
    by_distance = sorted(starts, key=lambda one: (abs(one - starts_at), one))
    nearest = sorted(islice(by_distance, NEAREST))
    session = visit.interview.single
    moving = visit.interview.status == Status.BOOKED
    return pages.frame.page(
        "book_taken.html",
        409,
        visit=visit,
        zone=zone,
        zone_name=words.zone_name(zone),
        wanted=words.full_time(starts_at, zone),
        days=views.days(nearest, session, zone),
        was_at=views.session_view(session, {}, zone).starts_value if moving else None,
        move_reasons=MOVE_REASONS,
    )
