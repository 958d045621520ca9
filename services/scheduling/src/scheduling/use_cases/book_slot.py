"""The candidate takes one of the offered times: all seats in one transaction, or none."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import InterviewBooked
from scheduling.domain.changed import changed
from scheduling.domain.interview import By, Interview, Status, booked
from scheduling.domain.slots import wish_of
from scheduling.domain.span import Span
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.concerned import needs_of_search, search_at
from scheduling.use_cases.seats import needs_of_seats, take_seats
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class BookSlot:
    interview_id: str
    person_id: str
    zone: str
    starts_at: datetime


def needs(command: BookSlot, work: Work) -> Needs:
    wanted = Needs.rows("interview", command.interview_id)
    interview = work.interviews.peek(command.interview_id)
    if interview is None or interview.status != Status.OFFERED:
        return wanted
    return wanted | needs_of_time(interview, command.starts_at, work)


def book_slot(command: BookSlot, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or interview.candidate_id != command.person_id:
        return Refusal("not_yours")
    if interview.status == Status.BOOKED:
        same = not interview.imported and interview.single.starts_at == command.starts_at
        return None if same else Refusal("already_booked")
    if interview.status != Status.OFFERED:
        return Refusal("not_offered")
    after = seated_at(interview, command.starts_at, command.zone, work, now=now)
    if isinstance(after, Refusal):
        return after
    after = changed(after, reading_zone=command.zone)
    set_for(work, after, now=now)
    told(work, after, InterviewBooked, now=now, by=By.CANDIDATE)
    return None


def needs_of_time(interview: Interview, starts_at: datetime, work: Work) -> Needs:
    span = Span(starts_at, starts_at + interview.single.length)
    return needs_of_search(interview, work, span) | needs_of_seats(interview.id, work)


def seated_at(
    interview: Interview, starts_at: datetime, zone: str, work: Work, *, now: datetime
) -> Interview | Refusal:
    """The interview with everyone seated at that time; what was offered is asked once more, on locked rows."""
    wish = wish_of(interview)
    if wish is None:
        return Refusal("not_offered")
    span = Span(starts_at, starts_at + interview.single.length)
    search = search_at(interview, wish, work, span)
    if not search.allows(starts_at, now=now):
        return Refusal("not_offered_then")
    people = search.seat(starts_at)
    if people is None:
        return Refusal("slot_taken")
    after = booked(interview, starts_at, people, zone=zone)
    return take_seats(work, after, after.single, after.single.people, now=now)
