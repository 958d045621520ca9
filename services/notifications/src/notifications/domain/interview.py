"""What scheduling says of an interview, as far as mails and homes need it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class InterviewStatus(StrEnum):
    SEARCHING = "searching"
    NO_SLOTS = "no_slots"
    OFFERED = "offered"
    EXPIRED = "expired"
    BOOKED = "booked"
    ENDED = "ended"
    CANCELLED = "cancelled"


class SessionStatus(StrEnum):
    BOOKED = "booked"
    ENDED = "ended"


class SeatStatus(StrEnum):
    SEATED = "seated"
    DECLINED = "declined"
    CONFLICT = "conflict"


SITTING = (SeatStatus.SEATED, SeatStatus.CONFLICT)
"""An open seat is nobody's yet, even where a name stands beside it: a shadow who never could come."""


class Decider(StrEnum):
    """Where the company's decision is written."""

    PARLEY = "parley"
    ATS = "ats"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    recruiter_id: str
    coordinator_id: str | None = None
    decider_ids: tuple[str, ...] = ()

    @property
    def coordinator(self) -> str:
        return self.coordinator_id or self.recruiter_id

    @property
    def deciders(self) -> tuple[str, ...]:
        return self.decider_ids or (self.recruiter_id,)

    @property
    def desk(self) -> tuple[str, ...]:
        """Whose desk it is on: the recruiter's, and the coordinator's where that is someone else."""
        both = (self.recruiter_id, self.coordinator)
        return both if both[0] != both[1] else both[:1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    kind: str
    url: str | None = None
    dial_in: str | None = None
    address: str | None = None
    instructions: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    interviewer_id: str | None = None
    role: str | None = None
    shadow: bool = False
    status: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    session_id: str
    title: str
    minutes: int
    candidate_minutes: int = 0
    place: Place
    status: str = "open"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    seats: tuple[Seat, ...] = ()

    @property
    def holders(self) -> tuple[str, ...]:
        """Whoever sits there, or did until they declined: a gap is told once it is filled."""
        return tuple(seat.interviewer_id for seat in self.seats if seat.interviewer_id is not None)

    @property
    def seated(self) -> tuple[str, ...]:
        return tuple(
            seat.interviewer_id
            for seat in self.seats
            if seat.interviewer_id is not None and seat.status in SITTING
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    count: int
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    kind: str
    amount: int | None = None
    slots: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSlots:
    reasons: tuple[str, ...]
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interview:
    interview_id: str
    application_id: str
    candidate_id: str
    status: str
    generation: int = 1
    hiring_team: Team
    job: Job
    stage: Stage
    decide_in: str = Decider.PARLEY
    zone: str | None = None
    candidate_zone: str | None = None
    sessions: tuple[Session, ...] = field(default=())
    slots: Slots | None = None
    book_by: datetime | None = None
    booking_overdue: bool = False
    proposals: Proposals | None = None
    no_slots: NoSlots | None = None
    needs_coordinator: bool = False
    cancelled: Cancellation | None = None

    def session(self, session_id: str | None) -> Session | None:
        return next((one for one in self.sessions if one.session_id == session_id), None)

    @property
    def interviewers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one for session in self.sessions for one in session.seated))
