"""The coordinator has seen to what waited for them."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import InterviewChanged
from scheduling.domain.changed import changed
from scheduling.domain.interview import By
from scheduling.ports import Work
from scheduling.use_cases.roles import plays
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class SettleAttention:
    interview_id: str
    person_id: str


def needs(command: SettleAttention, work: Work) -> Needs:
    del work
    return Needs.rows("interview", command.interview_id)


def settle_attention(command: SettleAttention, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or not plays(interview, command.person_id, By.HIRING_TEAM):
        return Refusal("not_yours")
    if interview.attention is not None:
        settled = changed(interview, attention=None)
        told(work, settled, InterviewChanged, now=now, changed=["details"])
    return None
