"""A round follows its interview: opened by its booking, moved, changed and cancelled with it."""

from dataclasses import dataclass, field
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.round import (
    Card,
    CloseReason,
    Document,
    Pair,
    Round,
    Session,
    SessionState,
    Team,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewFacts:
    """What an event of the interview says about where it stands now."""

    application_id: str
    candidate_id: str
    booked: bool
    """It has, or had, a time; before that there is nothing to prepare."""
    searching: bool
    """Times are being looked for: what was offered before stands meanwhile."""
    offer: int | None
    """Generation of the times on offer now."""
    team: Team
    job: Document
    pay: Document | None
    stage: Document
    materials: tuple[Document, ...]
    decide_in: str
    promised_days: int
    zone: str | None
    candidate_zone: str | None
    sessions: tuple[Session, ...] = field(default=())


def follow(
    round_: Round, facts: InterviewFacts, *, revision: int, at: datetime, now: datetime
) -> Round:
    """`at` is when the event happened; an older state than the one known must not come here."""
    was = round_
    opened_at = round_.opened_at
    if facts.booked and opened_at is None:
        opened_at = now
    round_ = changed(
        round_,
        application_id=facts.application_id,
        candidate_id=facts.candidate_id,
        source_revision=revision,
        opened_at=opened_at,
        offer=was.offer if facts.searching else facts.offer,
        team=facts.team,
        own_team=facts.team,
        team_at=was.team_at if was.own_team == facts.team else at,
        job=facts.job,
        pay=facts.pay,
        stage=facts.stage,
        materials=facts.materials,
        decide_in=facts.decide_in,
        promised_days=facts.promised_days,
        zone=facts.zone,
        candidate_zone=facts.candidate_zone,
        sessions=facts.sessions + _kept(round_, facts),
    )
    round_ = _reopen(round_, facts)
    round_ = changed(round_, cards=_cards(was, round_))
    return _prepare(was, round_, now=now)


def _kept(round_: Round, facts: InterviewFacts) -> tuple[Session, ...]:
    """Sessions that were dropped from the interview and about which somebody has written."""
    present = {one.id for one in facts.sessions}
    written = {card.session_id for card in round_.cards if card.versions}
    return tuple(
        changed(one, state=SessionState.CANCELLED)
        for one in round_.sessions
        if one.id in written and one.id not in present
    )


def _reopen(round_: Round, facts: InterviewFacts) -> Round:
    """An interview that was cancelled and is booked again goes on; links written before are spent."""
    coming = any(one.state is SessionState.COMING for one in round_.sessions)
    stopped = round_.close_reason in (CloseReason.CANCELLED, CloseReason.NOT_HELD)
    if not (facts.booked and coming and stopped):
        return round_
    answered = [one.told for one in (round_.pair.company, round_.pair.candidate) if one.verdict]
    return changed(
        round_,
        closed_at=None,
        close_reason=None,
        generation=round_.generation + 1,
        pair=round_.pair if any(answered) else Pair(),
    )


def _cards(was: Round, round_: Round) -> tuple[Card, ...]:
    """A card for each seat that gives one, and those that were written by whoever sat there before."""
    if round_.opened_at is None:
        return ()
    cards: dict[tuple[str, str], Card] = {}
    for session in round_.sessions:
        moved = _moved(was.session(session.id), session)
        for seat in session.seats:
            if seat.shadow or seat.scorecard not in ("parley", "ats"):
                continue
            key = session.id, seat.interviewer_id
            card = was.card(*key) or Card(session_id=key[0], interviewer_id=key[1])
            card = changed(card, in_ats=seat.scorecard == "ats")
            if moved and card.submitted_at is None:
                card = changed(card, asked_at=None, due_at=None, overdue=False)
            cards[key] = card
    former = (card for card in was.cards if card.submitted_at is not None)
    return (*cards.values(), *(card for card in former if card.key not in cards))


def _moved(was: Session | None, session: Session) -> bool:
    return was is not None and was.starts_at != session.starts_at


def _prepare(was: Round, round_: Round, *, now: datetime) -> Round:
    """There is something to prepare for, or something else than before."""
    coming = any(one.state is SessionState.COMING for one in round_.sessions)
    if round_.opened_at is None or not coming:
        return round_
    if round_.ready_at is None or _pages(was) != _pages(round_):
        return changed(round_, ready_at=now, preparations=round_.preparations + 1)
    return round_


def _pages(round_: Round) -> tuple[object, ...]:
    """What the preparation pages show; that a session has ended changes nothing on them."""
    sessions = tuple(changed(one, state=SessionState.COMING) for one in round_.sessions)
    return (round_.job, round_.pay, round_.stage, round_.materials, sessions)
