"""The recruiter does without a scorecard: gate A no longer waits for it."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.domain.round import CardStatus
from feedback.ports import Work
from feedback.use_cases.enter_round import NOT_YOURS, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiveCard:
    interview_id: str
    person_id: str
    generation: int
    session_id: str
    interviewer_id: str


def needs(message: WaiveCard, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def waive_card(message: WaiveCard, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.RECRUITER)
    if isinstance(round_, Refusal):
        return round_
    card = round_.card(message.session_id, message.interviewer_id)
    if card is None or card.in_ats:
        return NOT_YOURS
    if card.status is CardStatus.WAIVED:
        return None
    if card.status is CardStatus.SUBMITTED:
        return Refusal("written_already")
    publish_round(work, round_, round_.with_card(changed(card, waived_at=now)), now=now)
    return None
