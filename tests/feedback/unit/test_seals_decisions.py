"""When decisions are told: every order of what two sides say, a due date, and the application's end.

There are few enough to try them all; the seals are asked directly, so that a broken rule shows at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest

from feedback.domain import seals
from feedback.domain.round import Pair
from feedback.domain.words import Choice, Side, Told, Verdict

OPENED = datetime(2027, 3, 4, 10, tzinfo=UTC)
DUE = OPENED + timedelta(days=5)
INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
HOLD_UNTIL = OPENED + timedelta(days=30)
SAYABLE = (Choice.ADVANCE, Choice.HOLD, Choice.DECLINE)
GOES_ON = (Choice.ADVANCE, Choice.HOLD)
COMPANY, CANDIDATE = Side.COMPANY, Side.CANDIDATE


def a_verdict(choice: Choice) -> Verdict:
    until = HOLD_UNTIL if choice is Choice.HOLD else None
    return Verdict(choice=choice, hold_until=until, by="ats:someone", note="sealed", at=OPENED)


def said(pair: Pair, side: Side, choice: Choice) -> Pair:
    return pair.with_side(side, replace(pair.side(side), verdict=a_verdict(choice)))


def a_pair(*words: tuple[Side, Choice | None], due_at: datetime | None = DUE) -> Pair:
    pair = Pair(opened_at=OPENED, due_at=due_at)
    for side, choice in words:
        pair = pair if choice is None else said(pair, side, choice)
    return pair


def told(pair: Pair) -> dict[Side, Choice]:
    found = {side: pair.side(side).told for side in Side}
    return {side: one.choice for side, one in found.items() if one is not None}


def other(side: Side) -> Side:
    return CANDIDATE if side is COMPANY else COMPANY


@dataclass
class Story:
    """A pair as it goes, and beside it what the rules say in the plainest words."""

    pair: Pair = field(default_factory=a_pair)
    now: datetime = OPENED
    closed: bool = False
    verdicts: dict[Side, Choice] = field(default_factory=dict)
    known: dict[Side, Told] = field(default_factory=dict)

    def say(self, side: Side, choice: Choice) -> None:
        ended = Choice.DECLINE in self.choices() or len(self.final()) == len(Side)
        may = not ended and side not in self.final()
        assert seals.may_decide(self.pair, side) == may
        if may:
            self.pair = said(self.pair, side, choice)
            self.verdicts[side] = choice

    def settle(self) -> None:
        over = Choice.DECLINE in self.choices() or len(self.final()) == len(Side)
        assert seals.is_over(self.pair) == over
        self.pair = seals.tell(self.pair, now=self.now, closed=self.closed)
        if not over:
            self._tell()
        assert {side: self.pair.side(side).told for side in Side} == {
            side: self.known.get(side) for side in Side
        }
        assert seals.tell(self.pair, now=self.now, closed=self.closed) == self.pair

    def choices(self) -> list[Choice]:
        return [one.choice for one in self.known.values()]

    def final(self) -> set[Side]:
        return {side for side, one in self.known.items() if one.choice is not Choice.NONE}

    def _tell(self) -> None:
        declined = [side for side, choice in self.verdicts.items() if choice is Choice.DECLINE]
        both_or_due = len(self.verdicts) == len(Side) or self.now >= DUE or self.closed
        for side in declined or (list(Side) if both_or_due else []):
            choice = self.verdicts.get(side, Choice.NONE)
            fresh = side not in self.known or (
                self.known[side].choice is Choice.NONE and choice is not Choice.NONE
            )
            if fresh:
                until = HOLD_UNTIL if choice is Choice.HOLD else None
                self.known[side] = Told(choice=choice, hold_until=until, at=self.now)


Step = tuple[str, Side | None, Choice | None]
TICKS: tuple[Step, ...] = (("due", None, None), ("close", None, None))


def steps() -> Iterator[tuple[Step, ...]]:
    """All orders of up to two words of each side, the due date and the application's end."""
    for company, candidate in product(SAYABLE, SAYABLE):
        words: tuple[Step, ...] = (("say", COMPANY, company), ("say", CANDIDATE, candidate))
        yield from permutations((*words, *TICKS))
        yield from permutations((*words, TICKS[0]))
        yield from permutations(words)
    for first, second in product(SAYABLE, SAYABLE):
        for side in Side:
            changed: tuple[Step, ...] = (("say", side, first), ("say", side, second))
            yield from permutations((*changed, ("say", other(side), Choice.ADVANCE), TICKS[0]))


def play(order: tuple[Step, ...]) -> Story:
    story = Story()
    for what, side, choice in order:
        story.now += HOUR
        if what == "due":
            story.now = max(story.now, DUE)
        if what == "close":
            story.closed = True
        if side is not None and choice is not None:
            story.say(side, choice)
        story.settle()
    return story


def test_every_order_tells_what_the_rules_say_and_when() -> None:
    seen = {frozenset(play(order).choices()) for order in set(steps())}

    assert frozenset(SAYABLE[:2]) in seen
    assert frozenset({Choice.DECLINE}) in seen
    assert frozenset({Choice.HOLD, Choice.DECLINE}) in seen


@pytest.mark.parametrize(("company", "candidate"), list(product(GOES_ON, GOES_ON)))
def test_both_in_are_told_together_long_before_they_are_due(
    company: Choice, candidate: Choice
) -> None:
    pair = a_pair((COMPANY, company), (CANDIDATE, candidate))

    after = seals.tell(pair, now=OPENED + HOUR, closed=False)

    assert told(after) == {COMPANY: company, CANDIDATE: candidate}
    assert {one.at for side in Side if (one := after.side(side).told)} == {OPENED + HOUR}
    assert seals.is_over(after)


@pytest.mark.parametrize(("side", "choice"), list(product(Side, GOES_ON)))
def test_one_side_alone_is_sealed_until_the_very_moment_it_is_due(
    side: Side, choice: Choice
) -> None:
    pair = a_pair((side, choice))

    assert seals.tell(pair, now=DUE - INSTANT, closed=False) == pair
    assert told(seals.tell(pair, now=DUE, closed=False)) == {
        side: choice,
        other(side): Choice.NONE,
    }


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("sealed", [*GOES_ON, None])
@pytest.mark.parametrize("due_at", [DUE, None])
def test_decline_is_told_at_once_and_alone(
    side: Side, sealed: Choice | None, due_at: datetime | None
) -> None:
    pair = a_pair((side, Choice.DECLINE), (other(side), sealed), due_at=due_at)

    after = seals.tell(pair, now=OPENED + HOUR, closed=False)

    assert told(after) == {side: Choice.DECLINE}
    assert seals.is_over(after)
    assert seals.tell(after, now=DUE + HOUR, closed=True) == after


@pytest.mark.parametrize("side", list(Side))
def test_decline_of_who_had_not_answered_ends_the_pair_at_once(side: Side) -> None:
    waiting = seals.tell(a_pair((other(side), Choice.HOLD)), now=DUE, closed=False)

    after = seals.tell(said(waiting, side, Choice.DECLINE), now=DUE + HOUR, closed=False)

    assert told(after) == {other(side): Choice.HOLD, side: Choice.DECLINE}
    assert seals.is_over(after)


@pytest.mark.parametrize(("side", "choice"), list(product(Side, GOES_ON)))
def test_closed_application_is_told_at_once(side: Side, choice: Choice) -> None:
    pair = a_pair((side, choice))

    after = seals.tell(pair, now=OPENED + HOUR, closed=True)

    assert told(after) == {side: choice, other(side): Choice.NONE}


def test_what_has_nothing_to_be_decided_on_is_due_by_no_closing() -> None:
    pair = a_pair(due_at=None)

    assert seals.tell(pair, now=DUE + HOUR, closed=True) == pair


@pytest.mark.parametrize(("side", "choice"), list(product(Side, GOES_ON)))
def test_late_answer_is_told_at_once_and_what_was_told_stays(side: Side, choice: Choice) -> None:
    waiting = seals.tell(a_pair((other(side), Choice.HOLD)), now=DUE, closed=False)
    before = waiting.side(other(side)).told

    after = seals.tell(said(waiting, side, choice), now=DUE + HOUR, closed=False)

    assert after.side(side).told == Told(
        choice=choice, hold_until=HOLD_UNTIL if choice is Choice.HOLD else None, at=DUE + HOUR
    )
    assert after.side(other(side)).told == before
    assert not any(seals.may_decide(after, one) for one in Side)


def test_who_may_still_decide() -> None:
    silent = seals.tell(a_pair(), now=DUE, closed=False)
    answered = seals.tell(a_pair((COMPANY, Choice.ADVANCE)), now=DUE, closed=False)
    declined = seals.tell(a_pair((COMPANY, Choice.DECLINE)), now=OPENED, closed=False)
    sealed = a_pair((COMPANY, Choice.ADVANCE), (CANDIDATE, Choice.HOLD))

    for pair in (silent, sealed):
        assert all(seals.may_decide(pair, side) for side in Side)
    assert [seals.may_decide(answered, side) for side in (COMPANY, CANDIDATE)] == [False, True]
    assert not any(seals.may_decide(declined, side) for side in Side)


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("late", SAYABLE)
def test_pair_that_is_over_tells_nothing_more(side: Side, late: Choice) -> None:
    declined = seals.tell(a_pair((side, Choice.DECLINE)), now=OPENED, closed=False)

    after = said(declined, other(side), late)

    for closed in (True, False):
        assert seals.tell(after, now=DUE + HOUR, closed=closed) == after


def test_match_is_two_told_advances_and_nothing_less() -> None:
    every: tuple[Choice | None, ...] = (*SAYABLE, None)
    for company, candidate in product(every, every):
        sealed = a_pair((COMPANY, company), (CANDIDATE, candidate))
        open_ = seals.tell(sealed, now=DUE, closed=False)
        both = company is Choice.ADVANCE and candidate is Choice.ADVANCE

        assert not seals.is_match(sealed)
        assert seals.is_match(open_) == both


def test_every_combination_is_over_exactly_when_nothing_can_change() -> None:
    every = (*Choice, None)
    for company, candidate in product(every, every):
        pair = Pair(opened_at=OPENED, due_at=DUE)
        for side, choice in ((COMPANY, company), (CANDIDATE, candidate)):
            if choice is not None:
                found = Told(choice=choice, at=OPENED)
                pair = pair.with_side(side, replace(pair.side(side), told=found))
        heard = [choice for choice in (company, candidate) if choice in SAYABLE]
        over = Choice.DECLINE in heard or len(heard) == len(Side)

        assert seals.is_over(pair) == over
        for side in Side:
            open_to = told(pair).get(side) in (None, Choice.NONE) and not over
            assert seals.may_decide(pair, side) == open_to
