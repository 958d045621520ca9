"""What happens twice before a mail is written is said once in it, and counted."""

import pytest
from tests.notifications.events import NOW
from tests.notifications.letters import message_of
from tests.notifications.letters import write as letter_of

from notifications.domain.correspondence import Correspondence, Line, Note, Part
from notifications.domain.desk import news_beside
from notifications.domain.dossier import Dossier
from notifications.domain.letters import write

IVAN = "ats:ivan"


def parts_of(*parts: Part) -> tuple[Part, ...]:
    """Of the one mail that these notes make."""
    letter = Correspondence(person_id=IVAN)
    for number, part in enumerate(parts):
        letter = letter.add_note(Note(key=f"{part.kind}:{number}", part=part))
    (draft,) = write(Dossier(id="i1").with_letter(letter), IVAN, now=NOW).drafts
    return draft.parts


def question(kind: str, person_id: str | None = None) -> Part:
    role = "interviewer" if kind == "question_asked" else "candidate"
    return Part(kind=kind, role=role, person_id=person_id)


@pytest.mark.parametrize(
    ("locale", "heading"),
    [
        ("en", "Ana Silva has 2 questions before Technical interview"),
        ("de", "Ana Silva hat 2 Fragen: Technical interview"),
    ],
)
def test_two_questions_at_once_are_one_section(locale: str, heading: str) -> None:
    parts = parts_of(question("question_asked"), question("question_asked"))

    letter = letter_of(message_of(*parts), locale)

    assert [part.count for part in parts] == [2]
    assert letter.subject == heading
    assert "2 " in letter.text.split("\n\n")[1]


@pytest.mark.parametrize(
    ("locale", "start"), [("en", "2 of your questions"), ("de", "2 Ihrer Fragen")]
)
def test_two_answers_of_one_interviewer_are_one_section(locale: str, start: str) -> None:
    parts = parts_of(question("question_answered", "ivan"), question("question_answered", "ivan"))

    assert letter_of(message_of(*parts), locale).subject.startswith(start)


def test_what_differs_stays_apart() -> None:
    parts = parts_of(question("question_answered", "ivan"), question("question_answered", "jun"))

    assert [part.count for part in parts] == [1, 1]


@pytest.mark.parametrize(
    ("needs", "moved", "left"),
    [
        ("update_due", "update_due", ()),
        ("update_overdue", "update_due", ()),
        ("card_missing", "card_overdue", ()),
        ("no_slots", "booked", ("booked",)),
    ],
)
def test_what_needs_the_reader_is_no_news_beside(
    needs: str, moved: str, left: tuple[str, ...]
) -> None:
    news = news_beside((Line(kind=needs, at=NOW),), (Line(kind=moved),))

    assert tuple(line.kind for line in news) == left


def test_news_of_another_interview_stays() -> None:
    mine, other = (Line(kind="expired", interview_id=one) for one in ("i1", "i2"))

    assert news_beside((mine,), (mine, other)) == (other,)
