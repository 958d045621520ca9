"""When gates open, and who may still write: every state of a small round, to the very moment.

The rules are said again here in the plainest words; the seals are asked directly.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from feedback.domain import seals
from feedback.domain.round import Card, CloseReason, ReviewFile, Round, Seat, Session, SessionState
from feedback.domain.words import Held, Judgement, Review, Said, Scorecard, Side

ANNA, BOB, CANDIDATE = "ats:anna", "ats:bob", "ats:candidate"
START = datetime(2027, 3, 4, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
END = START + HOUR
FORCED = END + timedelta(days=14)
WEEK = timedelta(days=7)
INSTANT = timedelta(microseconds=1)
SOON = END + HOUR
WRITTEN = Scorecard(judgement=Judgement.YES, evidence="e", for_candidate="for you")


def a_card(interviewer_id: str, state: str, session_id: str = "s1") -> Card:
    card = Card(session_id=session_id, interviewer_id=interviewer_id, asked_at=END)
    if state == "submitted":
        return replace(card, submitted_at=END, versions=(WRITTEN,))
    if state == "waived":
        return replace(card, waived_at=END)
    return replace(card, in_ats=state == "in_ats")


def a_session(session_id: str = "s1", state: str = "ended") -> Session:
    return Session(
        id=session_id,
        title="Talk",
        minutes=60,
        candidate_minutes=15,
        state=SessionState(state),
        starts_at=START,
        ends_at=END,
        seats=(Seat(interviewer_id=ANNA), Seat(interviewer_id=BOB)),
    )


def a_review(*, given: bool) -> ReviewFile:
    if not given:
        return ReviewFile(asked_at=END)
    return ReviewFile(asked_at=END, submitted_at=END, versions=(Review(),))


def absent(session_id: str = "s1") -> Said:
    return Said(
        session_id=session_id,
        starts_at=START,
        person_id=ANNA,
        side=Side.COMPANY,
        held=Held.CANDIDATE_ABSENT,
        at=END,
    )


def a_round(
    *,
    cards: tuple[Card, ...] = (),
    sessions: tuple[Session, ...] = (),
    given: bool = False,
    said: tuple[Said, ...] = (),
) -> Round:
    return Round(
        id="ats:i1",
        candidate_id=CANDIDATE,
        opened_at=START,
        sessions=sessions or (a_session(),),
        cards=cards or (a_card(ANNA, "submitted"), a_card(BOB, "submitted")),
        review=a_review(given=given),
        said=said,
    )


CARD_STATES = ("asked", "submitted", "waived", "in_ats")
SESSIONS = ("ended", "coming", "cancelled", "absent")


def rounds() -> Iterator[tuple[Round, bool, bool]]:
    """Every round of two sessions with a card each; whether it happened, and whether all is in."""
    for first, second in product(SESSIONS, SESSIONS):
        for anna, bob, given in product(CARD_STATES, CARD_STATES, (True, False)):
            states = (("s1", ANNA, first, anna), ("s2", BOB, second, bob))
            yield (
                a_round(
                    sessions=tuple(
                        a_session(one, "ended" if state == "absent" else state)
                        for one, _, state, _ in states
                    ),
                    cards=tuple(a_card(who, card, one) for one, who, _, card in states),
                    given=given,
                    said=tuple(absent(one) for one, _, state, _ in states if state == "absent"),
                ),
                "coming" not in (first, second) and "ended" in (first, second),
                given
                and not any(state == "ended" and card == "asked" for _, _, state, card in states),
            )


def test_gate_a_opens_when_all_required_is_in_or_after_fourteen_days() -> None:
    for round_, happened, complete in rounds():
        for now in (SOON, FORCED - INSTANT, FORCED):
            opened = seals.open_gates(round_, None, now=now)
            may = happened and (complete or now >= FORCED)

            assert opened.gate_a_at == (now if may else None)
            given = round_.review.submitted_at is not None
            assert opened.to_candidate_at == (now if may and given else None)
            assert opened.gate_b_at is None


def test_all_is_in_with_the_review_and_every_required_card() -> None:
    for round_, happened, complete in rounds():
        if happened:
            assert seals.all_in(round_) == complete


def test_card_of_a_session_to_come_is_waited_for() -> None:
    coming = a_round(sessions=(a_session(state="coming"),), given=True)
    unwritten = replace(coming, cards=(a_card(ANNA, "asked"),))

    assert seals.all_in(coming)
    assert not seals.all_in(unwritten)


@pytest.mark.parametrize("given", [True, False])
def test_gate_b_opens_seven_days_after_the_application_closed(given: bool) -> None:  # noqa: FBT001 - a case
    open_a = replace(a_round(given=given), gate_a_at=END)

    for now, since in product((SOON, FORCED), (WEEK - INSTANT, WEEK, WEEK + INSTANT, HOUR)):
        opened = seals.open_gates(open_a, now - since, now=now)
        assert opened.gate_b_at == (now if since >= WEEK else None)
    assert seals.open_gates(open_a, None, now=FORCED + WEEK).gate_b_at is None


def test_gate_b_waits_for_gate_a_however_long_the_application_has_been_closed() -> None:
    waiting = a_round(cards=(a_card(ANNA, "asked"),), given=True)
    closed_since = END - WEEK

    assert seals.open_gates(waiting, closed_since, now=FORCED - INSTANT) == waiting
    opened = seals.open_gates(waiting, closed_since, now=FORCED)
    assert (opened.gate_a_at, opened.to_candidate_at, opened.gate_b_at) == (FORCED,) * 3


def test_reopening_stops_the_count_and_a_new_closing_starts_it_anew() -> None:
    open_a = replace(a_round(), gate_a_at=END)
    again = END + timedelta(days=6)

    assert seals.open_gates(open_a, None, now=END + WEEK).gate_b_at is None
    assert seals.open_gates(open_a, again, now=again + WEEK - INSTANT).gate_b_at is None
    assert seals.open_gates(open_a, again, now=again + WEEK).gate_b_at == again + WEEK


def test_review_that_comes_later_opens_to_the_candidate_then() -> None:
    silent = seals.open_gates(a_round(), None, now=FORCED)
    later = FORCED + HOUR

    given = seals.open_gates(replace(silent, review=a_review(given=True)), None, now=later)

    assert (silent.gate_a_at, silent.to_candidate_at) == (FORCED, None)
    assert (given.gate_a_at, given.to_candidate_at) == (FORCED, later)


def test_what_was_opened_stays_open_with_its_date() -> None:
    """Whatever is taken back afterwards: a card asked for anew, a session moved, a reopening."""
    opened = replace(a_round(given=True), gate_a_at=END, to_candidate_at=END, gate_b_at=END)
    taken_back = replace(
        opened,
        sessions=(a_session(state="coming"),),
        cards=(a_card(ANNA, "asked"),),
        review=a_review(given=False),
    )

    for one, since in product((opened, taken_back), (None, END - WEEK)):
        assert seals.open_gates(one, since, now=FORCED + WEEK) == one


@pytest.mark.parametrize("moment", [SOON, FORCED + WEEK])
def test_nothing_opens_in_a_round_that_is_closed(moment: datetime) -> None:
    closed = replace(a_round(given=True), closed_at=END, close_reason=CloseReason.GIVEN_UP)

    assert seals.open_gates(closed, END - WEEK, now=moment) == closed


def test_next_opening_is_the_very_moment_at_which_one_opens_by_itself() -> None:
    """Asked in every settled state: it opens then, not an instant before, and nothing is forgotten."""
    for round_, _, _ in rounds():
        for closed_since in (None, END - WEEK, SOON, FORCED):
            settled = seals.open_gates(round_, closed_since, now=SOON)
            moment = seals.next_opening(settled, closed_since)
            late = seals.open_gates(settled, closed_since, now=FORCED + 2 * WEEK)
            if moment is None:
                assert late == settled
                continue
            assert moment > SOON
            before = seals.open_gates(settled, closed_since, now=moment - INSTANT)
            assert before == settled
            assert seals.open_gates(settled, closed_since, now=moment) != settled


def test_who_may_read_the_other_sides_words_writes_no_more_and_others_do() -> None:
    for opened, gate_b, closed in product((None, END), (None, END), (None, END)):
        round_ = replace(a_round(), to_candidate_at=opened, gate_b_at=gate_b, closed_at=closed)

        assert seals.may_write_review(round_) == (opened is None and closed is None)
        assert seals.may_write_cards(round_) == (gate_b is None and closed is None)


def test_gate_a_alone_stops_nobody_from_writing() -> None:
    round_ = seals.open_gates(a_round(), END, now=FORCED)

    assert round_.gate_a_at is not None
    assert seals.may_write_review(replace(round_, gate_b_at=None))
    assert seals.may_write_cards(replace(round_, gate_b_at=None))
