"""What a page shows of a round: the plan, which everyone in it may know, and what the seals let through."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain import seals
from feedback.domain.application import Application
from feedback.domain.roles import Role
from feedback.domain.round import CardStatus, CloseReason, Document, Round, Session, Team
from feedback.domain.seals import Readable
from feedback.domain.words import Held, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionShown:
    session: Session
    held: Held
    ended: bool
    said: Held
    """What this reader said about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShown:
    """That a card was asked, and what became of it: for the company's side."""

    session_id: str
    interviewer_id: str
    in_ats: bool
    status: CardStatus
    overdue: bool
    required: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairShown:
    number: int
    due_at: datetime | None
    open: bool
    """There is something to decide on: the last session is over."""
    may_decide: bool
    recorded: frozenset[Side]
    over: bool
    match: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPage:
    interview_id: str
    generation: int
    person_id: str
    """In the round; who was merged into another person reads as that one."""
    candidate_id: str
    side: Side
    team: Team
    job: Document
    pay: Document | None
    stage: Document
    materials: tuple[Document, ...]
    decide_in: str
    zone: str | None
    candidate_zone: str | None
    sessions: tuple[SessionShown, ...]
    cards: tuple[CardShown, ...]
    review_status: CardStatus
    review_versions: int
    """How often the candidate has written; for a form to know what it was made from."""
    may_write_review: bool
    may_write_cards: bool
    asking: bool
    """Questions can still be asked beforehand."""
    read_by: tuple[str, ...]
    pair: PairShown
    feedback_due_at: datetime | None
    released_at: datetime | None
    next_word_due_at: datetime | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    cancelled: bool
    people: tuple[str, ...]
    readable: Readable


def page_of(round_: Round, application: Application | None, person_id: str) -> RoundPage | None:
    if round_.opened_at is None or round_.team is None or round_.candidate_id is None:
        return None
    closed_since = application.closed_since if application is not None else None
    readable = seals.read(round_, closed_since, person_id)
    side = Side.CANDIDATE if Role.CANDIDATE in readable.roles else Side.COMPANY
    return RoundPage(
        interview_id=round_.id,
        generation=round_.generation,
        person_id=person_id,
        candidate_id=round_.candidate_id,
        side=side,
        team=round_.team,
        job=round_.job,
        pay=round_.pay,
        stage=round_.stage,
        materials=round_.materials,
        decide_in=round_.decide_in,
        zone=round_.zone,
        candidate_zone=round_.candidate_zone,
        sessions=tuple(_session(round_, one, person_id) for one in round_.sessions),
        cards=_cards(round_) if side is Side.COMPANY else (),
        review_status=round_.review.status,
        review_versions=len(round_.review.versions) if side is Side.CANDIDATE else 0,
        may_write_review=seals.may_write_review(round_),
        may_write_cards=seals.may_write_cards(round_),
        asking=may_ask(round_),
        read_by=round_.read_by,
        pair=_pair(round_, side),
        feedback_due_at=feedback_due_at(round_),
        released_at=round_.released.at if round_.released is not None else None,
        next_word_due_at=application.due_at if application is not None else None,
        closed_at=round_.closed_at,
        close_reason=round_.close_reason,
        cancelled=round_.close_reason is CloseReason.CANCELLED,
        people=round_.people,
        readable=readable,
    )


def may_ask(round_: Round) -> bool:
    """Beforehand: until the last session is over."""
    return round_.closed_at is None and round_.last_end is None


def feedback_due_at(round_: Round) -> datetime | None:
    """By when job-related feedback is promised to the candidate: also where the round is complete before."""
    if round_.close_reason not in (None, CloseReason.COMPLETE):
        return None
    return round_.pair.due_at if round_.pair.number == 1 else round_.past_pairs[0].due_at


def _session(round_: Round, session: Session, person_id: str) -> SessionShown:
    own = [
        one.held
        for one in round_.said
        if one.person_id == person_id
        and one.session_id == session.id
        and one.starts_at == session.starts_at
    ]
    return SessionShown(
        session=session,
        held=round_.held(session),
        ended=session.state.value == "ended",
        said=own[-1] if own else Held.UNKNOWN,
    )


def _cards(round_: Round) -> tuple[CardShown, ...]:
    return tuple(
        CardShown(
            session_id=card.session_id,
            interviewer_id=card.interviewer_id,
            in_ats=card.in_ats,
            status=card.status,
            overdue=card.overdue and card.submitted_at is None and card.waived_at is None,
            required=round_.required(card),
            due_at=card.due_at,
        )
        for card in round_.cards
    )


def _pair(round_: Round, side: Side) -> PairShown:
    pair = round_.pair
    return PairShown(
        number=pair.number,
        due_at=pair.due_at,
        open=pair.opened_at is not None,
        may_decide=round_.closed_at is None and seals.may_decide(pair, side),
        recorded=frozenset(one for one in Side if pair.side(one).verdict is not None),
        over=seals.is_over(pair),
        match=seals.is_match(pair),
    )
