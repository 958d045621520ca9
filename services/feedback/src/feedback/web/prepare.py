"""Before: what both sides read, and what the candidate asks. GET and POST /prepare/<interview>/<person>."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import Response

from feedback.domain.roles import COMPANY, Role
from feedback.domain.words import Side
from feedback.use_cases import answer_question, ask_questions, read_preparation
from feedback.web.frame import BadForm, choice, text
from feedback.web.pay import pay_range
from feedback.web.visit import Form, Visit, Visits

PURPOSE = "prepare"
QUESTION = 500
ANSWER = 2000
SOMETHING = "Choose a question, or write one of your own."


@dataclass(frozen=True, slots=True)
class Theme:
    """A part of the bank of questions."""

    id: str
    title: str
    questions: tuple[tuple[str, str], ...]
    """Id and text."""


@cache
def bank() -> tuple[Theme, ...]:
    data = tomllib.loads((files("feedback.web") / "question_bank.toml").read_text())
    return tuple(
        Theme(
            name,
            theme["title"],
            tuple((f"{name}-{n}", words) for n, words in enumerate(theme["questions"], start=1)),
        )
        for name, theme in data.items()
    )


def router(visits: Visits) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    path = f"/{PURPOSE}/{{interview}}/{{person}}"

    @routes.api_route(path, methods=["GET", "HEAD"])
    async def show(request: Request, interview: str, person: str) -> Response:
        visit = await visits.arrive(request, PURPOSE, interview, person, Role.CANDIDATE, *COMPANY)
        if isinstance(visit, Response):
            return visit
        side = Side.CANDIDATE if visit.page.side is Side.CANDIDATE else Side.COMPANY
        audiences = ("both", "candidate" if side is Side.CANDIDATE else "interviewers")
        materials = [one for one in visit.page.materials if one.get("audience") in audiences]
        return visits.show(
            "prepare.html",
            visit,
            bank=bank(),
            materials=materials,
            asked=_asked_of_everyone(visit),
            begun=_has_begun(visit),
            pay=pay_range(visit.page.pay),
        )

    @routes.post(path)
    async def act(request: Request, interview: str, person: str) -> Response:
        visit, form = await visits.post(request, PURPOSE, interview, person)
        match choice(form, "do", {"read": 1, "ask": 1, "answer": 1, "talked": 1}):
            case "read":
                read = read_preparation.ReadPreparation(**visit.action.fields)
                return await visits.do(visit, read_preparation, read)
            case "ask":
                return await visits.do(visit, ask_questions, _asked(visit, form))
            case _:
                return await visits.do(visit, answer_question, _answered(visit, form))

    return routes


def _asked_of_everyone(visit: Visit) -> frozenset[str]:
    everyone = {
        seat.interviewer_id
        for shown in visit.page.sessions
        for seat in shown.session.seats
        if not seat.shadow
    }
    return frozenset(
        one.text for one in visit.page.readable.questions if everyone <= set(one.for_ids)
    )


def _has_begun(visit: Visit) -> bool:
    starts = (one.session.starts_at for one in visit.page.sessions)
    return any(one is not None and one <= visit.now for one in starts)


def _asked(visit: Visit, form: Form) -> ask_questions.AskQuestions:
    known = {key: (words, theme.id) for theme in bank() for key, words in theme.questions}
    picked = form.get("picked", [])
    if any(key not in known for key in picked):
        raise BadForm("picked", "Please choose among the questions shown.")
    questions: list[tuple[str, str | None]] = [known[key] for key in picked]
    own = text(form, "question", most=QUESTION)
    if own:
        questions.append((own, None))
    if not questions:
        raise BadForm("question", SOMETHING)
    return ask_questions.AskQuestions(
        **visit.action.fields,
        questions=tuple(questions),
        for_id=text(form, "for", most=128) or None,
    )


def _answered(visit: Visit, form: Form) -> answer_question.AnswerQuestion:
    talked = text(form, "do", most=10) == "talked"
    return answer_question.AnswerQuestion(
        **visit.action.fields,
        question_id=text(form, "question_id", most=128, least=1),
        answer="" if talked else text(form, "answer", most=ANSWER, least=1),
    )
