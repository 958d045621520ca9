"""A side decides: a decline is told at once, all else is sealed until both have decided, or it is due."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain import seals
from feedback.domain.changed import changed
from feedback.domain.roles import Role, roles_of
from feedback.domain.round import Round
from feedback.domain.words import Choice, Side, Verdict
from feedback.ports import Work
from feedback.use_cases.enter_round import CHANGED_ELSEWHERE, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDecision:
    interview_id: str
    person_id: str
    generation: int
    choice: Choice
    pair: int
    """The number of the pair that the page was about."""
    seen: datetime | None = None
    """When what the page showed of this side's was recorded, where it showed any."""
    hold_until: datetime | None = None
    note: str = ""


def needs(message: RecordDecision, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def record_decision(message: RecordDecision, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.CANDIDATE, Role.DECIDER)
    if isinstance(round_, Refusal):
        return round_
    roles = roles_of(round_, message.person_id)
    side = Side.CANDIDATE if Role.CANDIDATE in roles else Side.COMPANY
    known = round_.pair.side(side).verdict
    if message.pair == round_.pair.number and known is not None and _same(known, message):
        return None
    refusal = _refusal(round_, side, message, now=now)
    if refusal is not None:
        return refusal
    if message.seen != (known.at if known is not None else None):
        return CHANGED_ELSEWHERE
    verdict = Verdict(
        choice=message.choice,
        hold_until=message.hold_until,
        by=message.person_id,
        note=message.note,
        at=now,
    )
    one = changed(round_.pair.side(side), verdict=verdict)
    after = changed(round_, pair=round_.pair.with_side(side, one))
    publish_round(work, round_, after, now=now)
    return None


def _same(known: Verdict, message: RecordDecision) -> bool:
    said = (known.choice, known.hold_until, known.note)
    return said == (message.choice, message.hold_until, message.note)


def _refusal(
    round_: Round, side: Side, message: RecordDecision, *, now: datetime
) -> Refusal | None:
    if message.pair != round_.pair.number:
        return CHANGED_ELSEWHERE
    if side is Side.COMPANY and round_.decide_in == "ats":
        return Refusal("decided_in_ats")
    if not seals.may_decide(round_.pair, side):
        return Refusal("told_already")
    if round_.pair.opened_at is None and message.choice is not Choice.DECLINE:
        return Refusal("not_over")
    hold = message.choice is Choice.HOLD
    if hold and (message.hold_until is None or message.hold_until <= now):
        return Refusal("hold_needs_a_date")
    return None
