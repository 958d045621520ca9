"""`parley.rounds.v1`: each event holds the round's whole public state besides what happened.

Nothing here tells a verdict before its reveal, nor what anyone wrote: that somebody was asked, answered or is late is
all that crosses. A recorded decision says of itself only that it is no decline, since a decline is told at once.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from parley_contracts.applications import PROMISED_DAYS, PromisedDays
from parley_contracts.counts import Count, Flag, Ordinal
from parley_contracts.event import StateEvent
from parley_contracts.ids import (
    ApplicationId,
    Id,
    InterviewerId,
    InterviewId,
    PersonId,
    SessionId,
)
from parley_contracts.known import Known
from parley_contracts.plan import MOST_SEATS, MOST_SESSIONS, DecideIn, HiringTeam
from parley_contracts.text import Title
from parley_contracts.times import Instant, Value


class Side(StrEnum):
    CANDIDATE = "candidate"
    COMPANY = "company"


class RoundStatus(StrEnum):
    PREPARING = "preparing"
    COLLECTING = "collecting"
    """A session has ended; cards, review and decisions come in."""
    CLOSED = "closed"


class Held(StrEnum):
    UNKNOWN = "unknown"
    HELD = "held"
    CANDIDATE_ABSENT = "candidate_absent"
    INTERVIEWERS_ABSENT = "interviewers_absent"
    CANCELLED = "cancelled"


class FeedbackKind(StrEnum):
    SCORECARD = "scorecard"
    REVIEW = "review"


class FeedbackStatus(StrEnum):
    NOT_ASKED = "not_asked"
    ASKED = "asked"
    SUBMITTED = "submitted"
    WAIVED = "waived"


class Decision(StrEnum):
    ADVANCE = "advance"
    HOLD = "hold"
    DECLINE = "decline"
    NONE = "none"
    """Told for a side that had not answered when the pair was due."""


class RoundCloseReason(StrEnum):
    COMPLETE = "complete"
    GIVEN_UP = "given_up"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"


class RoundSession(Value):
    session_id: SessionId
    ended_at: Instant | None = None
    held: Annotated[str, Known(Held)] = Held.UNKNOWN


class Card(Value):
    """One interviewer's scorecard for one session, and nothing of what is in it."""

    session_id: SessionId
    interviewer_id: InterviewerId
    required: Flag = True
    """Gate A waits for it."""
    status: Annotated[str, Known(FeedbackStatus)] = FeedbackStatus.NOT_ASKED
    due_at: Instant | None = None


class Review(Value):
    """The candidate's review, and nothing of what is in it; "nothing to add" is submitted too."""

    status: Annotated[str, Known(FeedbackStatus)] = FeedbackStatus.NOT_ASKED
    due_at: Instant | None = None


class Preparation(Value):
    ready_at: Instant | None = None
    read_by: Annotated[tuple[PersonId, ...], Field(max_length=MOST_SEATS + 1)] = ()


class Questions(Value):
    asked: Count = 0
    answered: Count = 0


class Told(Value):
    """A side's decision, once it may be known."""

    decision: Annotated[str, Known(Decision)]
    hold_until: Instant | None = None
    told_at: Instant


class SideOfPair(Value):
    recorded: Flag = False
    told: Told | None = None


class Pair(Value):
    """Both decisions. A hold opens a new pair on its date."""

    number: Ordinal = 1
    due_at: Instant | None = None
    company: SideOfPair = SideOfPair()
    candidate: SideOfPair = SideOfPair()
    match: Flag = False


class Gates(Value):
    """When what one side wrote opened to the other."""

    to_candidate_at: Instant | None = None
    """Gate A, and the candidate has submitted too."""
    a_opened_at: Instant | None = None
    b_opened_at: Instant | None = None


class Round(Value):
    """The public state of a round: one per interview."""

    interview_id: InterviewId
    application_id: ApplicationId
    candidate_id: PersonId
    status: Annotated[str, Known(RoundStatus)]
    generation: Ordinal = 1
    """Of the links to feedback's pages: older ones are spent."""
    hiring_team: HiringTeam
    job_title: Title
    stage_name: Title
    decide_in: Annotated[str, Known(DecideIn)] = DecideIn.PARLEY
    promised_days: PromisedDays = PROMISED_DAYS
    sessions: Annotated[tuple[RoundSession, ...], Field(max_length=2 * MOST_SESSIONS)] = ()
    cards: Annotated[tuple[Card, ...], Field(max_length=2 * MOST_SEATS)] = ()
    review: Review = Review()
    preparation: Preparation = Preparation()
    questions: Questions = Questions()
    pair: Pair = Pair()
    gates: Gates = Gates()
    feedback_due_at: Instant | None = None
    """By when job-related feedback is promised to the candidate; missing where none is owed."""
    feedback_released_at: Instant | None = None
    closed_at: Instant | None = None

    def outstanding(self) -> tuple[Card, ...]:
        """The required cards that gate A still waits for."""
        done = (FeedbackStatus.SUBMITTED, FeedbackStatus.WAIVED)
        return tuple(card for card in self.cards if card.required and card.status not in done)


class RoundEvent(StateEvent):
    round: Round

    @property
    def aggregate_id(self) -> str:
        return self.round.interview_id


class NoShowReported(RoundEvent):
    """Someone says that a session did not take place, and who was not there."""

    session_id: SessionId
    absent: Annotated[str, Known(Side)]
    absent_ids: Annotated[tuple[PersonId, ...], Field(max_length=12)] = ()
    reported_by: Annotated[str, Known(Side)]


class PreparationReady(RoundEvent):
    """Both sides' preparation pages can be read, or hold something new."""


class PreparationRead(RoundEvent):
    """Someone has read their preparation page: told to both sides alike."""

    person_id: PersonId


class QuestionAsked(RoundEvent):
    """The candidate asks something beforehand; the question itself stays on the page."""

    question_id: Id
    for_ids: Annotated[tuple[InterviewerId, ...], Field(min_length=1, max_length=MOST_SEATS)]


class QuestionAnswered(RoundEvent):
    """A question of the candidate is answered; the answer stays on the page."""

    question_id: Id
    answered_by: PersonId


class FeedbackEvent(RoundEvent):
    kind: Annotated[str, Known(FeedbackKind)]
    person_id: PersonId
    session_id: SessionId | None = None
    """Missing for a review: there is one per interview."""


class FeedbackRequested(FeedbackEvent):
    """Someone is asked whether the session took place, and for their scorecard or review."""

    due_at: Instant


class FeedbackSubmitted(FeedbackEvent):
    """A scorecard or review is in, sealed."""


class FeedbackAmended(FeedbackEvent):
    """Someone changed or added to what they wrote, before they could read the other side."""


class FeedbackWaived(FeedbackEvent):
    """The hiring team does without this one."""


class FeedbackOverdue(FeedbackEvent):
    """A scorecard or review has not come by its date."""


class DecisionRequested(RoundEvent):
    """Whoever decides here is asked to: after the last session, and in a new pair on a hold's date."""


class DecisionRecorded(RoundEvent):
    """A side has decided, and it is no decline; what it says is sealed."""

    side: Annotated[str, Known(Side)]


class RoundDecided(RoundEvent):
    """Decisions are told: `round.pair` holds those that may be known now. A decline is told alone, at once."""


class MatchReached(RoundEvent):
    """Both sides advance."""


class RevealedToCandidate(RoundEvent):
    """What interviewers wrote for the candidate, if anything, is open to the candidate."""


class RevealedToCompany(RoundEvent):
    """What the candidate addressed to the team, if anything, is open to the team."""


class CandidateFeedbackReleased(RoundEvent):
    """A person has released job-related feedback to the candidate."""


class RoundClosed(RoundEvent):
    """Nothing of this round changes any more, but feedback that is still owed can be released."""

    reason: Annotated[str, Known(RoundCloseReason)]


class RoundSnapshot(RoundEvent):
    """Nothing happened: the round as it stands, under its current revision, for whoever has lost or never had it."""
