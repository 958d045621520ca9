"""What people write and say in a round, and the vocabularies of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Side(StrEnum):
    CANDIDATE = "candidate"
    COMPANY = "company"


class Held(StrEnum):
    UNKNOWN = "unknown"
    HELD = "held"
    CANDIDATE_ABSENT = "candidate_absent"
    INTERVIEWERS_ABSENT = "interviewers_absent"
    CANCELLED = "cancelled"


class Judgement(StrEnum):
    STRONG_NO = "strong_no"
    NO = "no"
    YES = "yes"
    STRONG_YES = "strong_yes"
    NONE = "none"


class Rating(StrEnum):
    """Entered by a person about one topic, and never added up."""

    LITTLE = "little"
    SOME = "some"
    MUCH = "much"
    NOT_COVERED = "not_covered"


class Audience(StrEnum):
    AGGREGATE = "aggregate"
    TEAM = "team"
    NOBODY = "nobody"


class Theme(StrEnum):
    """What both sides look at: the bank of questions and the candidate's review share them."""

    MISSION = "mission"
    GROWTH = "growth"
    TEAM = "team"
    ROLE = "role"
    CULTURE = "culture"
    MANAGEMENT = "management"


class Experience(StrEnum):
    """What only the candidate can say about the interview itself."""

    HEARD = "heard"
    PREPARED = "prepared"
    MINUTES = "minutes"


OTHER = "other"
REVIEW_PARTS = (*Experience, *Theme, OTHER)


class Choice(StrEnum):
    ADVANCE = "advance"
    HOLD = "hold"
    DECLINE = "decline"
    NONE = "none"
    """Told for a side that had not answered when the pair was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whether a session took place, in one person's words. An answer holds for the time it was given
    for: a session that moves is asked about anew.
    """

    session_id: str
    starts_at: datetime | None
    person_id: str
    side: Side
    held: Held
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNote:
    topic: str
    rating: Rating | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    judgement: Judgement
    evidence: str
    topics: tuple[TopicNote, ...] = ()
    learned: str = ""
    """What the interviewer learned from this candidate."""
    for_candidate: str = ""
    """The only part that is ever opened to the candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPart:
    part: str
    rating: Rating | None = None
    text: str = ""
    audience: Audience = Audience.AGGREGATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """No parts at all is "nothing to add", which is an answer."""

    parts: tuple[ReviewPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    text: str
    theme: str | None
    for_ids: tuple[str, ...]
    alone: bool = False
    """Whether one person was chosen; where everyone was asked, it is whoever took part then."""
    asked_at: datetime
    answer: str = ""
    in_interview: bool = False
    answered_by: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Feedback that a person has released to the candidate."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a side decided, sealed until it is told."""

    choice: Choice
    hold_until: datetime | None = None
    by: str | None = None
    """Nobody where the ATS said so."""
    note: str = ""
    """For one's own side only."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    choice: Choice
    hold_until: datetime | None = None
    at: datetime
