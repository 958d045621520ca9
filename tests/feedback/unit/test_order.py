"""Order between topics is not given: whichever comes wholly before another, the end is the same."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain, permutations
from typing import Any

import pytest
from tests.feedback.builders import ANNA, BOB, CANDIDATE, DECIDER, World
from tests.feedback.day import LATER, Recorded, the_day
from tests.feedback.player import Player

from feedback.domain.application import Application
from feedback.domain.words import Choice, Held
from parley_contracts import rounds
from parley_contracts.event import Event

DAY = the_day()
NOW = LATER + timedelta(hours=12)


def play(order: list[Recorded]) -> World:
    """All of it is heard at one moment; then people act, and time passes."""
    world = World(now=NOW)
    for at, event in order:
        world.hear(event, at=at)
    _people_act(world)
    world.until(NOW + timedelta(days=60))
    return world


def _people_act(world: World) -> None:
    for number, who in ((1, ANNA), (1, BOB), (2, ANNA), (5, BOB)):
        player = Player(world, interview=f"ats:i{number}")
        player.held(who)
        player.card(who)
    player = Player(world, interview="ats:i4")
    player.held("ats:carla", Held.CANDIDATE_ABSENT)
    for number in (1, 2, 5):
        candidate = AsCandidate(world, interview=f"ats:i{number}")
        candidate.me = f"{CANDIDATE}{number}"
        candidate.review_and_decide()
    Player(world, interview="ats:i5").decide(DECIDER, Choice.HOLD, until=NOW + timedelta(days=9))


class AsCandidate(Player):
    me: str = CANDIDATE

    def review_and_decide(self) -> None:
        from feedback.domain.words import Review  # noqa: PLC0415 - for this act alone
        from feedback.use_cases import submit_review  # noqa: PLC0415 - see above

        self._do(submit_review, submit_review.SubmitReview, self.me, review=Review(), seen=0)
        self.decide(self.me, Choice.ADVANCE)


def final(world: World) -> dict[str, Any]:
    """What stands in the end: how many events led there is not part of it."""
    rows = {
        f"{table}/{row_id}": _uncounted(row)
        for table, found in world.rows.items()
        for row_id, row in found.items()
    }
    return rows | {"timers": dict(world.timers), "told": last_states(world)}


def _uncounted(row: Any) -> Any:
    """Without the revisions that are ours to count, in the keys of our own words too."""
    if isinstance(row, Application):
        own = [one for one in row.words if one.key.startswith("parley.round.")]
        words = [replace(one, key="own") if one in own else one for one in row.words]
        row = replace(row, words=tuple(words))
    return replace(row, revision=0) if hasattr(row, "revision") else row


def last_states(world: World) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _, event in world.published:
        state = event.model_dump(exclude={"revision"})
        found[event.aggregate_id] = state.get("round") or state.get("application")
    return found


def by_time() -> list[Recorded]:
    return sorted(chain(*DAY.values()), key=lambda one: one[0])


BASELINE = final(play(by_time()))


@pytest.mark.parametrize("order", list(permutations(DAY)), ids=" ".join)
def test_topic_wholly_before_another_ends_the_same(order: tuple[str, ...]) -> None:
    world = play(list(chain(*(DAY[topic] for topic in order))))
    end = final(world)
    assert end.keys() == BASELINE.keys()
    for key, value in BASELINE.items():
        assert end[key] == value, key


def test_day_leads_somewhere() -> None:
    world = play(by_time())
    kinds = {type(event) for _, event in world.published}
    assert rounds.RevealedToCandidate in kinds
    assert rounds.RoundClosed in kinds
    assert rounds.NoShowReported in kinds
    assert all(world.rows["application"][f"ats:a{n}"].opened for n in range(1, 6))


def test_whole_day_sent_again_changes_nothing() -> None:
    world = play(by_time())
    before = (dict(world.rows["round"]), len(world.published))
    for _, event in DAY["interviews"]:
        _again(world, event)
    assert (dict(world.rows["round"]), len(world.published)) == before


def _again(world: World, event: Event) -> None:
    refusal = world.hear(event)
    assert refusal is not None
    assert refusal.reason == "older"
