"""What the rules of the seals say, in the plainest words, and the orders in which a round may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.feedback.builders import (
    ANNA,
    APPLICATION,
    BOB,
    SESSION_AT,
    World,
    booked,
    closed,
    ended,
    opened,
)
from tests.feedback.player import Player

from feedback.domain.words import Choice, Held, Judgement, Side
from parley_contracts import applications

END = SESSION_AT + timedelta(hours=1)


@dataclass
class Oracle:
    """What the rules say, from what happened and in the plainest words; it reads no seal."""

    player: Player
    promised_days: int = 5
    cards: set[str] = field(default_factory=set)
    waived: set[str] = field(default_factory=set)
    reviewed: bool = False
    ended: bool = False
    closed_since: datetime | None = None
    gate_a: bool = False
    gate_b: bool = False
    absent: dict[str, Held] = field(default_factory=dict)
    verdicts: dict[Side, Choice] = field(default_factory=dict)
    opened_once: dict[str, set[str]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.player.world.now

    @property
    def held(self) -> bool:
        said = set(self.absent.values())
        return not said or Held.HELD in said

    @property
    def over(self) -> bool:
        return self.player.world.round().closed_at is not None

    def look(self) -> None:
        if self.over and not self.gate_b and not self.ended:
            return
        required = {ANNA, BOB} - self.waived
        if self.ended and self.held:
            complete = required <= self.cards and self.reviewed
            self.gate_a = self.gate_a or complete or self.now >= END + timedelta(days=14)
        if self.gate_a and self.closed_since is not None:
            self.gate_b = self.gate_b or self.now >= self.closed_since + timedelta(days=7)


def act(oracle: Oracle, action: str) -> None:  # noqa: C901, PLR0912 - one line for each thing that may happen
    player, world = oracle.player, oracle.player.world
    was_closed = oracle.over
    match action.split():
        case ["ended"]:
            if not oracle.ended:
                world.until(max(world.now, END))
                world.hear(ended(promised_days=oracle.promised_days))
                oracle.ended = True
        case ["wait", days]:
            world.until(world.now + timedelta(days=int(days)))
        case ["card", who]:
            if player.card(f"ats:{who}") is None:
                oracle.cards.add(f"ats:{who}")
        case ["waive", who]:
            if player.waive(f"ats:{who}") is None:
                oracle.waived.add(f"ats:{who}")
        case ["review"] | ["nothing"]:
            refusal = player.review() if action == "review" else player.nothing()
            oracle.reviewed = oracle.reviewed or refusal is None
        case ["said", who, held]:
            if player.held(f"ats:{who}", Held(held)) is None:
                oracle.absent[who] = Held(held)
        case ["close", outcome]:
            world.hear(closed(outcome))
            oracle.closed_since = oracle.closed_since or world.now
        case ["reopen"]:
            world.hear(applications.ApplicationReopened(application_id=APPLICATION))
            oracle.closed_since = None
        case ["release"]:
            player.release()
        case [side, choice]:
            if player.decides(Side(side), Choice(choice)) is None:
                oracle.verdicts[Side(side)] = Choice(choice)
    if not was_closed:
        oracle.look()


ACTIONS = (
    "ended",
    "wait 1",
    "wait 3",
    "wait 6",
    "wait 8",
    "wait 13",
    "card anna",
    "card bob",
    "waive bob",
    "review",
    "nothing",
    "said anna held",
    "said bob candidate_absent",
    "said candidate interviewers_absent",
    "close rejected",
    "close hired",
    "close withdrawn",
    "reopen",
    "release",
    "company advance",
    "company hold",
    "company decline",
    "candidate advance",
    "candidate hold",
    "candidate decline",
)
days_of = st.lists(st.sampled_from(ACTIONS), max_size=16).map(lambda rest: ["ended", *rest])
any_order = st.permutations(
    (
        "ended",
        "card anna",
        "card bob",
        "review",
        "close rejected",
        "wait 8",
        "reopen",
        "company advance",
        "candidate hold",
        "release",
        "wait 6",
    )
)
CORES = (
    ("card anna", "card bob", "review", "close rejected", "wait 6", "review", "card anna"),
    ("card anna", "wait 13", "review", "close withdrawn", "wait 6", "nothing", "wait 1"),
    ("card bob", "waive bob", "card anna", "review", "close hired", "reopen", "wait 6", "wait 1"),
    ("company advance", "candidate hold", "wait 6", "candidate decline", "company hold"),
    ("said anna held", "said bob candidate_absent", "card anna", "review", "wait 13", "wait 1"),
)
core = st.sampled_from(CORES).flatmap(st.permutations).map(lambda rest: ["ended", *rest])
orders = st.one_of(core, core, days_of, any_order, st.lists(st.sampled_from(ACTIONS), max_size=20))
ALWAYS = (
    ["ended", "card anna", "review", "wait 13", "wait 1"],
    ["ended", "card anna", "wait 8", "wait 8", "review", "review"],
    ["ended", "card anna", "card bob", "review", "close rejected", "wait 6", "card bob", "wait 1"],
    ["ended", "card anna", "card bob", "review", "review", "close rejected", "wait 8", "card anna"],
    ["ended", "card bob", "card anna", "review", "close hired", "wait 6", "reopen", "wait 3"],
    ["ended", "company hold", "wait 3", "candidate advance", "wait 8", "company advance"],
    ["ended", "company advance", "wait 6", "candidate hold", "company decline"],
    ["ended", "candidate advance", "company decline", "candidate hold"],
    ["ended", "company advance", "candidate advance", "wait 6"],
    ["ended", "candidate hold", "company advance", "wait 6"],
    ["company decline", "ended", "candidate advance"],
    ["ended", "candidate decline", "company advance", "wait 6"],
    ["ended", "company advance", "close withdrawn", "wait 1"],
    ["ended", "candidate advance", "close hired", "wait 1"],
    ["ended", "close hired", "candidate hold", "wait 6"],
    ["close hired", "ended", "wait 1"],
)


def law(test: Callable[[list[str]], None]) -> Callable[[], None]:
    """Over all orders, and always over those on which a rule turns."""
    for actions in ALWAYS:
        test = example(actions)(test)
    return settings(deadline=None, max_examples=60)(given(orders)(test))


def begin(
    secrets: str = "", judgement: Judgement = Judgement.STRONG_NO, *, promised_days: int = 5
) -> Oracle:
    world = World()
    world.hear(opened(), booked(promised_days=promised_days))
    return Oracle(Player(world, secrets, judgement), promised_days)


def through(actions: list[str], check: Callable[[Oracle], None]) -> Oracle:
    oracle = begin()
    for action in actions:
        act(oracle, action)
        check(oracle)
    return oracle
