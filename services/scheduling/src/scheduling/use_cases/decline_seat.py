"""An interviewer will not be there: somebody else sits down at the same time, or new times are offered."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import InterviewerReplaced, SeatDeclined
from scheduling.domain.changed import changed
from scheduling.domain.interview import (
    Avoided,
    By,
    Interview,
    Note,
    Seat,
    SeatState,
    Session,
    SessionState,
    noted,
    searching,
    with_session,
    without_conflicts,
)
from scheduling.domain.slots import wish_of
from scheduling.domain.span import Span
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.concerned import needs_of_search, search_at
from scheduling.use_cases.seats import needs_of_seats, release_seats, take_seats
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal

NOT_THEN = "not_then"
"""The one reason that leaves other times possible."""


@dataclass(frozen=True, slots=True)
class DeclineSeat:
    interview_id: str
    session_id: str
    person_id: str
    was_at: datetime
    reason: str
    note: str = ""


def needs(command: DeclineSeat, work: Work) -> Needs:
    wanted = Needs.rows("interview", command.interview_id) | needs_of_seats(
        command.interview_id, work
    )
    interview = work.interviews.peek(command.interview_id)
    session = interview.session(command.session_id) if interview is not None else None
    if interview is None or session is None or session.span is None or interview.imported:
        return wanted
    return wanted | needs_of_search(interview, work, session.span)


def decline_seat(command: DeclineSeat, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    session = interview.session(command.session_id) if interview is not None else None
    if interview is None or session is None:
        return Refusal("not_yours")
    seat = next((s for s in session.seats if s.interviewer_id == command.person_id), None)
    if seat is None:
        return Refusal("not_seated")
    if seat.state == SeatState.DECLINED:
        return None
    if session.state != SessionState.BOOKED or session.span is None or not interview.live:
        return Refusal("not_booked")
    moved_on = session.span.starts_at != command.was_at
    if moved_on or session.span.starts_at <= now:
        return Refusal("moved_on" if moved_on else "too_late")
    interview = _remembered(interview, command, session.span, now=now)
    release_seats(work, interview, now=now, session_id=session.id, interviewer_id=command.person_id)
    if interview.imported or seat.shadow:
        _leave_empty(work, interview, session, seat, now=now)
    elif (other := _replacement(work, interview, session, seat)) is not None:
        _replace(work, interview, session, seat, other, now=now)
    else:
        _offer_anew(work, interview, session, seat, now=now)
    return None


def apply_early_answers(work: Work, interview_id: str, *, now: datetime) -> None:
    """Declines that came before the interview that they are about."""
    early = work.early.get(interview_id)
    for answer in early.answers if early is not None else ():
        interview = work.interviews[interview_id]
        session = interview.session(answer.session_id)
        if session is not None and session.starts_at == answer.starts_at:
            command = DeclineSeat(
                interview_id, session.id, answer.person_id, answer.starts_at, NOT_THEN
            )
            decline_seat(command, work, now=now)
    if early is not None and early.answers:
        work.early.put(changed(early, answers=()))


def _remembered(
    interview: Interview, command: DeclineSeat, span: Span, *, now: datetime
) -> Interview:
    note = Note(command.person_id, By.INTERVIEWER, "decline", command.reason, command.note, now)
    avoided = (*interview.avoided, Avoided(command.person_id, span))
    excluded = interview.excluded
    if command.reason != NOT_THEN and command.person_id not in excluded:
        excluded = (*excluded, command.person_id)
    settled = without_conflicts(interview, command.session_id, command.person_id)
    return noted(changed(settled, avoided=avoided, excluded=excluded), note)


def _declined(interview: Interview, session: Session, seat: Seat) -> Interview:
    empty = changed(seat, state=SeatState.DECLINED)
    seats = tuple(empty if one is seat else one for one in session.seats)
    return with_session(interview, changed(session, seats=seats))


def _leave_empty(
    work: Work, interview: Interview, session: Session, seat: Seat, *, now: datetime
) -> None:
    after = _declined(interview, session, seat)
    set_for(work, after, now=now)
    _tell_decline(work, after, session, seat, now=now)


def _replacement(work: Work, interview: Interview, session: Session, seat: Seat) -> str | None:
    wish = wish_of(interview)
    if wish is None or session.span is None:
        return None
    search = search_at(interview, wish, work, session.span)
    return search.replacement(seat, session.span, beside=frozenset(session.people))


def _replace(
    work: Work, interview: Interview, session: Session, seat: Seat, other: str, *, now: datetime
) -> None:
    filled = changed(seat, interviewer_id=other, state=SeatState.SEATED)
    seats = tuple(filled if one is seat else one for one in session.seats)
    seated = changed(session, seats=seats)
    after = take_seats(work, with_session(interview, seated), seated, (other,), now=now)
    told(
        work,
        after,
        InterviewerReplaced,
        now=now,
        session_id=session.id,
        replaced_id=seat.interviewer_id,
        interviewer_id=other,
    )


def _offer_anew(
    work: Work, interview: Interview, session: Session, seat: Seat, *, now: datetime
) -> None:
    release_seats(work, interview, now=now)
    after = searching(_declined(interview, session, seat))
    set_for(work, after, now=now)
    _tell_decline(work, after, session, seat, now=now)


def _tell_decline(
    work: Work, interview: Interview, session: Session, seat: Seat, *, now: datetime
) -> None:
    told(
        work,
        interview,
        SeatDeclined,
        now=now,
        session_id=session.id,
        interviewer_id=seat.interviewer_id,
    )
