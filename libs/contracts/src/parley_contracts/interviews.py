"""`parley.interviews.v1`: each event holds the interview's whole public state besides what happened.

No event names what a person wrote, needs or keeps to themselves: a seat given up for a conflict of interest
looks like any other, and `needs_coordinator` never says what for.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from parley_contracts.applications import PROMISED_DAYS, PromisedDays
from parley_contracts.counts import Flag, Ordinal
from parley_contracts.event import StateEvent
from parley_contracts.ids import ApplicationId, InterviewerId, InterviewId, PersonId, SessionId
from parley_contracts.known import Known
from parley_contracts.plan import (
    MOST_SESSIONS,
    DecideIn,
    HiringTeam,
    Job,
    Material,
    PayCard,
    PlannedSession,
    ScorecardKept,
    Stage,
)
from parley_contracts.text import Role
from parley_contracts.times import Instant, Interval, Value, Zone


class Origin(StrEnum):
    REQUESTED = "requested"
    IMPORTED = "imported"


class InterviewStatus(StrEnum):
    SEARCHING = "searching"
    NO_SLOTS = "no_slots"
    OFFERED = "offered"
    EXPIRED = "expired"
    BOOKED = "booked"
    ENDED = "ended"
    CANCELLED = "cancelled"


class SessionStatus(StrEnum):
    OPEN = "open"
    BOOKED = "booked"
    ENDED = "ended"
    CANCELLED = "cancelled"


class SeatStatus(StrEnum):
    OPEN = "open"
    SEATED = "seated"
    DECLINED = "declined"
    """Whoever sat there has declined, and nobody replaces them yet."""
    CONFLICT = "conflict"
    """Seated, and their calendar has something else at that time."""


class Actor(StrEnum):
    """Who made something happen, by their part in it and never by name."""

    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    HIRING_TEAM = "hiring_team"
    ATS = "ats"
    PARLEY = "parley"


class CancelReason(StrEnum):
    CANDIDATE_WITHDREW = "candidate_withdrew"
    CANDIDATE_DECLINED = "candidate_declined"
    APPLICATION_CLOSED = "application_closed"
    APPLICATION_ON_HOLD = "application_on_hold"
    REQUEST_CANCELLED = "request_cancelled"
    PERSON_ERASED = "person_erased"
    OTHER = "other"


class NoSlotsReason(StrEnum):
    WINDOW_PAST = "window_past"
    WINDOW_TOO_SHORT = "window_too_short"
    NO_COMMON_TIME = "no_common_time"
    NOTICE_TOO_LONG = "notice_too_long"
    INTERVIEWER_UNKNOWN = "interviewer_unknown"
    POOL_EMPTY = "pool_empty"
    LIMITS_REACHED = "limits_reached"
    SEVERAL_SESSIONS = "several_sessions"


class RelaxationKind(StrEnum):
    LATER_END = "later_end"
    SHORTER_SESSION = "shorter_session"
    SHORTER_NOTICE = "shorter_notice"
    WITHOUT_INTERVIEWER = "without_interviewer"


class ChangedPart(StrEnum):
    PLACE = "place"
    SEATS = "seats"
    HIRING_TEAM = "hiring_team"
    DETAILS = "details"


class Seat(Value):
    interviewer_id: InterviewerId | None = None
    """Nobody yet, for a seat that a pool or one of several fills at the booking."""
    role: Role | None = None
    shadow: Flag = False
    scorecard: Annotated[str, Known(ScorecardKept)] = ScorecardKept.PARLEY
    status: Annotated[str, Known(SeatStatus)] = SeatStatus.OPEN


class Session(PlannedSession):
    status: Annotated[str, Known(SessionStatus)] = SessionStatus.OPEN
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    """Both, or neither: a session has a time once it is booked."""
    seats: Annotated[tuple[Seat, ...], Field(max_length=12)] = ()


class Slots(Value):
    """What is offered: the times themselves stay on the booking page."""

    count: Ordinal
    first_at: Instant
    last_at: Instant
    expires_at: Instant
    opened_at: Instant | None = None
    """When the candidate first looked at them."""


class Proposals(Value):
    """Times that the candidate proposed, because none of the offered ones fits."""

    count: Ordinal
    first_at: Instant
    last_at: Instant


class Relaxation(Value):
    """A small change to the request, and how many slots it would bring."""

    kind: Annotated[str, Known(RelaxationKind)]
    amount: Ordinal | None = None
    """Days for `later_end`, minutes for `shorter_session`, hours for `shorter_notice`."""
    interviewer_id: InterviewerId | None = None
    slots: Ordinal


class NoSlots(Value):
    reasons: Annotated[
        tuple[Annotated[str, Known(NoSlotsReason)], ...], Field(min_length=1, max_length=8)
    ]
    relaxations: Annotated[tuple[Relaxation, ...], Field(max_length=3)] = ()


class Cancellation(Value):
    at: Instant
    by: Annotated[str, Known(Actor)]
    reason: Annotated[str, Known(CancelReason)]


class Interview(Value):
    """The public state of an interview."""

    interview_id: InterviewId
    application_id: ApplicationId
    candidate_id: PersonId
    origin: Annotated[str, Known(Origin)] = Origin.REQUESTED
    status: Annotated[str, Known(InterviewStatus)]
    generation: Ordinal = 1
    """Of the links to scheduling's pages: older ones are spent."""
    hiring_team: HiringTeam
    job: Job
    pay: PayCard | None = None
    stage: Stage
    materials: Annotated[tuple[Material, ...], Field(max_length=6)] = ()
    decide_in: Annotated[str, Known(DecideIn)] = DecideIn.PARLEY
    promised_days: PromisedDays = PROMISED_DAYS
    zone: Zone | None = None
    """Of the company's side."""
    candidate_zone: Zone | None = None
    """As the candidate confirmed it when they booked."""
    sessions: Annotated[tuple[Session, ...], Field(min_length=1, max_length=MOST_SESSIONS)]
    """One that was here and is not any more is cancelled."""
    window: Interval | None = None
    slots: Slots | None = None
    book_by: Instant | None = None
    """When the booking is overdue, as long as something is offered."""
    booking_overdue: Flag = False
    proposals: Proposals | None = None
    no_slots: NoSlots | None = None
    needs_coordinator: Flag = False
    """Something waits for the coordinator on scheduling's page, and only there it says what."""
    cancelled: Cancellation | None = None

    def session(self, session_id: SessionId) -> Session | None:
        return next((one for one in self.sessions if one.session_id == session_id), None)


class InterviewEvent(StateEvent):
    interview: Interview

    @property
    def aggregate_id(self) -> str:
        return self.interview.interview_id


class SlotsOffered(InterviewEvent):
    """The candidate can pick a time; offered anew whenever the slots or the links change."""


class NoSlotsFound(InterviewEvent):
    """No time fits; `no_slots` says why, and which small change would help."""


class OfferOpened(InterviewEvent):
    """The candidate has looked at the offer for the first time."""


class OfferExpired(InterviewEvent):
    """Nobody picked a time before the offer ended."""


class TimesProposed(InterviewEvent):
    """The candidate proposes times of their own."""


class InterviewBooked(InterviewEvent):
    """All sessions have a time and their people. What is imported is booked as it comes."""

    by: Annotated[str, Known(Actor)]


class SessionMove(Value):
    session_id: SessionId
    was_at: Instant | None = None
    """Missing where the session is new; the new time, or that it is cancelled, is in the state."""


class InterviewRescheduled(InterviewEvent):
    """Sessions have other times than before, were added or dropped."""

    by: Annotated[str, Known(Actor)]
    moves: Annotated[tuple[SessionMove, ...], Field(min_length=1, max_length=2 * MOST_SESSIONS)]


class InterviewChanged(InterviewEvent):
    """Place, people or words are others now; the times stand."""

    changed: Annotated[
        tuple[Annotated[str, Known(ChangedPart)], ...], Field(min_length=1, max_length=8)
    ]


class SeatDeclined(InterviewEvent):
    """An interviewer will not be there. Why is nobody's business but theirs and scheduling's."""

    session_id: SessionId
    interviewer_id: InterviewerId


class InterviewerReplaced(InterviewEvent):
    """Another interviewer sits in a seat; the time stands."""

    session_id: SessionId
    replaced_id: InterviewerId
    interviewer_id: InterviewerId


class InterviewCancelled(InterviewEvent):
    """The whole interview will not take place; `cancelled` says by whom and why."""


class SessionEnded(InterviewEvent):
    """A session's last minute is over, whether it took place or not."""

    session_id: SessionId
    last: Flag
    """No other session of this interview is still to come."""


class BookingOverdue(InterviewEvent):
    """The candidate has not picked a time by `book_by`."""


class BookingConflictFound(InterviewEvent):
    """Someone's calendar holds something else at the time of a booked session."""

    session_id: SessionId
    interviewer_id: InterviewerId
    with_interview_id: InterviewId | None = None
    """Where the other thing is an interview too."""


class CoordinatorAttentionNeeded(InterviewEvent):
    """Something waits for the coordinator; what it is about is behind the link."""


class InterviewSnapshot(InterviewEvent):
    """Nothing happened: the interview as it stands, under its current revision, for whoever has lost or never had it."""
