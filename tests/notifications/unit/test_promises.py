"""A mail promises what is there: no form that is not built, no link that it does not hold."""

from dataclasses import replace

import pytest
from tests.notifications.letters import letter_of, message_of, part_of, write


@pytest.mark.parametrize(
    ("locale", "promise"), [("en", "answer this mail"), ("de", "antworten Sie auf diese Mail")]
)
@pytest.mark.parametrize("kind", ["offer", "nudge"])
def test_whom_no_time_fits_is_told_whom_to_ask(kind: str, locale: str, promise: str) -> None:
    dated, undated = (
        write(message_of(one), locale).text
        for one in (part_of(kind, "candidate"), replace(part_of(kind, "candidate"), at=None))
    )

    assert promise in dated
    assert promise in undated


@pytest.mark.parametrize("locale", ["en", "de"])
def test_what_was_missed_can_be_moved_no_more(locale: str) -> None:
    text = letter_of("missed", "candidate", locale).text

    assert "/book/" not in text
    assert "/home/home" in text


@pytest.mark.parametrize("kind", ["invite", "moved", "changed", "cancelled"])
@pytest.mark.parametrize(
    ("role", "locale", "page", "words"),
    [
        ("candidate", "en", "/book/", "use the link above to move or cancel it"),
        ("candidate", "de", "/book/", "zum Verschieben oder Absagen den Link oben"),
        ("interviewer", "en", "/seat/", "if you cannot make it, please use the link above"),
        ("interviewer", "de", "/seat/", "nutzen Sie den Link oben, wenn Sie nicht können"),
    ],
)
def test_the_link_above_is_there(kind: str, role: str, locale: str, page: str, words: str) -> None:
    letter = letter_of(kind, role, locale)
    there = kind != "cancelled"

    assert (page in letter.text) == there
    assert [words in one for one in (letter.text, letter.html)] == [there, there]


@pytest.mark.parametrize(
    ("locale", "move", "words"),
    [("en", "move", "if you cannot make it"), ("de", "Verschieben", "wenn Sie nicht können")],
)
def test_an_interviewers_entry_promises_no_move(locale: str, move: str, words: str) -> None:
    entry = letter_of("invite", "interviewer", locale).description

    assert words in entry
    assert move not in entry
    assert move in letter_of("invite", "candidate", locale).description
