"""An interviewer answers a question of the candidate in writing, or says that they talked about it."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain import seals
from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.domain.round import Round
from feedback.domain.words import Question
from feedback.ports import Work
from feedback.use_cases.enter_round import enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    interview_id: str
    person_id: str
    generation: int
    question_id: str
    answer: str = ""
    """Empty where it was answered in the interview."""


def needs(message: AnswerQuestion, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def answer_question(message: AnswerQuestion, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.INTERVIEWER)
    if isinstance(round_, Refusal):
        return round_
    question = next((one for one in round_.questions if one.id == message.question_id), None)
    if question is None or not seals.reads_question(round_, question, message.person_id):
        return Refusal("no_such_question")
    if question.answered_at is not None:
        if question.answered_by != message.person_id:
            return Refusal("answered_already")
        return None if question.answer == message.answer else Refusal("answered_by_you")
    if not message.answer and not _has_begun(round_, now=now):
        return Refusal("not_begun")
    publish_round(work, round_, _with(round_, _answered(question, message, now=now)), now=now)
    return None


def _has_begun(round_: Round, *, now: datetime) -> bool:
    return any(one.starts_at is not None and one.starts_at <= now for one in round_.sessions)


def _answered(question: Question, message: AnswerQuestion, *, now: datetime) -> Question:
    return changed(
        question,
        answer=message.answer,
        in_interview=not message.answer,
        answered_by=message.person_id,
        answered_at=now,
    )


def _with(round_: Round, question: Question) -> Round:
    questions = tuple(question if one.id == question.id else one for one in round_.questions)
    return changed(round_, questions=questions)
