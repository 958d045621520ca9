"""What follows by itself from the state of a round, its application, and the time.

Whatever happens changes a fact and then settles: who is asked, who is late, what opens, what is told,
what closes. Settling twice changes nothing, and the order in which facts came in does not matter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from feedback.domain import seals
from feedback.domain.changed import changed
from feedback.domain.round import Card, CardStatus, CloseReason, Pair, ReviewFile, Round, SideOfPair
from feedback.domain.words import Choice, Held, Side, Verdict

CARD_WITHIN = timedelta(days=1)
REVIEW_WITHIN = timedelta(days=3)
GIVE_UP_AFTER = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a round needs to know of its application."""

    closed_since: datetime | None = None
    outcome: str | None = None
    advanced_at: tuple[datetime, ...] = ()
    upstream_cards: tuple[tuple[str, str, str | None, datetime], ...] = ()
    """Cards written in the ATS: interview, interviewer, session (None: all of theirs), when."""


def settle(round_: Round, standing: Standing, *, now: datetime) -> Round:
    if round_.opened_at is None or round_.closed_at is not None:
        return changed(round_, wake_at=None)
    round_ = _hear_upstream_cards(round_, standing)
    round_ = _ask_cards(round_, now=now)
    round_ = _ask_review(round_, now=now)
    round_ = _find_overdue(round_, now=now)
    round_ = _open_pair(round_)
    round_ = _hear_ats(round_, standing, now=now)
    round_ = changed(
        round_, pair=seals.tell(round_.pair, now=now, closed=standing.closed_since is not None)
    )
    round_ = seals.open_gates(round_, standing.closed_since, now=now)
    round_ = _close(round_, now=now)
    wake_at = None if round_.closed_at is not None else _next_moment(round_, standing, now=now)
    return changed(round_, wake_at=wake_at)


def _hear_upstream_cards(round_: Round, standing: Standing) -> Round:
    for interview_id, interviewer_id, session_id, at in standing.upstream_cards:
        if interview_id != round_.id:
            continue
        for card in round_.cards:
            theirs = card.in_ats and card.interviewer_id == interviewer_id
            if theirs and session_id in (None, card.session_id) and card.submitted_at is None:
                round_ = round_.with_card(changed(card, submitted_at=at))
    return round_


def _ask_cards(round_: Round, *, now: datetime) -> Round:
    return changed(round_, cards=tuple(_asked(round_, card, now=now) for card in round_.cards))


def _asked(round_: Round, card: Card, *, now: datetime) -> Card:
    session = round_.session(card.session_id)
    if card.in_ats or card.submitted_at is not None or card.waived_at is not None:
        return card
    if session is None or not round_.took_place(session):
        return changed(card, asked_at=None, due_at=None, overdue=False)
    if card.asked_at is not None:
        return card
    return changed(card, asked_at=now, due_at=now + CARD_WITHIN)


def _ask_review(round_: Round, *, now: datetime) -> Round:
    review = round_.review
    if review.submitted_at is not None:
        return round_
    if not round_.happened:
        return changed(round_, review=changed(review, asked_at=None, due_at=None, overdue=False))
    if review.asked_at is not None:
        return round_
    asked = changed(review, asked_at=now, due_at=now + REVIEW_WITHIN)
    return changed(round_, review=asked)


def _find_overdue(round_: Round, *, now: datetime) -> Round:
    cards = tuple(changed(card, overdue=card.overdue or _late(card, now)) for card in round_.cards)
    review = round_.review
    review = changed(review, overdue=review.overdue or _late(review, now))
    return changed(round_, cards=cards, review=review)


def _late(one: Card | ReviewFile, now: datetime) -> bool:
    return one.status is CardStatus.ASKED and one.due_at is not None and now >= one.due_at


def _open_pair(round_: Round) -> Round:
    pair, end = round_.pair, round_.last_end
    days = timedelta(days=round_.promised_days)
    if pair.number == 1:
        if (
            end != pair.opened_at
            and pair.company.verdict is None
            and pair.candidate.verdict is None
        ):
            # That nobody had answered was told of a time that holds no more.
            pair = changed(pair, company=SideOfPair(), candidate=SideOfPair())
        due_at = end + days if end is not None else None
        return changed(round_, pair=changed(pair, opened_at=end, due_at=due_at))
    return round_


def holds_until(pair: Pair) -> datetime | None:
    """The date of a told hold, the later one of two; None where nobody holds, or one has declined."""
    told = [one for one in (pair.company.told, pair.candidate.told) if one is not None]
    if any(one.choice is Choice.DECLINE for one in told):
        return None
    dates = [one.hold_until for one in told if one.choice is Choice.HOLD and one.hold_until]
    return max(dates, default=None)


def open_next_pair(round_: Round, standing: Standing, *, now: datetime) -> Round:
    """On a hold's date both are asked anew; what was told before stands in the past pairs."""
    until = holds_until(round_.pair)
    over = round_.last_end is not None
    open_still = round_.closed_at is None and standing.closed_since is None and over
    if until is None or now < until or not open_still:
        return round_
    due_at = now + timedelta(days=round_.promised_days)
    pair = Pair(number=round_.pair.number + 1, opened_at=now, due_at=due_at)
    past = (*round_.past_pairs, round_.pair)
    return changed(round_, pair=pair, past_pairs=past)


def _hear_ats(round_: Round, standing: Standing, *, now: datetime) -> Round:
    """What the ATS decided of a round that has ended and is undecided."""
    pair = round_.pair
    if pair.opened_at is None or seals.is_over(pair):
        return round_
    if standing.closed_since is not None:
        return changed(round_, pair=_closed_pair(pair, standing, now=now))
    advanced = [at for at in standing.advanced_at if at >= pair.opened_at]
    undecided = pair.company.verdict is None
    if round_.decide_in == "ats" and advanced and undecided:
        verdict = Verdict(choice=Choice.ADVANCE, at=min(advanced))
        return changed(round_, pair=_decided(pair, Side.COMPANY, verdict))
    return round_


def _closed_pair(pair: Pair, standing: Standing, *, now: datetime) -> Pair:
    at = standing.closed_since or now
    side = Side.CANDIDATE if standing.outcome == "withdrawn" else Side.COMPANY
    choice = Choice.ADVANCE if standing.outcome == "hired" else Choice.DECLINE
    if not seals.may_decide(pair, side):
        return pair
    if choice is Choice.ADVANCE and pair.company.verdict is not None:
        return pair
    return _decided(pair, side, Verdict(choice=choice, at=at))


def _decided(pair: Pair, side: Side, verdict: Verdict) -> Pair:
    return pair.with_side(side, changed(pair.side(side), verdict=verdict))


def _close(round_: Round, *, now: datetime) -> Round:
    reason = _close_reason(round_, now=now)
    if reason is None:
        return round_
    return changed(round_, closed_at=now, close_reason=reason)


def _close_reason(round_: Round, *, now: datetime) -> CloseReason | None:
    if all(round_.held(one) is Held.CANCELLED for one in round_.sessions):
        return CloseReason.CANCELLED
    if round_.gate_b_at is not None:
        return CloseReason.COMPLETE
    if round_.last_end is None:
        return None
    if not round_.happened and now >= round_.last_end + timedelta(days=round_.promised_days):
        return CloseReason.NOT_HELD
    return CloseReason.GIVEN_UP if now >= round_.last_end + GIVE_UP_AFTER else None


def _next_moment(round_: Round, standing: Standing, *, now: datetime) -> datetime | None:
    asked: tuple[Card | ReviewFile, ...] = (*round_.cards, round_.review)
    waiting = [one.due_at for one in asked if one.status is CardStatus.ASKED and not one.overdue]
    pair, end = round_.pair, round_.last_end
    untold = pair.company.told is None and pair.candidate.told is None
    waiting.append(pair.due_at if untold else None)
    waiting.append(seals.next_opening(round_, standing.closed_since))
    until = holds_until(pair)
    if standing.closed_since is None and until is not None and end is not None:
        waiting.append(max(until, now))
    if end is not None:
        waiting.append(end + GIVE_UP_AFTER)
        if not round_.happened:
            waiting.append(end + timedelta(days=round_.promised_days))
    return min((moment for moment in waiting if moment is not None), default=None)
