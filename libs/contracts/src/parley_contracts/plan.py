"""What an interview is to be: the job, the stage, the team, the sessions with their seats and places."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, Field, Strict, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from parley_contracts.counts import Flag
from parley_contracts.ids import Id, PersonId, PoolId, SessionId
from parley_contracts.known import Known
from parley_contracts.text import (
    Amount,
    Currency,
    Label,
    Line,
    Role,
    Sentences,
    ShortText,
    Title,
    Url,
)
from parley_contracts.times import Instant, Minutes, Value

MOST_SESSIONS = 8
MOST_SEATS = 48
"""Of all sessions together."""
CANDIDATE_MINUTES = 15
"""Reserved in each session for the candidate's own questions, where the request says nothing."""


class PlaceKind(StrEnum):
    VIDEO = "video"
    PHONE = "phone"
    ONSITE = "onsite"


class Audience(StrEnum):
    CANDIDATE = "candidate"
    INTERVIEWERS = "interviewers"
    BOTH = "both"


class PayPeriod(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    HOUR = "hour"


class ScorecardKept(StrEnum):
    """Where an interviewer's scorecard is written: only `parley` is asked for, and waited for, here."""

    PARLEY = "parley"
    ATS = "ats"
    NONE = "none"


class DecideIn(StrEnum):
    PARLEY = "parley"
    ATS = "ats"


class HiringTeam(Value):
    recruiter_id: PersonId
    coordinator_id: PersonId | None = None
    """Answers questions about time and place; the recruiter where nobody is named."""
    decider_ids: Annotated[tuple[PersonId, ...], Field(max_length=8)] = ()
    """Who records the company's decision; the recruiter where nobody is named."""

    @property
    def coordinator(self) -> PersonId:
        return self.coordinator_id or self.recruiter_id

    @property
    def deciders(self) -> tuple[PersonId, ...]:
        return self.decider_ids or (self.recruiter_id,)


class Job(Value):
    title: Title
    job_id: Id | None = None
    team: Label | None = None
    location: Label | None = None
    url: Url | None = None


class PayCard(Value):
    """What the job pays, shown to the candidate before they book."""

    currency: Currency
    minimum: Amount | None = None
    maximum: Amount | None = None
    period: Annotated[str, Known(PayPeriod)] = PayPeriod.YEAR
    note: Line | None = None

    @field_validator("maximum")
    @classmethod
    def _not_below_minimum(cls, value: str | None, info: ValidationInfo) -> str | None:
        minimum = info.data.get("minimum")
        if value and minimum and Decimal(value) < Decimal(minimum):
            raise PydanticCustomError("pay_range", "Input should not be less than minimum")
        return value


class Stage(Value):
    name: Title
    assesses: Annotated[tuple[Label, ...], Field(max_length=8)] = ()
    """What is assessed, in words that the candidate reads too."""


class Material(Value):
    label: Label
    url: Url
    audience: Annotated[str, Known(Audience)] = Audience.BOTH


class Place(Value):
    kind: Annotated[str, Known(PlaceKind)]
    url: Url | None = None
    dial_in: Label | None = None
    address: Title | None = None
    instructions: ShortText | None = None


SeatT = TypeVar("SeatT", "SeatRequest", "ImportedSeat")


def _each_once(seats: tuple[SeatT, ...], named: list[PersonId]) -> tuple[SeatT, ...]:
    if len(set(named)) < len(named):
        raise PydanticCustomError("seats", "Input should name each person once")
    return seats


class SeatRequest(Value):
    """Who is to sit there: one named person, one of several, or anyone of a pool with these skills."""

    interviewer_id: PersonId | None = None
    one_of: Annotated[tuple[PersonId, ...], Field(max_length=20)] = ()
    pool_id: PoolId | None = None
    skills: Annotated[tuple[Label, ...], Field(max_length=10)] = ()
    role: Role | None = None
    """Why this person is in the loop, as the candidate reads it: `Hiring manager`."""
    shadow: Flag = False
    """Listens only: is never asked for a scorecard, and never keeps a time from being offered."""
    scorecard: Annotated[str, Known(ScorecardKept)] = ScorecardKept.PARLEY

    @model_validator(mode="after")
    def _one_way_to_fill_it(self) -> Self:
        ways = [self.interviewer_id is not None, bool(self.one_of), self.pool_id is not None]
        if sum(ways) != 1:
            raise PydanticCustomError(
                "seat", "Input should have exactly one of interviewer_id, one_of and pool_id"
            )
        if self.skills and self.pool_id is None:
            raise PydanticCustomError("seat", "Input should have skills only beside pool_id")
        return self


class PlannedSession(Value):
    """What a session is, whether it has a time yet or not."""

    session_id: SessionId
    title: Label
    minutes: Minutes
    candidate_minutes: Annotated[int, Strict(), Field(ge=0, le=720)] = Field(
        default_factory=lambda known: min(CANDIDATE_MINUTES, known["minutes"])
    )
    """Of `minutes`, how many belong to the candidate's own questions; 15, or all of a shorter session,
    where nothing is said."""
    about: Sentences | None = None
    """What happens in it, as the candidate reads it."""
    place: Place

    @field_validator("candidate_minutes")
    @classmethod
    def _within_the_session(cls, value: int, info: ValidationInfo) -> int:
        if value > info.data.get("minutes", value):
            raise PydanticCustomError("candidate_minutes", "Input should not exceed minutes")
        return value


class SessionRequest(PlannedSession):
    seats: Annotated[tuple[SeatRequest, ...], Field(min_length=1, max_length=12)]

    @field_validator("seats")
    @classmethod
    def _someone_leads(cls, seats: tuple[SeatRequest, ...]) -> tuple[SeatRequest, ...]:
        if all(seat.shadow for seat in seats):
            raise PydanticCustomError("seats", "Input should have a seat that is no shadow")
        named = [seat.interviewer_id for seat in seats if seat.interviewer_id is not None]
        return _each_once(seats, named)


class ImportedSeat(Value):
    interviewer_id: PersonId
    role: Role | None = None
    shadow: Flag = False
    scorecard: Annotated[str, Known(ScorecardKept)] = ScorecardKept.PARLEY


class ImportedSession(PlannedSession):
    """Scheduled elsewhere: its time and its people are facts."""

    starts_at: Instant
    seats: Annotated[tuple[ImportedSeat, ...], Field(min_length=1, max_length=12)]

    @field_validator("seats")
    @classmethod
    def _nobody_twice(cls, seats: tuple[ImportedSeat, ...]) -> tuple[ImportedSeat, ...]:
        return _each_once(seats, [seat.interviewer_id for seat in seats])


SessionT = TypeVar("SessionT", SessionRequest, ImportedSession)


def _distinct(sessions: tuple[SessionT, ...]) -> tuple[SessionT, ...]:
    if len({session.session_id for session in sessions}) < len(sessions):
        raise PydanticCustomError("sessions", "Input should name each session_id once")
    if sum(len(session.seats) for session in sessions) > MOST_SEATS:
        raise PydanticCustomError("sessions", "Input should have at most 48 seats in all")
    return sessions


Sessions = Annotated[
    tuple[SessionT, ...], Field(min_length=1, max_length=MOST_SESSIONS), AfterValidator(_distinct)
]
