"""Somebody calls the whole interview off on their page, with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduling.domain.interview import By, Interview, Note, SessionState, Why, noted
from scheduling.ports import Work
from scheduling.use_cases.ending import call_off
from scheduling.use_cases.roles import plays
from scheduling.use_cases.seats import needs_of_seats
from scheduling.working_set import Needs, Refusal

WHY: Mapping[By, Mapping[str, Why]] = {
    By.CANDIDATE: {
        "withdraw": Why.CANDIDATE_WITHDREW,
        "not_this_interview": Why.CANDIDATE_DECLINED,
        "other": Why.OTHER,
    },
    By.INTERVIEWER: {"cannot_take_place": Why.OTHER, "other": Why.OTHER},
    By.HIRING_TEAM: {
        "no_longer_needed": Why.REQUEST_CANCELLED,
        "position_filled": Why.REQUEST_CANCELLED,
        "other": Why.OTHER,
    },
}


@dataclass(frozen=True, slots=True)
class CancelInterview:
    interview_id: str
    person_id: str
    by: By
    reason: str
    note: str


def needs(command: CancelInterview, work: Work) -> Needs:
    return Needs.rows("interview", command.interview_id) | needs_of_seats(
        command.interview_id, work
    )


def cancel_interview(command: CancelInterview, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or not plays(interview, command.person_id, command.by):
        return Refusal("not_yours")
    if interview.cancelled is not None:
        return None
    if not interview.live:
        return Refusal("too_late")
    if _under_way(interview, now=now):
        return Refusal("too_late")
    why = WHY[command.by].get(command.reason, Why.OTHER)
    note = Note(command.person_id, command.by, "cancel", command.reason, command.note, now)
    call_off(work, noted(interview, note), command.by, why, now=now)
    return None


def _under_way(interview: Interview, *, now: datetime) -> bool:
    """Everything has begun: what did not happen is said on feedback's page."""
    booked = [one.starts_at for one in interview.sessions if one.state == SessionState.BOOKED]
    return bool(booked) and all(start is not None and start <= now for start in booked)
