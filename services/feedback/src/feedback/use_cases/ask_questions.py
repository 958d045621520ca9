"""The candidate asks something beforehand: of everyone, or of one of those they will meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.page import may_ask
from feedback.domain.roles import Role
from feedback.domain.round import Round
from feedback.domain.words import Question
from feedback.ports import Work
from feedback.use_cases.enter_round import NOT_YOURS, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal

MOST_QUESTIONS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuestions:
    interview_id: str
    person_id: str
    generation: int
    questions: tuple[tuple[str, str | None], ...]
    """Text and theme."""
    for_id: str | None = None
    """One interviewer; everyone where none is named."""


def needs(message: AskQuestions, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def ask_questions(message: AskQuestions, work: Work, *, now: datetime) -> Refusal | None:
    """The same question of the same people twice is one: a form posted again changes nothing."""
    round_ = enter_round(message, work, Role.CANDIDATE)
    if isinstance(round_, Refusal):
        return round_
    if not may_ask(round_):
        return Refusal("too_late_to_ask")
    for_ids = _asked_of(round_, message.for_id)
    if not for_ids:
        return NOT_YOURS
    fresh = tuple(_fresh(round_, message, for_ids, now=now))
    if not fresh:
        return None
    if len(round_.questions) + len(fresh) > MOST_QUESTIONS:
        return Refusal("too_many_questions")
    publish_round(work, round_, changed(round_, questions=round_.questions + fresh), now=now)
    return None


def _asked_of(round_: Round, for_id: str | None) -> tuple[str, ...]:
    everyone = tuple(dict.fromkeys(i for one in round_.sessions for i in one.interviewers))
    if for_id is None:
        return everyone
    return (for_id,) if for_id in everyone else ()


def _fresh(
    round_: Round, message: AskQuestions, for_ids: tuple[str, ...], *, now: datetime
) -> Iterator[Question]:
    alone = message.for_id is not None
    known = {
        (one.text, person, one.alone and not alone)
        for one in round_.questions
        for person in one.for_ids
    }
    number = len(round_.questions)
    for text, theme in message.questions:
        asked = {(text, person, False) for person in for_ids}
        if asked <= known:
            continue
        known |= asked
        number += 1
        yield Question(
            id=f"q{number}", text=text, theme=theme, for_ids=for_ids, alone=alone, asked_at=now
        )
