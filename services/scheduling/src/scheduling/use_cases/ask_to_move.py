"""An interviewer or the hiring team needs another time: this one is given up, and new ones are offered."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import InterviewRescheduled
from scheduling.domain.changed import changed
from scheduling.domain.interview import Avoided, By, Note, Status, noted, searching
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.roles import plays
from scheduling.use_cases.seats import needs_of_seats, release_seats
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class AskToMove:
    interview_id: str
    person_id: str
    by: By
    was_at: datetime
    reason: str
    note: str


def needs(command: AskToMove, work: Work) -> Needs:
    return Needs.rows("interview", command.interview_id) | needs_of_seats(
        command.interview_id, work
    )


def ask_to_move(command: AskToMove, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or not plays(interview, command.person_id, command.by):
        return Refusal("not_yours")
    if interview.imported:
        return Refusal("scheduled_elsewhere")
    span = interview.single.span
    if interview.status != Status.BOOKED or span is None:
        return Refusal("not_booked")
    if span.starts_at != command.was_at:
        return Refusal("moved_on")
    if span.starts_at <= now:
        return Refusal("too_late")
    note = Note(command.person_id, command.by, "move", command.reason, command.note, now)
    avoided = interview.avoided
    if command.by is By.INTERVIEWER:
        avoided = (*avoided, Avoided(command.person_id, span))
    release_seats(work, interview, now=now)
    after = noted(changed(searching(interview), avoided=avoided), note)
    set_for(work, after, now=now)
    moves = [{"session_id": after.single.id, "was_at": span.starts_at}]
    told(work, after, InterviewRescheduled, now=now, by=command.by, moves=moves)
    return None
