"""What every page's action begins with: the round is there, the link is not spent, this person may."""

from typing import Protocol

from feedback.domain.roles import Role, roles_of
from feedback.domain.round import Round
from feedback.ports import Work
from feedback.working_set import Refusal

NOT_KNOWN = Refusal("not_known")
SPENT = Refusal("spent")
NOT_YOURS = Refusal("not_yours")
CLOSED = Refusal("closed")
CHANGED_ELSEWHERE = Refusal("changed_elsewhere")


class Action(Protocol):
    """A page's command: who does what, with a link of which generation."""

    @property
    def interview_id(self) -> str: ...

    @property
    def person_id(self) -> str: ...

    @property
    def generation(self) -> int: ...


def enter_round(
    action: Action, work: Work, *allowed: Role, after_closing: bool = False
) -> Round | Refusal:
    """`after_closing`: for what is owed whether the round has closed or not."""
    round_ = work.rounds.get(action.interview_id)
    if round_ is None or round_.opened_at is None:
        return NOT_KNOWN
    if not roles_of(round_, action.person_id) & frozenset(allowed):
        return NOT_YOURS
    if action.generation < round_.generation:
        return SPENT
    candidate = work.people.get(round_.candidate_id) if round_.candidate_id is not None else None
    if candidate is not None and candidate.erased:
        return CLOSED  # what is written by them or about them would never go
    return round_ if round_.closed_at is None or after_closing else CLOSED
