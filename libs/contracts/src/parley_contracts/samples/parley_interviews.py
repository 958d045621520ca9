"""The same application's interview as scheduling tells it."""

from datetime import UTC, datetime, timedelta
from typing import Final

from parley_contracts.event import Event
from parley_contracts.interviews import (
    Actor,
    BookingConflictFound,
    BookingOverdue,
    Cancellation,
    CancelReason,
    ChangedPart,
    CoordinatorAttentionNeeded,
    Interview,
    InterviewBooked,
    InterviewCancelled,
    InterviewChanged,
    InterviewerReplaced,
    InterviewRescheduled,
    InterviewStatus,
    NoSlots,
    NoSlotsFound,
    NoSlotsReason,
    OfferExpired,
    OfferOpened,
    Proposals,
    Relaxation,
    RelaxationKind,
    Seat,
    SeatDeclined,
    SeatStatus,
    Session,
    SessionEnded,
    SessionMove,
    SessionStatus,
    Slots,
    SlotsOffered,
    TimesProposed,
)
from parley_contracts.samples.ats_applications import (
    APPLICATION,
    INTERVIEW,
    JOB,
    MATERIALS,
    PAY,
    REQUESTED,
    SESSION,
    STAGE,
    TEAM,
)
from parley_contracts.samples.ats_people import CANDIDATE, LEAD, PEER, SHADOW

AT: Final = datetime(2027, 3, 8, 11, 0, 2, 417000, tzinfo=UTC)
STARTS_AT: Final = datetime(2027, 3, 18, 12, 30, tzinfo=UTC)

_SUBSTITUTE: Final = "greenhouse:4090"


def _seats(colleague: str | None, status: SeatStatus) -> tuple[Seat, ...]:
    return (
        Seat(interviewer_id=LEAD, role="Hiring manager", status=SeatStatus.SEATED),
        Seat(interviewer_id=colleague, role="Would be your colleague", status=status),
        Seat(
            interviewer_id=SHADOW,
            role="Learns to interview",
            shadow=True,
            status=SeatStatus.SEATED,
        ),
    )


def _session(
    status: SessionStatus,
    starts_at: datetime | None = STARTS_AT,
    seats: tuple[Seat, ...] = _seats(PEER, SeatStatus.SEATED),
) -> Session:
    return Session(
        session_id=SESSION.session_id,
        title=SESSION.title,
        minutes=SESSION.minutes,
        candidate_minutes=SESSION.candidate_minutes,
        about=SESSION.about,
        place=SESSION.place,
        status=status,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=SESSION.minutes) if starts_at else None,
        seats=seats,
    )


_SLOTS: Final = Slots(
    count=34,
    first_at=datetime(2027, 3, 15, 8, 0, tzinfo=UTC),
    last_at=datetime(2027, 3, 26, 13, 30, tzinfo=UTC),
    expires_at=datetime(2027, 3, 26, 13, 30, tzinfo=UTC),
)
OFFERED: Final = Interview(
    interview_id=INTERVIEW,
    application_id=APPLICATION,
    candidate_id=CANDIDATE,
    status=InterviewStatus.OFFERED,
    hiring_team=TEAM,
    job=JOB,
    pay=PAY,
    stage=STAGE,
    materials=MATERIALS,
    zone="Europe/Berlin",
    sessions=(
        _session(
            SessionStatus.OPEN,
            None,
            (
                Seat(interviewer_id=LEAD, role="Hiring manager"),
                Seat(role="Would be your colleague"),
                Seat(role="Learns to interview", shadow=True),
            ),
        ),
    ),
    window=REQUESTED.window,
    slots=_SLOTS,
    book_by=AT + timedelta(hours=72),
)


def _state(**changed: object) -> Interview:
    return OFFERED.model_copy(update=changed)


def booked(**changed: object) -> Interview:
    told: dict[str, object] = {
        "status": InterviewStatus.BOOKED,
        "slots": None,
        "book_by": None,
        "candidate_zone": "Africa/Nairobi",
        "sessions": (_session(SessionStatus.BOOKED),),
    }
    return OFFERED.model_copy(update=told | changed)


_OPENED: Final = _SLOTS.model_copy(update={"opened_at": AT + timedelta(hours=4)})
_NO_SLOTS: Final = NoSlots(
    reasons=(NoSlotsReason.NO_COMMON_TIME,),
    relaxations=(
        Relaxation(kind=RelaxationKind.LATER_END, amount=2, slots=9),
        Relaxation(kind=RelaxationKind.WITHOUT_INTERVIEWER, interviewer_id=PEER, slots=6),
        Relaxation(kind=RelaxationKind.SHORTER_SESSION, amount=45, slots=4),
    ),
)
_LATER: Final = STARTS_AT + timedelta(days=1)
_DECLINED: Final = booked(
    generation=3,
    sessions=(_session(SessionStatus.BOOKED, _LATER, _seats(PEER, SeatStatus.DECLINED)),),
)
_REPLACED_SESSION: Final = _session(
    SessionStatus.BOOKED, _LATER, _seats(_SUBSTITUTE, SeatStatus.SEATED)
)
_REPLACED: Final = booked(generation=3, sessions=(_REPLACED_SESSION,))

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    (
        AT - timedelta(minutes=2),
        NoSlotsFound(
            revision=1,
            interview=_state(
                status=InterviewStatus.NO_SLOTS, slots=None, book_by=None, no_slots=_NO_SLOTS
            ),
        ),
    ),
    (AT, SlotsOffered(revision=2, interview=OFFERED)),
    (AT + timedelta(hours=4), OfferOpened(revision=3, interview=_state(slots=_OPENED))),
    (
        AT + timedelta(hours=5),
        TimesProposed(
            revision=4,
            interview=_state(
                slots=_OPENED,
                proposals=Proposals(count=2, first_at=STARTS_AT, last_at=_LATER),
            ),
        ),
    ),
    (
        AT + timedelta(hours=72),
        BookingOverdue(revision=5, interview=_state(slots=_OPENED, booking_overdue=True)),
    ),
    (
        AT + timedelta(hours=73),
        OfferExpired(
            revision=6,
            interview=_state(status=InterviewStatus.EXPIRED, slots=None, generation=2),
        ),
    ),
    (
        AT + timedelta(hours=80),
        InterviewBooked(revision=8, interview=booked(generation=2), by=Actor.CANDIDATE),
    ),
    (
        AT + timedelta(hours=90),
        BookingConflictFound(
            revision=9,
            interview=booked(
                generation=2,
                sessions=(
                    _session(SessionStatus.BOOKED, STARTS_AT, _seats(PEER, SeatStatus.CONFLICT)),
                ),
            ),
            session_id=SESSION.session_id,
            interviewer_id=PEER,
        ),
    ),
    (
        AT + timedelta(hours=91),
        InterviewRescheduled(
            revision=10,
            interview=booked(generation=3, sessions=(_session(SessionStatus.BOOKED, _LATER),)),
            by=Actor.HIRING_TEAM,
            moves=(SessionMove(session_id=SESSION.session_id, was_at=STARTS_AT),),
        ),
    ),
    (
        AT + timedelta(hours=100),
        SeatDeclined(
            revision=11,
            interview=_DECLINED,
            session_id=SESSION.session_id,
            interviewer_id=PEER,
        ),
    ),
    (
        AT + timedelta(hours=101),
        InterviewerReplaced(
            revision=12,
            interview=_REPLACED,
            session_id=SESSION.session_id,
            replaced_id=PEER,
            interviewer_id=_SUBSTITUTE,
        ),
    ),
    (
        AT + timedelta(hours=102),
        InterviewChanged(
            revision=13,
            interview=_REPLACED,
            changed=(ChangedPart.PLACE,),
        ),
    ),
    (
        AT + timedelta(hours=103),
        CoordinatorAttentionNeeded(
            revision=14,
            interview=_REPLACED.model_copy(update={"needs_coordinator": True}),
        ),
    ),
    (
        _LATER + timedelta(minutes=SESSION.minutes),
        SessionEnded(
            revision=15,
            interview=booked(
                generation=3,
                status=InterviewStatus.ENDED,
                sessions=(_REPLACED_SESSION.model_copy(update={"status": SessionStatus.ENDED}),),
            ),
            session_id=SESSION.session_id,
            last=True,
        ),
    ),
    (
        AT + timedelta(hours=104),
        InterviewCancelled(
            revision=2,
            interview=_state(
                interview_id="greenhouse:113190",
                status=InterviewStatus.CANCELLED,
                slots=None,
                book_by=None,
                cancelled=Cancellation(
                    at=AT + timedelta(hours=104),
                    by=Actor.CANDIDATE,
                    reason=CancelReason.CANDIDATE_WITHDREW,
                ),
            ),
        ),
    ),
)
