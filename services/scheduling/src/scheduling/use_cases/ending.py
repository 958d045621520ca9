"""How an interview is called off, whoever does it."""

from datetime import datetime

from parley_contracts.interviews import InterviewCancelled, SessionEnded
from scheduling.domain.application import Application, Standing
from scheduling.domain.interview import (
    By,
    Cancellation,
    Interview,
    Session,
    SessionState,
    Status,
    Why,
    cancelled,
    ended,
)
from scheduling.domain.person import Person
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.seats import release_seats
from scheduling.use_cases.told import told


def call_off(work: Work, interview: Interview, by: By, reason: Why, *, now: datetime) -> Interview:
    """What is over took place: it ends as it would have by itself, and where nothing is left nothing is called off."""
    interview = end_what_is_over(work, interview, now=now)
    if interview.status == Status.ENDED:
        set_for(work, interview, now=now)
        return interview
    release_seats(work, interview, now=now)
    after = cancelled(interview, Cancellation(now, by, reason))
    set_for(work, after, now=now)
    return told(work, after, InterviewCancelled, now=now)


def end_what_is_over(work: Work, interview: Interview, *, now: datetime) -> Interview:
    """Session by session, in the order of their ends; its timers are the caller's to set."""
    for session in _over(interview, now=now):
        interview = ended(interview, session)
        last = interview.status == Status.ENDED
        interview = told(work, interview, SessionEnded, now=now, session_id=session.id, last=last)
    return interview


def _over(interview: Interview, *, now: datetime) -> list[Session]:
    over = [
        (session.span.ends_at, session.id, session)
        for session in interview.sessions
        if session.state == SessionState.BOOKED and session.span and session.span.ends_at <= now
    ]
    return [session for _, _, session in sorted(over, key=lambda one: one[:2])]


def called_off_already(
    interview: Interview, application: Application | None, candidate: Person | None
) -> tuple[By, Why] | None:
    """Why an interview that is asked for now will not take place, whatever came first."""
    if candidate is not None and candidate.erased:
        return By.ATS, Why.PERSON_ERASED
    if application is None:
        return None
    if application.standing == Standing.CLOSED:
        return By.ATS, Why.APPLICATION_CLOSED
    if not application.takes(last_end(interview)):
        return By.ATS, Why.APPLICATION_ON_HOLD
    return declined(interview, application)


def declined(interview: Interview, application: Application) -> tuple[By, Why] | None:
    """Asked for before a side said that it does not go on."""
    decline = application.decline
    if decline is None or interview.asked_at > decline.told_at:
        return None
    if decline.side == "candidate":
        return By.CANDIDATE, Why.CANDIDATE_DECLINED
    return By.HIRING_TEAM, Why.APPLICATION_CLOSED


def last_end(interview: Interview) -> datetime:
    """By when it would be over at the latest."""
    spans = [one.span for one in interview.sessions if one.span is not None]
    if spans:
        return max(span.ends_at for span in spans)
    if interview.request is None:
        return interview.asked_at
    return interview.request.window.ends_at
