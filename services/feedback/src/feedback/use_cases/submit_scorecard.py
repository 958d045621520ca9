"""An interviewer gives their scorecard, or changes it as long as that is open."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain import seals
from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.domain.round import Card, Round, SessionState
from feedback.domain.words import Held, Scorecard
from feedback.ports import Work
from feedback.use_cases.enter_round import CHANGED_ELSEWHERE, NOT_YOURS, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitScorecard:
    interview_id: str
    person_id: str
    generation: int
    session_id: str
    card: Scorecard
    seen: int
    """How many versions the writer's page knew of."""


def needs(message: SubmitScorecard, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def submit_scorecard(message: SubmitScorecard, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.INTERVIEWER)
    if isinstance(round_, Refusal):
        return round_
    card = round_.card(message.session_id, message.person_id)
    refusal = _refusal(round_, card, message)
    if refusal is not None or card is None:
        return refusal or NOT_YOURS
    if card.versions and card.versions[-1] == message.card:
        return None
    if message.seen != len(card.versions):
        return CHANGED_ELSEWHERE
    written = changed(
        card,
        versions=(*card.versions, message.card),
        submitted_at=card.submitted_at or now,
    )
    publish_round(work, round_, round_.with_card(written), now=now)
    return None


def _refusal(round_: Round, card: Card | None, message: SubmitScorecard) -> Refusal | None:
    session = round_.session(message.session_id)
    if card is None or card.in_ats or session is None:
        return NOT_YOURS
    if session.state is SessionState.COMING:
        return Refusal("not_over")
    if round_.held(session) not in (Held.HELD, Held.UNKNOWN) and not card.versions:
        return Refusal("not_held")
    if not card.versions and seals.own_cards_given(round_, message.person_id):
        # Waived, and so not asked for any more: they may have read the others'.
        return Refusal("opened_to_you")
    return None if seals.may_write_cards(round_) else Refusal("opened_to_you")
