"""The round of the same interview as feedback tells it: prepared, asked, judged by both sides, decided."""

from datetime import datetime, timedelta
from typing import Final

from parley_contracts.event import Event
from parley_contracts.rounds import (
    CandidateFeedbackReleased,
    Card,
    Decision,
    DecisionRecorded,
    DecisionRequested,
    FeedbackAmended,
    FeedbackKind,
    FeedbackOverdue,
    FeedbackRequested,
    FeedbackStatus,
    FeedbackSubmitted,
    FeedbackWaived,
    Gates,
    Held,
    MatchReached,
    NoShowReported,
    Pair,
    Preparation,
    PreparationRead,
    PreparationReady,
    QuestionAnswered,
    QuestionAsked,
    Questions,
    RevealedToCandidate,
    RevealedToCompany,
    Review,
    Round,
    RoundClosed,
    RoundCloseReason,
    RoundDecided,
    RoundSession,
    RoundStatus,
    Side,
    SideOfPair,
    Told,
)
from parley_contracts.samples.ats_applications import (
    APPLICATION,
    INTERVIEW,
    JOB,
    SESSION,
    STAGE,
    TEAM,
)
from parley_contracts.samples.ats_people import CANDIDATE, LEAD, PEER
from parley_contracts.samples.parley_interviews import STARTS_AT

_QUESTION: Final = "0195a3f0-0000-7000-8000-0000000000aa"
_ENDED: Final = STARTS_AT + timedelta(minutes=SESSION.minutes)
_CARD_DUE: Final = _ENDED + timedelta(days=1)
_DUE: Final = _ENDED + timedelta(days=5)

PREPARING: Final = Round(
    interview_id=INTERVIEW,
    application_id=APPLICATION,
    candidate_id=CANDIDATE,
    status=RoundStatus.PREPARING,
    hiring_team=TEAM,
    job_title=JOB.title,
    stage_name=STAGE.name,
    sessions=(RoundSession(session_id=SESSION.session_id),),
    preparation=Preparation(ready_at=STARTS_AT - timedelta(days=4)),
)


def _cards(lead: FeedbackStatus, peer: FeedbackStatus) -> tuple[Card, ...]:
    who = ((LEAD, lead), (PEER, peer))
    return tuple(
        Card(session_id=SESSION.session_id, interviewer_id=one, status=status, due_at=_CARD_DUE)
        for one, status in who
    )


def _collecting(
    lead: FeedbackStatus, peer: FeedbackStatus, review: FeedbackStatus, **changed: object
) -> Round:
    told: dict[str, object] = {
        "status": RoundStatus.COLLECTING,
        "sessions": (RoundSession(session_id=SESSION.session_id, ended_at=_ENDED, held=Held.HELD),),
        "cards": _cards(lead, peer),
        "review": Review(status=review, due_at=_CARD_DUE),
        "preparation": Preparation(
            ready_at=STARTS_AT - timedelta(days=4), read_by=(CANDIDATE, LEAD)
        ),
        "questions": Questions(asked=1, answered=1),
        "pair": Pair(due_at=_DUE),
        "feedback_due_at": _DUE,
    }
    return PREPARING.model_copy(update=told | changed)


_ASKED, _IN, _WAIVED = FeedbackStatus.ASKED, FeedbackStatus.SUBMITTED, FeedbackStatus.WAIVED
_A_OPENED: Final = _ENDED + timedelta(days=1, hours=2)
_OPEN_A: Final = Gates(a_opened_at=_A_OPENED, to_candidate_at=_A_OPENED)
_DECIDED_AT: Final = _ENDED + timedelta(days=2)
_ADVANCE: Final = SideOfPair(
    recorded=True, told=Told(decision=Decision.ADVANCE, told_at=_DECIDED_AT)
)
_DECIDED: Final = _collecting(
    _IN,
    _WAIVED,
    _IN,
    gates=_OPEN_A,
    pair=Pair(due_at=_DUE, company=_ADVANCE, candidate=_ADVANCE, match=True),
)
_RELEASED: Final = _DECIDED.model_copy(update={"feedback_released_at": _ENDED + timedelta(days=4)})
_GATE_B: Final = _ENDED + timedelta(days=30)
_OPEN_B: Final = _RELEASED.model_copy(
    update={"gates": _OPEN_A.model_copy(update={"b_opened_at": _GATE_B})}
)

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    (STARTS_AT - timedelta(days=4), PreparationReady(revision=1, round=PREPARING)),
    (
        STARTS_AT - timedelta(days=3),
        PreparationRead(
            revision=2,
            round=PREPARING.model_copy(
                update={
                    "preparation": Preparation(
                        ready_at=STARTS_AT - timedelta(days=4), read_by=(CANDIDATE,)
                    )
                }
            ),
            person_id=CANDIDATE,
        ),
    ),
    (
        STARTS_AT - timedelta(days=2, hours=23),
        QuestionAsked(
            revision=3,
            round=PREPARING.model_copy(update={"questions": Questions(asked=1)}),
            question_id=_QUESTION,
            for_ids=(LEAD,),
        ),
    ),
    (
        STARTS_AT - timedelta(days=1),
        QuestionAnswered(
            revision=4,
            round=PREPARING.model_copy(update={"questions": Questions(asked=1, answered=1)}),
            question_id=_QUESTION,
            answered_by=LEAD,
        ),
    ),
    (
        _ENDED,
        FeedbackRequested(
            revision=5,
            round=_collecting(_ASKED, _ASKED, _ASKED),
            kind=FeedbackKind.SCORECARD,
            person_id=LEAD,
            session_id=SESSION.session_id,
            due_at=_CARD_DUE,
        ),
    ),
    (
        _ENDED,
        FeedbackRequested(
            revision=6,
            round=_collecting(_ASKED, _ASKED, _ASKED),
            kind=FeedbackKind.REVIEW,
            person_id=CANDIDATE,
            due_at=_CARD_DUE,
        ),
    ),
    (_ENDED, DecisionRequested(revision=7, round=_collecting(_ASKED, _ASKED, _ASKED))),
    (
        _ENDED + timedelta(hours=1),
        FeedbackSubmitted(
            revision=8,
            round=_collecting(_IN, _ASKED, _ASKED),
            kind=FeedbackKind.SCORECARD,
            person_id=LEAD,
            session_id=SESSION.session_id,
        ),
    ),
    (
        _ENDED + timedelta(hours=2),
        FeedbackAmended(
            revision=9,
            round=_collecting(_IN, _ASKED, _ASKED),
            kind=FeedbackKind.SCORECARD,
            person_id=LEAD,
            session_id=SESSION.session_id,
        ),
    ),
    (
        _CARD_DUE,
        FeedbackOverdue(
            revision=10,
            round=_collecting(_IN, _ASKED, _IN),
            kind=FeedbackKind.SCORECARD,
            person_id=PEER,
            session_id=SESSION.session_id,
        ),
    ),
    (
        _A_OPENED,
        FeedbackWaived(
            revision=11,
            round=_collecting(_IN, _WAIVED, _IN, gates=Gates(a_opened_at=_A_OPENED)),
            kind=FeedbackKind.SCORECARD,
            person_id=PEER,
            session_id=SESSION.session_id,
        ),
    ),
    (
        _A_OPENED,
        RevealedToCandidate(revision=12, round=_collecting(_IN, _WAIVED, _IN, gates=_OPEN_A)),
    ),
    (
        _A_OPENED + timedelta(hours=3),
        DecisionRecorded(
            revision=13,
            round=_collecting(
                _IN,
                _WAIVED,
                _IN,
                gates=_OPEN_A,
                pair=Pair(due_at=_DUE, candidate=SideOfPair(recorded=True)),
            ),
            side=Side.CANDIDATE,
        ),
    ),
    (_DECIDED_AT, RoundDecided(revision=15, round=_DECIDED)),
    (_DECIDED_AT, MatchReached(revision=16, round=_DECIDED)),
    (_ENDED + timedelta(days=4), CandidateFeedbackReleased(revision=17, round=_RELEASED)),
    (_GATE_B, RevealedToCompany(revision=18, round=_OPEN_B)),
    (
        _GATE_B,
        RoundClosed(
            revision=19,
            round=_OPEN_B.model_copy(update={"status": RoundStatus.CLOSED, "closed_at": _GATE_B}),
            reason=RoundCloseReason.COMPLETE,
        ),
    ),
    (
        _ENDED + timedelta(minutes=5),
        NoShowReported(
            revision=5,
            round=PREPARING.model_copy(
                update={
                    "interview_id": "greenhouse:113205",
                    "status": RoundStatus.COLLECTING,
                    "sessions": (
                        RoundSession(
                            session_id=SESSION.session_id,
                            ended_at=_ENDED,
                            held=Held.INTERVIEWERS_ABSENT,
                        ),
                    ),
                }
            ),
            session_id=SESSION.session_id,
            absent=Side.COMPANY,
            absent_ids=(LEAD, PEER),
            reported_by=Side.CANDIDATE,
        ),
    ),
)
