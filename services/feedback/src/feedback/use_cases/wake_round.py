"""A round's time has come: somebody is late, a gate opens, decisions are told, a hold ends, it closes."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.domain.settle import open_next_pair
from feedback.ports import Work
from feedback.use_cases.publish_round import application_of, publish_round, round_needs
from feedback.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    return round_needs(message.aggregate_id, work)


def wake_round(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    """The timer that fired is gone: whatever comes next is set anew."""
    round_ = work.rounds.get(message.aggregate_id)
    if round_ is None or round_.application_id is None:
        return None
    before = changed(round_, wake_at=None)
    standing = application_of(work, round_.application_id).standing
    publish_round(work, before, open_next_pair(before, standing, now=now), now=now)
    return None
