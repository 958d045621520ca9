"""The domain knows no contracts, and means the same by the same words; every event has its use."""

from enum import StrEnum

import pytest

from feedback.domain import application, happened, round, words  # noqa: A004 - the module's name
from feedback.use_cases.publish_round import EVENTS
from feedback.web.prepare import bank
from parley_contracts import candidate_updates, rounds
from parley_contracts.topics import ROUNDS

SAME: tuple[tuple[type[StrEnum], type[StrEnum]], ...] = (
    (words.Side, rounds.Side),
    (words.Held, rounds.Held),
    (words.Choice, rounds.Decision),
    (round.CardStatus, rounds.FeedbackStatus),
    (round.CloseReason, rounds.RoundCloseReason),
    (happened.Kind, rounds.FeedbackKind),
    (application.Status, candidate_updates.ApplicationStatus),
    (application.WordKind, candidate_updates.Word),
)


@pytest.mark.parametrize(("ours", "theirs"), SAME, ids=lambda one: one.__name__)
def test_words_mean_the_same(ours: type[StrEnum], theirs: type[StrEnum]) -> None:
    assert {one.value for one in ours} == {one.value for one in theirs}


def test_every_event_of_a_round_is_published() -> None:
    """A snapshot is the one that nothing leads to but an operator."""
    assert set(EVENTS) == set(happened.What)
    assert {*EVENTS.values(), rounds.RoundSnapshot} == set(ROUNDS.events.values())


def test_bank_has_several_questions_for_each_theme() -> None:
    assert [theme.id for theme in bank()] == [str(one) for one in words.Theme]
    assert all(len(theme.questions) >= 4 for theme in bank())
