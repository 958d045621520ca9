"""The law of the seals, over all orders of what may happen: each rule against an oracle of its own."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.feedback.builders import (
    ANNA,
    APPLICATION,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    COORDINATOR,
    DECIDER,
    RECRUITER,
    SHADOW,
    revisions,
)
from tests.feedback.oracle import Oracle, act, begin, law, orders, through

from feedback.domain.round import Pair
from feedback.domain.words import Choice, Judgement, Side
from parley_contracts import applications, rounds

TEAM = (ANNA, BOB, SHADOW, ATS_SEAT, RECRUITER, DECIDER, COORDINATOR)
EVERYONE = (CANDIDATE, *TEAM)
CARD_ONLY = ("<evidence:", "<note:", "<learned:", "strong_no")


@law
def test_scorecard_never_crosses_to_the_candidate(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        seen = oracle.player.sees(CANDIDATE)
        assert not any(mark in seen for mark in CARD_ONLY)
        assert "<reason:decider" not in seen

    through(actions, check)


@law
def test_interviewer_reads_the_others_only_after_their_own(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        for own, other in ((ANNA, "bob"), (BOB, "anna")):
            if own not in oracle.cards:
                assert f"evidence:{other}" not in oracle.player.sees(own)
            elif f"ats:{other}" in oracle.cards and oracle.held:
                assert f"evidence:{other}" in oracle.player.sees(own)
        assert "<evidence" not in oracle.player.sees(SHADOW)
        assert "<evidence" not in oracle.player.sees(COORDINATOR)

    through(actions, check)


@law
def test_gate_a_opens_what_was_written_for_the_candidate(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        may = oracle.gate_a and oracle.reviewed
        wrote = bool(oracle.cards)
        assert ("<for:" in oracle.player.sees(CANDIDATE)) == (may and wrote)

    through(actions, check)


@law
def test_gate_b_opens_what_was_addressed_to_the_team(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        for person in TEAM:
            seen = oracle.player.sees(person)
            assert "<sum:" not in seen
            assert "<own:" not in seen
            assert "<reason:candidate" not in seen
            if person != SHADOW:
                written = bool(oracle.player.world.round().review.versions) and (
                    oracle.player.world.round().review.versions[-1].parts != ()
                )
                assert ("<open:" in seen) == (oracle.gate_b and written)
            else:
                assert "<open:" not in seen

    through(actions, check)


@law
def test_who_may_read_the_other_side_writes_no_more(actions: list[str]) -> None:
    oracle = begin()
    for action in actions:
        open_to_company = oracle.gate_b
        open_to_candidate = oracle.gate_a and oracle.reviewed
        before = oracle.player.world.round()
        act(oracle, action)
        after = oracle.player.world.round()
        if action in ("review", "nothing") and open_to_candidate:
            assert after.review == before.review
        if action.startswith("card") and open_to_company:
            assert after.cards == before.cards


@law
def test_what_was_opened_stays_open(actions: list[str]) -> None:
    opened_to: dict[str, set[str]] = {who: set() for who in EVERYONE}

    def check(oracle: Oracle) -> None:
        for who in EVERYONE:
            seen = oracle.player.sees(who)
            theirs = "<for:" if who == CANDIDATE else "<open:"
            now_open = {mark for mark in (theirs, "<released>") if mark in seen}
            assert opened_to[who] <= now_open
            opened_to[who] |= now_open

    through(actions, check)


@law
def test_decisions_are_told_together_or_when_due_and_a_decline_at_once(actions: list[str]) -> None:
    oracle = begin()
    for action in actions:
        before = oracle.player.world.round().pair
        act(oracle, action)
        after = oracle.player.world.round()
        for pair in (*after.past_pairs, after.pair):
            if pair.number == before.number:
                _told_rightly(oracle, before, pair, over=oracle.over)


def _told_rightly(oracle: Oracle, before: Pair, pair: Pair, *, over: bool) -> None:
    declined = [
        side
        for side in Side
        if (verdict := pair.side(side).verdict) and verdict.choice is Choice.DECLINE
    ]
    told_decline = [
        side for side in Side if (told := pair.side(side).told) and told.choice is Choice.DECLINE
    ]
    assert bool(declined) == bool(told_decline)
    both = pair.company.verdict is not None and pair.candidate.verdict is not None
    due = pair.due_at is not None and oracle.now >= pair.due_at
    closing = pair.due_at is not None and oracle.closed_since is not None
    for side in Side:
        told, verdict = pair.side(side).told, pair.side(side).verdict
        fresh = told is not None and told != before.side(side).told
        if fresh and told is not None and told.choice is not Choice.DECLINE:
            assert both or due or closing
            assert not declined or before.side(side).told != told
        if verdict is not None and told is None and not told_decline and not over:
            assert not both
            assert not due
            assert not closing


@law
def test_told_is_frozen(actions: list[str]) -> None:
    oracle = begin()
    for action in actions:
        before = oracle.player.world.round()
        act(oracle, action)
        after = oracle.player.world.round()
        pairs = {pair.number: pair for pair in (*after.past_pairs, after.pair)}
        for pair in (*before.past_pairs, before.pair):
            for side in Side:
                told = pair.side(side).told
                if told is not None and told.choice is not Choice.NONE:
                    assert pairs[pair.number].side(side).told == told


@law
def test_hold_opens_a_new_pair_on_its_date(actions: list[str]) -> None:
    oracle = begin()
    for action in actions:
        before = oracle.player.world.round()
        act(oracle, action)
        after = oracle.player.world.round()
        for pair in after.past_pairs[len(before.past_pairs) :]:
            told = [pair.side(side).told for side in Side]
            holds = [one.hold_until for one in told if one and one.choice is Choice.HOLD]
            assert holds
            assert after.pair.opened_at is not None
            assert after.pair.opened_at >= max(one for one in holds if one is not None)
            assert not any(one and one.choice is Choice.DECLINE for one in told)


@law
def test_what_the_company_owes_depends_on_nothing_the_candidate_does(actions: list[str]) -> None:
    """The same day with a silent candidate: what is owed comes no later."""
    silent = begin()
    oracle = begin()
    for action in actions:
        theirs = action in ("review", "nothing") or action.startswith(("candidate", "said cand"))
        act(oracle, action)
        if not theirs:
            act(silent, action)
        if oracle.over or silent.over or silent.now != oracle.now:
            return
        for world in (silent, oracle):
            released = world.player.world.round().released
            page = world.player.page(CANDIDATE)
            assert page is not None
            assert page.readable.released == released
        assert (silent.player.world.round().released is None) == (
            oracle.player.world.round().released is None
        )
        mine = silent.player.world.round().pair.company
        if mine.told is not None and silent.player.world.round().pair.number == 1:
            theirs_told = oracle.player.world.round()
            first = (*theirs_told.past_pairs, theirs_told.pair)[0]
            declined = first.candidate.told is not None and (
                first.candidate.told.choice is Choice.DECLINE
            )
            assert declined or first.company.told is not None


@settings(deadline=None, max_examples=60)
@given(orders, st.sampled_from((1, 5, 10, 14)))
@example(["ended", "card anna", "card bob", "close rejected", "nothing", "wait 8", "wait 1"], 10)
def test_feedback_can_be_released_whatever_the_candidate_writes_or_decides(
    actions: list[str], promised_days: int
) -> None:
    """Also when their review is what completes the round, and closes it before the promised date."""
    silent, oracle = begin(promised_days=promised_days), begin(promised_days=promised_days)
    for action in actions:
        if action.startswith("said cand"):
            continue
        act(oracle, action)
        if action not in ("review", "nothing") and not action.startswith("candidate"):
            act(silent, action)
        assert released_now(oracle) == released_now(silent)


def released_now(oracle: Oracle) -> str | None:
    """What would be answered; nothing comes of it."""
    player = replace(oracle.player, world=oracle.player.world.copy())
    refusal = player.release(text="<what it would be>")
    return refusal.reason if refusal is not None else None


@settings(deadline=None, max_examples=60)
@given(orders, st.sampled_from(("company", "candidate")))
def test_nothing_outside_differs_by_what_is_sealed(actions: list[str], side: str) -> None:
    """Two days with the same steps and other secrets look the same to the other side and outside."""
    swap = {f"{side} advance": f"{side} hold"}
    one, two = begin(), begin("/other", Judgement.STRONG_YES)
    other_side = (CANDIDATE,) if side == "company" else TEAM
    for action in actions:
        if action in (f"{side} hold", f"{side} decline"):
            continue
        act(one, action)
        act(two, swap.get(action, action))
        told = any(
            pair.company.told or pair.candidate.told
            for world in (one, two)
            for pair in (world.player.world.round().pair,)
        )
        if told or one.gate_b or (one.gate_a and one.reviewed):
            return
        assert _outside(one) == _outside(two)
        for person in other_side:
            mine = one.player.sees(person), two.player.sees(person)
            assert _plain(mine[0]) == _plain(mine[1])


def _outside(oracle: Oracle) -> list[str]:
    return [repr(event) for _, event in oracle.player.world.published]


def _plain(seen: str) -> str:
    """One's own words differ between the two days, as they must: they are left out."""
    return seen.replace("/other", "").replace("STRONG_YES: 'strong_yes'", "STRONG_NO: 'strong_no'")


@law
def test_every_event_counts_and_says_no_verdict_before_it_is_told(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        for found in revisions(oracle.player.world.published).values():
            assert found == list(range(1, len(found) + 1))
        for event in oracle.player.world.said(rounds.DecisionRecorded):
            told = (event.round.pair.company.told, event.round.pair.candidate.told)
            state = event.round.pair.model_dump()
            assert state[event.side] == {"recorded": True, "told": None}
            assert all(one is None or one.decision in set(rounds.Decision) for one in told)
        for event in oracle.player.world.said(rounds.RoundEvent):
            assert "<" not in event.model_dump_json()

    through(actions, check)


@law
def test_settling_again_changes_nothing(actions: list[str]) -> None:
    def check(oracle: Oracle) -> None:
        world = oracle.player.world.copy()
        count = len(world.published)
        before = world.round()
        world.hear(applications.ApplicationAdvanced(application_id=APPLICATION, stage_name="x"))
        assert world.round() == before
        assert len(world.published) == count

    through(actions, check)
