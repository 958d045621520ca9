"""A session's last minute is over, whether it took place or not."""

from datetime import datetime

from parley_contracts.interviews import SessionEnded
from scheduling.domain.interview import Interview, Session, SessionState, Status, ended
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.told import told
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def end_session(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status != Status.BOOKED:
        return None
    for session in _over(interview, now=now):
        interview = ended(interview, session)
        last = interview.status == Status.ENDED
        interview = told(work, interview, SessionEnded, now=now, session_id=session.id, last=last)
    set_for(work, interview, now=now)
    return None


def _over(interview: Interview, *, now: datetime) -> list[Session]:
    over = [
        (session.span.ends_at, session.id, session)
        for session in interview.sessions
        if session.state == SessionState.BOOKED and session.span and session.span.ends_at <= now
    ]
    return [session for _, _, session in sorted(over, key=lambda one: one[:2])]
