"""A person releases job-related feedback to the candidate. It is owed, whatever the candidate does: so
that their review closes the round takes nothing from it.
"""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.domain.round import CloseReason, SessionState
from feedback.domain.words import Released
from feedback.ports import Work
from feedback.use_cases.enter_round import CLOSED, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFeedback:
    interview_id: str
    person_id: str
    generation: int
    text: str


def needs(message: ReleaseFeedback, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def release_feedback(message: ReleaseFeedback, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.RECRUITER, Role.DECIDER, after_closing=True)
    if isinstance(round_, Refusal):
        return round_
    if round_.released is not None:
        return None if round_.released.text == message.text else Refusal("released_already")
    if round_.closed_at is not None and round_.close_reason is not CloseReason.COMPLETE:
        return CLOSED
    if not any(one.state is SessionState.ENDED for one in round_.sessions):
        return Refusal("not_over")
    released = Released(text=message.text, by=message.person_id, at=now)
    publish_round(work, round_, changed(round_, released=released), now=now)
    return None
