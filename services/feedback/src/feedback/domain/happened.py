"""What happened in a round, for those outside: never what anyone wrote, nor a verdict before it is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feedback.domain.round import CloseReason
from feedback.domain.words import Side


class What(StrEnum):
    NO_SHOW_REPORTED = "no_show_reported"
    PREPARATION_READY = "preparation_ready"
    PREPARATION_READ = "preparation_read"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    FEEDBACK_REQUESTED = "feedback_requested"
    FEEDBACK_SUBMITTED = "feedback_submitted"
    FEEDBACK_AMENDED = "feedback_amended"
    FEEDBACK_WAIVED = "feedback_waived"
    FEEDBACK_OVERDUE = "feedback_overdue"
    DECISION_REQUESTED = "decision_requested"
    DECISION_RECORDED = "decision_recorded"
    DECIDED = "decided"
    MATCHED = "matched"
    REVEALED_TO_CANDIDATE = "revealed_to_candidate"
    REVEALED_TO_COMPANY = "revealed_to_company"
    FEEDBACK_RELEASED = "feedback_released"
    CLOSED = "closed"


class Kind(StrEnum):
    SCORECARD = "scorecard"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """`what` says which of the rest is there."""

    what: What
    person_id: str = ""
    session_id: str | None = None
    question_id: str = ""
    kind: Kind = Kind.SCORECARD
    side: Side = Side.COMPANY
    absent: Side = Side.COMPANY
    ids: tuple[str, ...] = ()
    due_at: datetime | None = None
    reason: CloseReason = CloseReason.COMPLETE
