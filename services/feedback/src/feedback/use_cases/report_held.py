"""Someone who was to be there says whether a session took place, and if not, who was not there."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.roles import Role, roles_of
from feedback.domain.round import CardStatus, Round, Session, SessionState
from feedback.domain.words import Held, Said, Side
from feedback.ports import Work
from feedback.use_cases.enter_round import NOT_YOURS, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHeld:
    interview_id: str
    person_id: str
    generation: int
    session_id: str
    held: Held
    without_me: bool = False
    """It took place, but this interviewer was not in it: they have nothing to write."""


def needs(message: ReportHeld, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def report_held(message: ReportHeld, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.CANDIDATE, Role.INTERVIEWER)
    if isinstance(round_, Refusal):
        return round_
    session = round_.session(message.session_id)
    side = _side(round_, message, session)
    if session is None or side is None:
        return NOT_YOURS
    if session.state is not SessionState.ENDED:
        return Refusal("not_over")
    if _has_written(round_, message, side) and message.held is not Held.HELD:
        return Refusal("written_already")
    after = _said(round_, message, session, side, now=now)
    if message.without_me and side is Side.COMPANY:
        after = _without_card(after, message, now=now)
    if after != round_:
        publish_round(work, round_, after, now=now)
    return None


def _side(round_: Round, message: ReportHeld, session: Session | None) -> Side | None:
    if Role.CANDIDATE in roles_of(round_, message.person_id):
        return Side.CANDIDATE
    there = session is not None and message.person_id in session.interviewers
    return Side.COMPANY if there else None


def _has_written(round_: Round, message: ReportHeld, side: Side) -> bool:
    if side is Side.CANDIDATE:
        return bool(round_.review.versions)
    card = round_.card(message.session_id, message.person_id)
    return card is not None and bool(card.versions)


def _said(
    round_: Round, message: ReportHeld, session: Session, side: Side, *, now: datetime
) -> Round:
    key = (message.person_id, session.id, session.starts_at)
    earlier = [one for one in round_.said if (one.person_id, one.session_id, one.starts_at) == key]
    if earlier and earlier[0].held is message.held:
        return round_
    said = Said(
        session_id=session.id,
        starts_at=session.starts_at,
        person_id=message.person_id,
        side=side,
        held=message.held,
        at=now,
    )
    others = tuple(one for one in round_.said if one not in earlier)
    return changed(round_, said=(*others, said))


def _without_card(round_: Round, message: ReportHeld, *, now: datetime) -> Round:
    card = round_.card(message.session_id, message.person_id)
    if card is None or card.in_ats or card.status in (CardStatus.WAIVED, CardStatus.SUBMITTED):
        return round_
    return round_.with_card(changed(card, waived_at=now))
