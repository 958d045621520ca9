"""The candidate gives their review, or changes it as long as that is open."""

from dataclasses import dataclass
from datetime import datetime

from feedback.domain import seals
from feedback.domain.changed import changed
from feedback.domain.roles import Role
from feedback.domain.round import SessionState
from feedback.domain.words import Review
from feedback.ports import Work
from feedback.use_cases.enter_round import CHANGED_ELSEWHERE, enter_round
from feedback.use_cases.publish_round import publish_round, round_needs
from feedback.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitReview:
    interview_id: str
    person_id: str
    generation: int
    review: Review
    seen: int
    """How many versions the writer's page knew of."""


def needs(message: SubmitReview, work: Work) -> Needs:
    return round_needs(message.interview_id, work)


def submit_review(message: SubmitReview, work: Work, *, now: datetime) -> Refusal | None:
    round_ = enter_round(message, work, Role.CANDIDATE)
    if isinstance(round_, Refusal):
        return round_
    if not any(one.state is SessionState.ENDED for one in round_.sessions):
        return Refusal("not_over")
    review = round_.review
    if review.versions and review.versions[-1] == message.review:
        return None
    if not seals.may_write_review(round_):
        return Refusal("opened_to_you")
    if message.seen != len(review.versions):
        return CHANGED_ELSEWHERE
    written = changed(
        review,
        versions=(*review.versions, message.review),
        submitted_at=review.submitted_at or now,
    )
    publish_round(work, round_, changed(round_, review=written), now=now)
    return None
