"""The coordinator wants new times: for an offer that ended, found nothing or ran dry."""

from dataclasses import dataclass
from datetime import datetime

from scheduling.domain.interview import OPEN, By, searching
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.use_cases.roles import plays
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class SearchAgain:
    interview_id: str
    person_id: str


def needs(command: SearchAgain, work: Work) -> Needs:
    del work
    return Needs.rows("interview", command.interview_id)


def search_again(command: SearchAgain, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or not plays(interview, command.person_id, By.HIRING_TEAM):
        return Refusal("not_yours")
    if len(interview.sessions) > 1 or interview.imported:
        return Refusal("not_searched")
    if interview.status not in OPEN:
        return Refusal("not_open")
    after = searching(interview)
    work.interviews.put(after)
    set_for(work, after, now=now)
    return None
