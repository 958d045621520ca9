"""Every event has its row, "nobody" included; every thing a mail says has its words in every language."""

from pathlib import Path

import pytest
from tests.notifications.letters import letter_of, roles_of

from notifications.consumers import EVENTS as SUBSCRIBED
from notifications.domain.catalogue import EVENTS, FACTS, PARTS, REASONS, Audience, as_markdown
from notifications.domain.formats import LANGUAGES
from notifications.domain.message import Kind
from parley_contracts.notifications import MessageKind
from parley_contracts.topics import consumed_by

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs" / "mails.md"
CONSUMED = {
    ce_type: model
    for topic in consumed_by("notifications")
    for ce_type, model in topic.events.items()
}


def test_every_event_of_every_consumed_topic_has_its_row() -> None:
    assert set(EVENTS) == set(CONSUMED)


def test_whoever_is_told_nothing_has_a_reason_beside_it() -> None:
    assert set(REASONS) == {event for event, tells in EVENTS.items() if not tells}


def test_what_is_told_is_subscribed_to() -> None:
    assert all(CONSUMED[event] in SUBSCRIBED for event, tells in EVENTS.items() if tells)


def test_notes_are_things_that_a_mail_can_say() -> None:
    notes = {
        one.what
        for tells in EVENTS.values()
        for one in tells
        if one.what != FACTS and one.audience is not Audience.DIGEST
    }

    assert notes <= set(PARTS)


def test_kinds_are_those_of_the_contract() -> None:
    assert {one.value for one in Kind} == {one.value for one in MessageKind}


def test_docs_are_written_from_the_table() -> None:
    marker = "<!-- from the catalogue -->\n"

    assert DOCS.read_text().split(marker)[1] == as_markdown()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", sorted(PARTS))
def test_words_are_as_they_were_agreed(kind: str, language: str) -> None:
    golden = ROOT / "tests" / "notifications" / "golden" / f"{kind}.{language}.txt"
    letters = [letter_of(kind, role, language) for role in roles_of(kind)]
    written = "\n====\n".join(f"Subject: {one.subject}\n\n{one.text}" for one in letters)

    if not golden.exists():
        golden.write_text(written)
        pytest.fail("written anew: read it, and run this again")

    assert written == golden.read_text()


@pytest.mark.parametrize("kind", sorted(PARTS))
def test_languages_say_it_differently(kind: str) -> None:
    english, german = (letter_of(kind, roles_of(kind)[0], one) for one in LANGUAGES)

    assert english.text != german.text
    assert "{" not in english.text + german.text
