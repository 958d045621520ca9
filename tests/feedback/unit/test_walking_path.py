"""From the booking to the match, in memory."""

from datetime import timedelta
from typing import Any

from tests.feedback.builders import (
    ANNA,
    APPLICATION,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    DECIDER,
    INTERVIEW,
    RECRUITER,
    SESSION_AT,
    World,
    booked,
    closed,
    ended,
    opened,
    revisions,
)

from feedback.domain.round import CloseReason
from feedback.domain.words import Choice, Held, Judgement, Review, Scorecard
from feedback.use_cases import (
    answer_question,
    ask_questions,
    read_preparation,
    record_decision,
    release_feedback,
    report_held,
    submit_review,
    submit_scorecard,
)
from parley_contracts import rounds
from parley_contracts.applications import ScorecardSubmittedUpstream

END = SESSION_AT + timedelta(hours=1)


EXPECTED = [
    "PreparationReady",
    "PreparationRead",
    "QuestionAsked",
    "QuestionAnswered",
    *["FeedbackRequested"] * 3,
    "DecisionRequested",
    *["FeedbackSubmitted"] * 4,
    "RevealedToCandidate",
    "CandidateFeedbackReleased",
    "DecisionRecorded",
    "RoundDecided",
    "MatchReached",
    "RevealedToCompany",
    "RoundClosed",
]


def action(person_id: str) -> dict[str, Any]:
    return {"interview_id": INTERVIEW, "person_id": person_id, "generation": 1}


def test_day_from_booking_to_match() -> None:
    world = World()
    world.hear(opened(), booked())
    world.do(read_preparation, read_preparation.ReadPreparation(**action(CANDIDATE)))
    world.do(
        ask_questions,
        ask_questions.AskQuestions(**action(CANDIDATE), questions=(("Why this team?", "team"),)),
    )
    world.do(
        answer_question,
        answer_question.AnswerQuestion(**action(ANNA), question_id="q1", answer="Because."),
    )
    world.until(END)
    world.hear(ended())
    world.hear(
        ScorecardSubmittedUpstream(
            application_id=APPLICATION, interview_id=INTERVIEW, interviewer_id=ATS_SEAT
        )
    )
    for person in (ANNA, BOB):
        world.do(
            report_held,
            report_held.ReportHeld(**action(person), session_id="s1", held=Held.HELD),
        )
        card = Scorecard(judgement=Judgement.YES, evidence="Clear.", for_candidate="Well done.")
        world.do(
            submit_scorecard,
            submit_scorecard.SubmitScorecard(**action(person), session_id="s1", card=card, seen=0),
        )
    world.do(
        submit_review, submit_review.SubmitReview(**action(CANDIDATE), review=Review(), seen=0)
    )
    world.do(release_feedback, release_feedback.ReleaseFeedback(**action(RECRUITER), text="Good."))
    for person in (DECIDER, CANDIDATE):
        decision = record_decision.RecordDecision(**action(person), choice=Choice.ADVANCE, pair=1)
        assert world.do(record_decision, decision) is None
    world.until(END + timedelta(days=2))
    world.hear(closed("hired"))
    world.until(END + timedelta(days=200))
    assert [kind for kind in world.kinds() if not kind.startswith("CandidateUpdate")] == EXPECTED
    assert world.round().close_reason is CloseReason.COMPLETE
    assert world.said(rounds.MatchReached)[0].round.pair.match
    assert not world.timers
    for found in revisions(world.published).values():
        assert found == list(range(1, len(found) + 1))
