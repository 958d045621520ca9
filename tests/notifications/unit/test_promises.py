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
