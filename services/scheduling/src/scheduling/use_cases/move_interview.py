"""The candidate takes another time than the booked one."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import InterviewRescheduled
from scheduling.domain.changed import changed
from scheduling.domain.interview import By, Interview, Note, Status, noted
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.book_slot import needs_of_time, seated_at
from scheduling.use_cases.seats import give_back
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class MoveInterview:
    interview_id: str
    person_id: str
    zone: str
    was_at: datetime
    starts_at: datetime
    reason: str
    note: str


def needs(command: MoveInterview, work: Work) -> Needs:
    wanted = Needs.rows("interview", command.interview_id)
    interview = work.interviews.peek(command.interview_id)
    if interview is None or interview.status != Status.BOOKED or interview.imported:
        return wanted
    return wanted | needs_of_time(interview, command.starts_at, work)


def move_interview(command: MoveInterview, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or interview.candidate_id != command.person_id:
        return Refusal("not_yours")
    was_at = interview.single.starts_at
    if interview.status != Status.BOOKED or interview.imported or was_at is None:
        return Refusal("not_booked")
    if was_at == command.starts_at:
        return None
    if was_at != command.was_at or now >= was_at:
        return Refusal("moved_on" if was_at != command.was_at else "too_late")
    return _move(command, interview, was_at, work, now=now)


def _move(
    command: MoveInterview, interview: Interview, was_at: datetime, work: Work, *, now: datetime
) -> Refusal | None:
    after = seated_at(interview, command.starts_at, command.zone, work, now=now)
    if isinstance(after, Refusal):
        return after
    for held in work.bookings.where("interview_id", interview.id):
        if held.starts_at == was_at:
            give_back(work, interview, held, now=now)
    note = Note(command.person_id, By.CANDIDATE, "move", command.reason, command.note, now)
    after = noted(changed(after, reading_zone=command.zone), note)
    set_for(work, after, now=now)
    moves = [{"session_id": after.single.id, "was_at": was_at}]
    told(work, after, InterviewRescheduled, now=now, by=By.CANDIDATE, moves=moves)
    return None
