"""How an interview is called off, whoever does it."""

from datetime import datetime

from parley_contracts.interviews import InterviewCancelled
from scheduling.domain.application import Application, Standing
from scheduling.domain.interview import By, Cancellation, Interview, Why, cancelled
from scheduling.domain.person import Person
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.seats import release_seats
from scheduling.use_cases.told import told


def call_off(work: Work, interview: Interview, by: By, reason: Why, *, now: datetime) -> Interview:
    release_seats(work, interview, now=now)
    after = cancelled(interview, Cancellation(now, by, reason))
    set_for(work, after, now=now)
    return told(work, after, InterviewCancelled, now=now)


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
