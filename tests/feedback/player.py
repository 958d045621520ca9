"""People who act in a round, each with words of their own that can be told apart wherever they turn up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.feedback.builders import CANDIDATE, DECIDER, INTERVIEW, RECRUITER, World

from feedback.domain.page import RoundPage, page_of
from feedback.domain.words import (
    Audience,
    Choice,
    Held,
    Judgement,
    Review,
    ReviewPart,
    Scorecard,
    Side,
    TopicNote,
)
from feedback.use_cases import (
    answer_question,
    ask_questions,
    read_preparation,
    record_decision,
    release_feedback,
    report_held,
    submit_review,
    submit_scorecard,
    waive_card,
)
from feedback.working_set import Refusal


@dataclass
class Player:
    """Plays one interview in a world; `secrets` are put into all that is sealed."""

    world: World
    secrets: str = ""
    judgement: Judgement = Judgement.YES
    written: int = 0
    interview: str = INTERVIEW
    refused: list[str] = field(default_factory=list)

    def words(self, what: str, who: str) -> str:
        self.written += 1
        return f"<{what}:{who.rpartition(':')[2]}:{self.written}{self.secrets}>"

    def page(self, person_id: str) -> RoundPage | None:
        round_ = self.world.rows["round"][self.interview]
        application = self.world.rows["application"].get(round_.application_id)
        return page_of(round_, application, person_id)

    def sees(self, person_id: str) -> str:
        return repr(self.page(person_id))

    def read(self, who: str) -> Refusal | None:
        return self._do(read_preparation, read_preparation.ReadPreparation, who)

    def ask(self, text: str = "Why?") -> Refusal | None:
        return self._do(
            ask_questions, ask_questions.AskQuestions, CANDIDATE, questions=((text, None),)
        )

    def answer(self, who: str, question_id: str = "q1", text: str = "So.") -> Refusal | None:
        return self._do(
            answer_question,
            answer_question.AnswerQuestion,
            who,
            question_id=question_id,
            answer=text,
        )

    def held(self, who: str, held: Held = Held.HELD, session_id: str = "s1") -> Refusal | None:
        return self._do(report_held, report_held.ReportHeld, who, session_id=session_id, held=held)

    def scorecard(self, who: str) -> Scorecard:
        return Scorecard(
            judgement=self.judgement,
            evidence=self.words("evidence", who),
            topics=(TopicNote(topic="Design", note=self.words("note", who)),),
            learned=self.words("learned", who),
            for_candidate=self.words("for", who),
        )

    def card(self, who: str, session_id: str = "s1") -> Refusal | None:
        known = self.world.rows["round"][self.interview].card(session_id, who)
        return self._do(
            submit_scorecard,
            submit_scorecard.SubmitScorecard,
            who,
            session_id=session_id,
            card=self.scorecard(who),
            seen=len(known.versions) if known is not None else 0,
        )

    def review(self) -> Refusal | None:
        parts = (
            ReviewPart(part="team", text=self.words("open", "team"), audience=Audience.TEAM),
            ReviewPart(part="role", text=self.words("sum", "role")),
            ReviewPart(part="other", text=self.words("own", "me"), audience=Audience.NOBODY),
        )
        return self._review(Review(parts=parts))

    def nothing(self) -> Refusal | None:
        return self._review(Review())

    def decide(self, who: str, choice: Choice, *, until: datetime | None = None) -> Refusal | None:
        if choice is Choice.HOLD and until is None:
            until = self.world.now + timedelta(days=9)
        pair = self.world.rows["round"][self.interview].pair
        known = pair.side(Side.CANDIDATE if who == CANDIDATE else Side.COMPANY).verdict
        return self._do(
            record_decision,
            record_decision.RecordDecision,
            who,
            choice=choice,
            pair=pair.number,
            seen=known.at if known is not None else None,
            hold_until=until,
            note=self.words("reason", who),
        )

    def decides(self, side: Side, choice: Choice) -> Refusal | None:
        return self.decide(CANDIDATE if side is Side.CANDIDATE else DECIDER, choice)

    def waive(self, interviewer_id: str, who: str = RECRUITER) -> Refusal | None:
        return self._do(
            waive_card,
            waive_card.WaiveCard,
            who,
            session_id="s1",
            interviewer_id=interviewer_id,
        )

    def release(self, who: str = RECRUITER, text: str = "<released>") -> Refusal | None:
        return self._do(release_feedback, release_feedback.ReleaseFeedback, who, text=text)

    def _review(self, review: Review) -> Refusal | None:
        seen = len(self.world.rows["round"][self.interview].review.versions)
        return self._do(
            submit_review, submit_review.SubmitReview, CANDIDATE, review=review, seen=seen
        )

    def _do(
        self, module: object, command: Callable[..., object], who: str, **fields: object
    ) -> Refusal | None:
        made = command(interview_id=self.interview, person_id=who, generation=1, **fields)
        refusal = self.world.do(module, made)
        self.refused.append(refusal.reason if refusal is not None else "")
        return refusal
