"""Tells how a round stands, although nothing happened to it: for whoever has lost, or never had, its state."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.describe_round import describe_round
from feedback.working_set import Needs, Refusal, Restate
from parley_contracts.rounds import RoundSnapshot


def needs(message: Restate, work: Work) -> Needs:
    del work
    return Needs.rows("round", message.aggregate_id)


def restate_round(message: Restate, work: Work, *, now: datetime) -> Refusal | None:
    round_ = work.rounds.get(message.aggregate_id)
    if round_ is None or round_.team is None:
        return Refusal("not_known")
    if message.above is not None:
        if round_.revision > message.above:
            return Refusal("told_since")
        generation = max(round_.generation, message.generation)
        round_ = changed(round_, revision=message.above + 1, generation=generation)
        work.rounds.put(round_)
    if not round_.revision:
        return Refusal("nothing_told")
    work.publish(RoundSnapshot(revision=round_.revision, round=describe_round(round_)), at=now)
    return None
