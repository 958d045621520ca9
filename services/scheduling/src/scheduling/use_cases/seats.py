"""Taking and giving back interviewers' time; whoever looks for slots beside them looks again."""

from datetime import datetime

from scheduling.domain.booking import Booking, booking
from scheduling.domain.changed import changed
from scheduling.domain.interview import Interview, Session
from scheduling.domain.kinds import RECHECK_INTERVIEWER, RECHECK_OFFERS
from scheduling.ports import Work
from scheduling.use_cases.alarms import BOOKINGS_SETTLE_FOR
from scheduling.working_set import Needs


def needs_of_seats(interview_id: str, work: Work) -> Needs:
    """The interview's bookings and those who sit there."""
    held = work.bookings.peek_where("interview_id", interview_id)
    return Needs.matching("booking", "interview_id", interview_id) | Needs.rows(
        "interviewer", *(one.interviewer_id for one in held)
    )


def take_seats(
    work: Work, interview: Interview, session: Session, people: tuple[str, ...], *, now: datetime
) -> Interview:
    """Bookings of these people for a session that has a time."""
    span = session.span
    if span is None:
        raise ValueError("a session without a time seats nobody")
    for who in people:
        interview = changed(interview, serial=interview.serial + 1)
        interviewer = work.interviewers.get(who)
        work.bookings.add(
            booking(
                f"{interview.id}/{interview.serial}",
                interview.id,
                session.id,
                who,
                span,
                buffer=interviewer.larger_buffer if interviewer else span.length * 0,
                imported=interview.imported,
            )
        )
        if interview.imported:
            work.timers.set(RECHECK_INTERVIEWER, who, now)
        else:
            work.timers.set(RECHECK_OFFERS, who, now + BOOKINGS_SETTLE_FOR)
    return interview


def release_seats(
    work: Work,
    interview: Interview,
    *,
    now: datetime,
    session_id: str | None = None,
    interviewer_id: str | None = None,
) -> None:
    """Gives back what is still to come: all of it, one session's, or one interviewer's."""
    for held in work.bookings.where("interview_id", interview.id):
        kept = session_id not in {None, held.session_id}
        kept = kept or interviewer_id not in {None, held.interviewer_id}
        if not kept and held.ends_at > now:
            give_back(work, interview, held, now=now)


def give_back(work: Work, interview: Interview, held: Booking, *, now: datetime) -> None:
    """Whoever looks for slots there looks again; so does whoever this was in the way of."""
    work.bookings.remove(held.id)
    work.timers.set(RECHECK_OFFERS, held.interviewer_id, now)
    if held.imported or interview.conflicts:
        work.timers.set(RECHECK_INTERVIEWER, held.interviewer_id, now)
