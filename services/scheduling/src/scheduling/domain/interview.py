"""The aggregate: what was asked for, where it stands, and how it moves from one state to the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from scheduling.domain.changed import changed
from scheduling.domain.span import Span

Document = Mapping[str, object]
"""What the service only carries along, as the contract spells it."""


class Status(StrEnum):
    SEARCHING = "searching"
    NO_SLOTS = "no_slots"
    OFFERED = "offered"
    EXPIRED = "expired"
    BOOKED = "booked"
    ENDED = "ended"
    CANCELLED = "cancelled"


class SessionState(StrEnum):
    OPEN = "open"
    BOOKED = "booked"
    ENDED = "ended"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    OPEN = "open"
    SEATED = "seated"
    DECLINED = "declined"
    CONFLICT = "conflict"


class By(StrEnum):
    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    HIRING_TEAM = "hiring_team"
    ATS = "ats"
    PARLEY = "parley"


class Why(StrEnum):
    CANDIDATE_WITHDREW = "candidate_withdrew"
    CANDIDATE_DECLINED = "candidate_declined"
    APPLICATION_CLOSED = "application_closed"
    APPLICATION_ON_HOLD = "application_on_hold"
    REQUEST_CANCELLED = "request_cancelled"
    PERSON_ERASED = "person_erased"
    OTHER = "other"


OPEN = frozenset({Status.SEARCHING, Status.NO_SLOTS, Status.OFFERED, Status.EXPIRED})
LIVE = OPEN | {Status.BOOKED}
REVIVABLE = frozenset({Why.APPLICATION_CLOSED, Why.APPLICATION_ON_HOLD, Why.REQUEST_CANCELLED})
"""Cancelled for these, an interview that the ATS asks for again is wanted again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who is to sit there: a named person, one of several, or anyone of a pool."""

    interviewer_id: str | None = None
    one_of: tuple[str, ...] = ()
    pool_id: str | None = None
    skills: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        return self.one_of if self.interviewer_id is None else (self.interviewer_id,)


@dataclass(frozen=True, slots=True)
class Seat:
    wanted: Wanted
    role: str | None = None
    shadow: bool = False
    scorecard: str = "parley"
    interviewer_id: str | None = None
    state: SeatState = SeatState.OPEN

    @property
    def taken(self) -> bool:
        return self.state in {SeatState.SEATED, SeatState.CONFLICT}


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    title: str
    minutes: int
    candidate_minutes: int
    place: Document
    seats: tuple[Seat, ...]
    about: str | None = None
    state: SessionState = SessionState.OPEN
    starts_at: datetime | None = None

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def span(self) -> Span | None:
        return (
            None if self.starts_at is None else Span(self.starts_at, self.starts_at + self.length)
        )

    @property
    def people(self) -> tuple[str, ...]:
        """Who is to be there."""
        return tuple(s.interviewer_id for s in self.seats if s.taken and s.interviewer_id)


@dataclass(frozen=True, slots=True)
class Request:
    window: Span
    notice: timedelta
    step_minutes: int
    book_within: timedelta


@dataclass(frozen=True, slots=True)
class Slots:
    count: int
    first_at: datetime
    last_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    kind: str
    slots: int
    amount: int | None = None
    interviewer_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoSlots:
    reasons: tuple[str, ...]
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancellation:
    at: datetime
    by: By
    reason: Why


@dataclass(frozen=True, slots=True)
class Avoided:
    """A time at which someone said they cannot sit."""

    interviewer_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """Why someone did something, in their words; it never leaves this service."""

    person_id: str
    by: By
    did: str
    reason: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Which record asked for this, for answers about it."""

    topic: str
    partition: int
    offset: int
    source: str
    id: str
    type: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Interviewers whom nobody has heard of yet are waited for."""

    since: datetime
    missing_id: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class Interview:
    id: str
    application_id: str
    candidate_id: str
    asked: Document
    """The upstream's words, in full: what equals them is no change."""
    asked_at: datetime
    hiring_team: Document
    sessions: tuple[Session, ...]
    request: Request | None = None
    """None for what is imported."""
    seen: Mapping[str, int] = field(default_factory=dict)
    team_seen: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0
    generation: int = 1
    status: Status = Status.SEARCHING
    zone: str | None = None
    candidate_zone: str | None = None
    reading_zone: str | None = None
    """As confirmed on the booking page."""
    slots: Slots | None = None
    book_by: datetime | None = None
    booking_overdue: bool = False
    no_slots: NoSlots | None = None
    cancelled: Cancellation | None = None
    attention: str | None = None
    """What waits for the coordinator; only their page says it."""
    conflicts: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    """Who said that they will not sit here at all."""
    avoided: tuple[Avoided, ...] = ()
    notes: tuple[Note, ...] = ()
    waiting: Waiting | None = None
    record: RecordPlace | None = None
    serial: int = 0
    """Counts the seats ever taken, so that each booking has an id of its own."""

    @property
    def imported(self) -> bool:
        return self.request is None

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def concerns(self) -> tuple[str, ...]:
        """Everyone whom it names or seats."""
        ids = {i for session in self.sessions for seat in session.seats for i in seat.wanted.named}
        seated = {s.interviewer_id for one in self.sessions for s in one.seats if s.interviewer_id}
        return tuple(sorted(ids | seated))

    @property
    def writers(self) -> tuple[str, ...]:
        """Of notes: some sit there no more."""
        return tuple(sorted({one.person_id for one in self.notes}))

    @property
    def pools(self) -> tuple[str, ...]:
        seats = (seat for session in self.sessions for seat in session.seats)
        return tuple(sorted({seat.wanted.pool_id for seat in seats if seat.wanted.pool_id}))

    @property
    def single(self) -> Session:
        """The one session that a search is for."""
        return self.sessions[0]

    @property
    def next_end(self) -> datetime | None:
        spans = (one.span for one in self.sessions if one.state == SessionState.BOOKED)
        return min((span.ends_at for span in spans if span is not None), default=None)

    def session(self, session_id: str) -> Session | None:
        return next((one for one in self.sessions if one.id == session_id), None)


def with_session(interview: Interview, newer: Session) -> Interview:
    sessions = tuple(newer if one.id == newer.id else one for one in interview.sessions)
    return changed(interview, sessions=sessions)


def noted(interview: Interview, note: Note) -> Interview:
    return changed(interview, notes=(*interview.notes, note)[-40:])


def conflict_key(session_id: str, interviewer_id: str, other: str) -> str:
    """What is said once of a seat: that its time is taken by another interview, or by whatever else."""
    return f"{session_id} {interviewer_id} {other}"


def without_conflicts(interview: Interview, session_id: str, interviewer_id: str) -> Interview:
    about = conflict_key(session_id, interviewer_id, "")
    kept = tuple(one for one in interview.conflicts if not one.startswith(about))
    return changed(interview, conflicts=kept)


def opened(session: Session) -> Session:
    """Without a time; whoever sat there for a pool sits nowhere, who declined is remembered as such."""
    seats = tuple(
        changed(seat, interviewer_id=None, state=SeatState.OPEN) if seat.taken else seat
        for seat in session.seats
    )
    return changed(session, seats=seats, state=SessionState.OPEN, starts_at=None)


def searching(interview: Interview) -> Interview:
    """Nothing is offered and nothing is booked: a search comes next."""
    return changed(
        interview,
        status=Status.SEARCHING,
        sessions=tuple(opened(one) for one in interview.sessions),
        slots=None,
        no_slots=None,
        book_by=None,
        booking_overdue=False,
        candidate_zone=None,
        conflicts=(),
        waiting=None,
        cancelled=None,
    )


def offered(interview: Interview, starts: tuple[datetime, ...], *, now: datetime) -> Interview:
    request = interview.request
    if request is None:
        raise ValueError("what is imported is not offered")
    before = interview.slots
    slots = Slots(
        count=len(starts),
        first_at=starts[0],
        last_at=starts[-1],
        expires_at=starts[-1] - request.notice,
        opened_at=before.opened_at if before is not None else None,
    )
    return changed(
        interview,
        status=Status.OFFERED,
        slots=slots,
        no_slots=None,
        waiting=None,
        book_by=interview.book_by or now + request.book_within,
    )


def not_found(interview: Interview, why: NoSlots) -> Interview:
    return changed(
        interview,
        status=Status.NO_SLOTS,
        slots=None,
        no_slots=why,
        waiting=None,
        book_by=None,
        booking_overdue=False,
    )


def booked(
    interview: Interview, starts_at: datetime, people: tuple[str | None, ...], *, zone: str | None
) -> Interview:
    session = interview.single
    seats = tuple(
        changed(seat, interviewer_id=who, state=SeatState.SEATED if who else SeatState.OPEN)
        for seat, who in zip(session.seats, people, strict=True)
    )
    taken = changed(session, seats=seats, state=SessionState.BOOKED, starts_at=starts_at)
    return changed(
        with_session(interview, taken),
        status=Status.BOOKED,
        slots=None,
        no_slots=None,
        book_by=None,
        booking_overdue=False,
        candidate_zone=zone or interview.candidate_zone,
        conflicts=(),
        attention=None,
    )


def cancelled(interview: Interview, cancellation: Cancellation) -> Interview:
    sessions = tuple(
        one if one.state == SessionState.ENDED else changed(one, state=SessionState.CANCELLED)
        for one in interview.sessions
    )
    return changed(
        interview,
        status=Status.CANCELLED,
        sessions=sessions,
        cancelled=cancellation,
        slots=None,
        no_slots=None,
        book_by=None,
        booking_overdue=False,
        attention=None,
        waiting=None,
    )


def ended(interview: Interview, session: Session) -> Interview:
    after = with_session(interview, changed(session, state=SessionState.ENDED))
    return after if after.next_end is not None else changed(after, status=Status.ENDED)
