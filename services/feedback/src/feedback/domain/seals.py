"""The seals: who may read what, and from when. Nothing else in this service decides that.

- A scorecard never crosses. An interviewer reads the others' only after all of their own.
- Gate A: the required cards and the review are in, or 14 days have passed since the last session. What
  interviewers wrote for the candidate opens to the candidate once the candidate has submitted too.
- Gate B: gate A is open and the application has been closed for 7 days without a break. What the
  candidate addressed to the team opens to it.
- Who may read the other side's words can no longer add to or amend their own. What was opened stays open.
- A decline is told alone and at once, and ends its pair. Advance and hold are sealed until both are in,
  or due, then told together and frozen; who had not answered may still, and is told at once.
- Released feedback and the outcome depend on nothing that the candidate does.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from feedback.domain.changed import changed
from feedback.domain.roles import Role, Roles, roles_of
from feedback.domain.round import Card, CardStatus, Pair, Round
from feedback.domain.words import (
    Audience,
    Choice,
    Question,
    Released,
    Review,
    ReviewPart,
    Scorecard,
    Side,
    Told,
    Verdict,
)

GATE_A = timedelta(days=14)
GATE_B = timedelta(days=7)
DONE = (CardStatus.SUBMITTED, CardStatus.WAIVED)


# Gates


def open_gates(round_: Round, closed_since: datetime | None, *, now: datetime) -> Round:
    """Opens what may open now, and never closes what was opened."""
    if round_.closed_at is not None:
        return round_
    if round_.gate_a_at is None and _gate_a(round_, now=now):
        round_ = changed(round_, gate_a_at=now)
    submitted = round_.review.submitted_at is not None
    if round_.gate_a_at is not None and submitted and round_.to_candidate_at is None:
        round_ = changed(round_, to_candidate_at=now)
    if round_.gate_b_at is None and _gate_b(round_, closed_since, now=now):
        round_ = changed(round_, gate_b_at=now)
    return round_


def _gate_a(round_: Round, *, now: datetime) -> bool:
    if round_.last_end is None or not round_.happened:
        return False
    return all_in(round_) or now >= round_.last_end + GATE_A


def _gate_b(round_: Round, closed_since: datetime | None, *, now: datetime) -> bool:
    if round_.gate_a_at is None or closed_since is None:
        return False
    return now >= closed_since + GATE_B


def all_in(round_: Round) -> bool:
    waiting = (card for card in round_.cards if round_.required(card) and card.status not in DONE)
    return round_.review.submitted_at is not None and not any(waiting)


def next_opening(round_: Round, closed_since: datetime | None) -> datetime | None:
    """When a gate opens by itself, if nothing else happens before."""
    if round_.gate_a_at is None:
        return round_.last_end + GATE_A if round_.last_end and round_.happened else None
    if round_.gate_b_at is None and closed_since is not None:
        return closed_since + GATE_B
    return None


def may_write_review(round_: Round) -> bool:
    return round_.closed_at is None and round_.to_candidate_at is None


def may_write_cards(round_: Round) -> bool:
    """Also what is written for the candidate: it is the company's words, until it may read theirs."""
    return round_.closed_at is None and round_.gate_b_at is None


# Decisions


def tell(pair: Pair, *, now: datetime, closed: bool) -> Pair:
    """Tells what may be told now. A closed application makes a pair due at once."""
    if is_over(pair):
        return pair
    declined = [side for side in Side if _declines(pair.side(side).verdict)]
    for side in declined:
        return _told(pair, side, now=now)
    both = pair.company.verdict is not None and pair.candidate.verdict is not None
    due = pair.due_at is not None and (closed or now >= pair.due_at)
    if both or due:
        for side in Side:
            pair = _told(pair, side, now=now)
    return pair


def _declines(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.choice is Choice.DECLINE


def _told(pair: Pair, side: Side, *, now: datetime) -> Pair:
    one = pair.side(side)
    if one.told is not None and (one.told.choice is not Choice.NONE or one.verdict is None):
        return pair
    verdict = one.verdict
    choice = verdict.choice if verdict is not None else Choice.NONE
    until = verdict.hold_until if verdict is not None else None
    told = Told(choice=choice, hold_until=until, at=now)
    return pair.with_side(side, changed(one, told=told))


def is_over(pair: Pair) -> bool:
    """Nothing of it changes any more: a decline was told, or both have been heard."""
    told = [pair.side(side).told for side in Side]
    if any(one is not None and one.choice is Choice.DECLINE for one in told):
        return True
    return all(one is not None and one.choice is not Choice.NONE for one in told)


def may_decide(pair: Pair, side: Side) -> bool:
    """Frozen once told; who was told to have not answered still may."""
    told = pair.side(side).told
    return not is_over(pair) and (told is None or told.choice is Choice.NONE)


def is_match(pair: Pair) -> bool:
    return all(
        told is not None and told.choice is Choice.ADVANCE
        for told in (pair.company.told, pair.candidate.told)
    )


# Reading


class Waits(StrEnum):
    """Why something is still sealed."""

    OWN_CARD = "own_card"
    GATE_A = "gate_a"
    OWN_REVIEW = "own_review"
    GATE_B = "gate_b"
    DECISION = "decision"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    what: str
    """`cards`, `for_candidate`, `review`, `decision`."""
    waits: Waits
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRead:
    session_id: str
    interviewer_id: str
    content: Scorecard
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForCandidate:
    session_id: str
    interviewer_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """All that one person may read of what the people of a round wrote and decided."""

    roles: Roles
    own_cards: tuple[Card, ...] = ()
    cards: tuple[CardRead, ...] = ()
    for_candidate: tuple[ForCandidate, ...] = ()
    own_review: Review | None = None
    review_parts: tuple[ReviewPart, ...] = ()
    questions: tuple[Question, ...] = ()
    released: Released | None = None
    own_verdict: Verdict | None = None
    told: tuple[tuple[int, Side, Told], ...] = ()
    """By number of the pair, the oldest first."""
    sealed: tuple[Sealed, ...] = ()


def read(round_: Round, closed_since: datetime | None, person_id: str) -> Readable:
    roles = roles_of(round_, person_id)
    if not roles:
        return Readable(roles=roles)
    side = Side.CANDIDATE if Role.CANDIDATE in roles else Side.COMPANY
    sees_decisions = roles != {Role.SHADOW}
    readable = Readable(
        roles=roles,
        questions=tuple(one for one in round_.questions if reads_question(round_, one, person_id)),
        told=_told_of(round_) if sees_decisions else (),
    )
    if side is Side.CANDIDATE:
        return _for_the_candidate(round_, readable)
    return _for_the_company(round_, closed_since, readable, person_id)


def reads_question(round_: Round, question: Question, person_id: str) -> bool:
    """One that was asked of a single person is theirs, and not their colleagues', as long as they take part."""
    if person_id == round_.candidate_id or not question.alone:
        return True
    taking_part = {one for session in round_.sessions for one in session.interviewers}
    return person_id in question.for_ids or taking_part.isdisjoint(question.for_ids)


def _for_the_candidate(round_: Round, readable: Readable) -> Readable:
    opened = round_.to_candidate_at is not None
    versions = round_.review.versions
    return changed(
        readable,
        for_candidate=written_for_candidate(round_) if opened else (),
        own_review=versions[-1] if versions else None,
        released=round_.released,
        own_verdict=round_.pair.candidate.verdict,
        sealed=(*_sealed_to_candidate(round_), *_sealed_decision(round_, Side.COMPANY)),
    )


def _for_the_company(
    round_: Round, closed_since: datetime | None, readable: Readable, person_id: str
) -> Readable:
    roles = readable.roles
    own = tuple(card for card in round_.cards if card.interviewer_id == person_id)
    decides = bool(roles & {Role.RECRUITER, Role.DECIDER})
    own_first = own_cards_given(round_, person_id)
    reads_cards = own_first and (decides or Role.INTERVIEWER in roles)
    opened = round_.gate_b_at is not None and roles != {Role.SHADOW}
    sealed = () if roles == {Role.SHADOW} else _sealed_to_company(round_, closed_since)
    if own and not own_first:
        sealed = (Sealed(what="cards", waits=Waits.OWN_CARD), *sealed)
    if decides:
        sealed += _sealed_decision(round_, Side.CANDIDATE)
    return changed(
        readable,
        own_cards=own,
        cards=_cards_but(round_, person_id) if reads_cards else (),
        review_parts=addressed_to_team(round_) if opened else (),
        released=round_.released if decides or Role.COORDINATOR in roles else None,
        own_verdict=round_.pair.company.verdict if decides else None,
        sealed=sealed,
    )


def own_cards_given(round_: Round, person_id: str) -> bool:
    """An interviewer has given every card that is theirs to give, and at least one; who only decides
    has none to give. A waived card is none given.
    """
    own = [card for card in round_.cards if card.interviewer_id == person_id]
    if any(round_.required(card) and card.submitted_at is None for card in own):
        return False
    roles = roles_of(round_, person_id)
    decides = bool(roles & {Role.RECRUITER, Role.DECIDER})
    return decides or any(card.submitted_at is not None for card in own)


def written_for_candidate(round_: Round) -> tuple[ForCandidate, ...]:
    return tuple(
        ForCandidate(
            session_id=card.session_id,
            interviewer_id=card.interviewer_id,
            text=card.versions[-1].for_candidate,
        )
        for card in round_.cards
        if card.versions and card.versions[-1].for_candidate
    )


def addressed_to_team(round_: Round) -> tuple[ReviewPart, ...]:
    versions = round_.review.versions
    parts = versions[-1].parts if versions else ()
    return tuple(part for part in parts if part.audience is Audience.TEAM)


def _cards_but(round_: Round, person_id: str) -> tuple[CardRead, ...]:
    return tuple(
        CardRead(
            session_id=card.session_id,
            interviewer_id=card.interviewer_id,
            content=card.versions[-1],
            submitted_at=card.submitted_at,
        )
        for card in round_.cards
        if card.interviewer_id != person_id and card.versions
    )


def _told_of(round_: Round) -> tuple[tuple[int, Side, Told], ...]:
    return tuple(
        (pair.number, side, told)
        for pair in (*round_.past_pairs, round_.pair)
        for side in Side
        if (told := pair.side(side).told) is not None
    )


def _sealed_to_candidate(round_: Round) -> tuple[Sealed, ...]:
    never = Sealed(what="cards", waits=Waits.NEVER)
    if round_.to_candidate_at is not None or round_.closed_at is not None:
        return (never,)
    latest = next_opening(round_, None)
    if round_.review.submitted_at is None:
        return (Sealed(what="for_candidate", waits=Waits.OWN_REVIEW, until=latest), never)
    return (Sealed(what="for_candidate", waits=Waits.GATE_A, until=latest), never)


def _sealed_to_company(round_: Round, closed_since: datetime | None) -> tuple[Sealed, ...]:
    if round_.gate_b_at is not None or round_.closed_at is not None:
        return ()
    until = next_opening(round_, closed_since) if round_.gate_a_at is not None else None
    return (Sealed(what="review", waits=Waits.GATE_B, until=until),)


def _sealed_decision(round_: Round, side: Side) -> tuple[Sealed, ...]:
    pair = round_.pair
    if is_over(pair) or pair.side(side).told is not None or round_.closed_at is not None:
        return ()
    return (Sealed(what="decision", waits=Waits.DECISION, until=pair.due_at),)
