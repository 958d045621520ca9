"""After: each side's decision. GET and POST /decide/<interview>/<person>."""

from datetime import date, datetime, time, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.roles import Role
from feedback.domain.words import Choice
from feedback.use_cases import record_decision, waive_card
from feedback.web.frame import BadForm, choice, text
from feedback.web.scorecard import number
from feedback.web.visit import Form, Visit, Visits
from parley_contracts.times import read_instant

PURPOSE = "decide"
NOTE = 1000
LONGEST_HOLD = timedelta(days=366)
CHOICES = {one.value: one for one in (Choice.ADVANCE, Choice.HOLD, Choice.DECLINE)}


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"
    roles = (Role.CANDIDATE, Role.DECIDER, Role.RECRUITER)

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(request, PURPOSE, interview, person, *roles)
        if isinstance(visit, Response):
            return visit
        local = visit.now.astimezone(visit.zone).date()
        first, last = local + timedelta(days=1), local + LONGEST_HOLD
        return visits.show("decide.html", visit, first_date=first, last_date=last)

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        if choice(form, "do", {"decide": 1, "waive": 1}) == "waive":
            return await visits.do(visit, waive_card, waived(visit, form))
        return await visits.do(visit, record_decision, _decided(visit, form))

    return routes


def waived(visit: Visit, form: Form) -> waive_card.WaiveCard:
    return waive_card.WaiveCard(
        **visit.action.fields,
        session_id=text(form, "session", most=128, least=1),
        interviewer_id=text(form, "interviewer", most=128, least=1),
    )


def _decided(visit: Visit, form: Form) -> record_decision.RecordDecision:
    chosen = CHOICES[choice(form, "decision", CHOICES)]
    return record_decision.RecordDecision(
        **visit.action.fields,
        choice=chosen,
        pair=number(form, "pair"),
        seen=read_instant(text(form, "seen", most=40)),
        hold_until=_hold_until(visit, form) if chosen is Choice.HOLD else None,
        note=text(form, "note", most=NOTE),
    )


def _hold_until(visit: Visit, form: Form) -> datetime:
    """Nine in the morning of that day, where the writer is."""
    value = text(form, "hold_until", most=40)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise BadForm("hold_until", "Please give the date until which you hold.") from None
    until = datetime.combine(day, time(9), tzinfo=visit.zone)
    if not visit.now < until <= visit.now + LONGEST_HOLD:
        raise BadForm("hold_until", "Please give a date that lies ahead, within a year.")
    return until
