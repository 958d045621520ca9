"""Someone says that they have read their preparation page; both sides see that they did."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.ports import Work
from feedback.use_cases.enter_round import enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPreparation:
    interview_id: str
    person_id: str
    generation: int


def needs(message: ReadPreparation, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def read_preparation(message: ReadPreparation, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.CANDIDATE, Role.INTERVIEWER, Role.SHADOW)
    if isinstance(round_, Refusal):
        return round_
    if message.person_id in round_.read_by:
        return None
    after = changed(round_, read_by=(*round_.read_by, message.person_id))
    publish_round(work, round_, after, now=now)
    return None
