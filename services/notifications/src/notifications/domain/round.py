"""What feedback says of a round, as far as mails and homes need it: that something is in, never what."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from notifications.domain.interview import Decider, Team


class RoundStatus(StrEnum):
    CLOSED = "closed"


class FeedbackStatus(StrEnum):
    ASKED = "asked"
    SUBMITTED = "submitted"
    WAIVED = "waived"


class Held(StrEnum):
    CANDIDATE_ABSENT = "candidate_absent"
    INTERVIEWERS_ABSENT = "interviewers_absent"
    CANCELLED = "cancelled"


class Decision(StrEnum):
    ADVANCE = "advance"
    HOLD = "hold"
    DECLINE = "decline"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSession:
    session_id: str
    ended_at: datetime | None = None
    held: str = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    session_id: str
    interviewer_id: str
    required: bool = True
    status: str = "not_asked"
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    status: str = "not_asked"
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    ready_at: datetime | None = None
    read_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    asked: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    decision: str
    hold_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOfPair:
    recorded: bool = False
    told: Told | None = None

    @property
    def declined(self) -> bool:
        return self.told is not None and self.told.decision == Decision.DECLINE

    @property
    def answered(self) -> bool:
        """Recorded, or told as anything but "no answer"."""
        return self.recorded or (self.told is not None and self.told.decision != Decision.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    number: int = 1
    due_at: datetime | None = None
    company: SideOfPair = SideOfPair()
    candidate: SideOfPair = SideOfPair()
    match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    to_candidate_at: datetime | None = None
    b_opened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    interview_id: str
    application_id: str
    candidate_id: str
    status: str
    generation: int = 1
    hiring_team: Team
    job_title: str
    stage_name: str
    decide_in: str = Decider.PARLEY
    sessions: tuple[RoundSession, ...] = ()
    cards: tuple[Card, ...] = ()
    review: Review = Review()
    preparation: Preparation = Preparation()
    questions: Questions = Questions()
    pair: Pair = Pair()
    gates: Gates = Gates()
    feedback_due_at: datetime | None = None
    feedback_released_at: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.status == RoundStatus.CLOSED

    @property
    def interviewers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(card.interviewer_id for card in self.cards))

    @property
    def decision_open(self) -> bool:
        """Both sides can decide: none is still to come, one took place, and nobody has declined.
        A session that was cancelled never ends.
        """
        planned = [one for one in self.sessions if one.held != Held.CANCELLED]
        ended = all(one.ended_at is not None for one in planned)
        absent = (Held.CANDIDATE_ABSENT, Held.INTERVIEWERS_ABSENT)
        held = any(one.held not in absent for one in planned)
        over = self.pair.company.declined or self.pair.candidate.declined
        return ended and held and not over and not self.closed
