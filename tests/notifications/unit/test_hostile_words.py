"""Whatever anybody writes stands in every mail as they wrote it, on one line, and is nothing but words there."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from tests.notifications.letters import (
    ABOUT,
    BEFORE,
    MEETING,
    PEOPLE,
    message_of,
    method_of,
    part_of,
    roles_of,
    write,
)
from tests.support.hostile import TEXT, dom, dom_with, followed, original, twin

from notifications.adapters.letterhead import one_line
from notifications.adapters.mail import Sender, mail_of
from notifications.domain.catalogue import PARTS
from notifications.domain.correspondence import Line, Meeting, Part
from notifications.domain.interview import Place

SENDER = Sender("Parley", "parley@corp.example")
SAID = [(kind, role) for kind in sorted(PARTS) for role in roles_of(kind)]


def mailed(kind: str, role: str, words: str) -> EmailMessage:
    """The mail in which everything that somebody wrote is these words."""
    people = {key: replace(one, name=words, title=words) for key, one in PEOPLE.items()}
    place = Place(kind="onsite", address=words, dial_in=words, instructions=words)
    meeting, was = (replace(one, title=words, place=place) for one in (MEETING, BEFORE))
    plain = message_of(part_of(kind, role), method=method_of(kind))
    (part,) = plain.parts
    message = replace(
        plain,
        parts=(_said(part, meeting, was, words),),
        entry=None if plain.entry is None else replace(plain.entry, meeting=meeting),
        about=replace(ABOUT, job_title=words, stage_name=words, roles=(("ivan", words),)),
    )
    letter = write(message, "en-GB", people)
    reader = people[message.person_id]
    mail = mail_of(message, letter, reader, people["cora"], SENDER)
    parsed = message_from_bytes(mail.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def _said(part: Part, meeting: Meeting, was: Meeting, words: str) -> Part:
    def lines(some: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(replace(one, job_title=words) for one in some)

    return replace(part, meeting=meeting, was=was, lines=lines(part.lines), news=lines(part.news))


def body(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def seen(text: str) -> str:
    """As a reader has it who was never shown a direction or a line that is none."""
    return one_line(original(text)) if original(text) != text else text


@pytest.mark.parametrize(("kind", "role"), SAID)
def test_written_words_are_words_in_every_mail(kind: str, role: str) -> None:
    plain = mailed(kind, role, twin(TEXT))

    mail = mailed(kind, role, TEXT)

    assert dom(body(mail, "html")) == dom_with(body(plain, "html"), seen)
    assert not [one for one in followed(body(plain, "html")) if "twin" in one]
    assert one_line(TEXT) in body(mail, "plain").replace("\r\n", "\n")
    assert mail.keys() == plain.keys()


def test_no_mail_shows_a_direction_or_a_line_that_is_none() -> None:
    hidden = set(TEXT) - set(one_line(TEXT)) - {"\r", "\n"}
    assert hidden == {"\u202c", "\u202e", "\u2028"}

    for kind, role in SAID:
        mail = mailed(kind, role, TEXT)
        for name in ("plain", "html"):
            assert not hidden & set(body(mail, name)), (kind, role)
