"""A side has declined, and it was told: what is still open of that application is called off."""

from datetime import datetime

from parley_contracts.cloudevents import Received
from parley_contracts.rounds import Decision, Round, RoundDecided, RoundSnapshot, Side
from scheduling.domain.application import Decline
from scheduling.domain.changed import changed
from scheduling.ports import Work
from scheduling.use_cases.application_rows import (
    application_of,
    live_interviews,
    needs_of_application,
)
from scheduling.use_cases.ending import call_off, declined
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    return needs_of_application(_round(message).application_id, work)


def take_decision(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    decline = _decline(_round(message))
    if decline is None:
        return None
    application = application_of(_round(message).application_id, work)
    known = application.decline
    if known is not None and known.told_at >= decline.told_at:
        return None
    application = changed(application, decline=decline)
    work.applications.put(application)
    for interview in live_interviews(application.id, work):
        why = declined(interview, application)
        if why is not None:
            call_off(work, interview, *why, now=now)
    return None


def _decline(told: Round) -> Decline | None:
    """A side's, the company's first where both do."""
    sides = ((Side.COMPANY, told.pair.company), (Side.CANDIDATE, told.pair.candidate))
    for side, one in sides:
        if one.told is not None and one.told.decision == Decision.DECLINE:
            return Decline(side.value, one.told.told_at)
    return None


def _round(message: Received) -> Round:
    if not isinstance(message.data, RoundDecided | RoundSnapshot):
        raise TypeError("what is told of a round is expected here")
    return message.data.round
