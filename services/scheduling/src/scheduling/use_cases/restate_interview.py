"""Tells how an interview stands, although nothing happened to it: for whoever has lost, or never had, its state."""

from datetime import datetime

from parley_contracts.interviews import InterviewSnapshot
from scheduling.domain.changed import changed
from scheduling.ports import Work
from scheduling.use_cases.public_state import public_state
from scheduling.working_set import Needs, Refusal, Restate


def needs(message: Restate, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def restate_interview(message: Restate, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None:
        return Refusal("not_known")
    if message.above is not None:
        if interview.revision > message.above:
            return Refusal("told_since")
        generation = max(interview.generation, message.generation)
        interview = changed(interview, revision=message.above + 1, generation=generation)
        work.interviews.put(interview)
    if not interview.revision:
        return Refusal("nothing_told")
    snapshot = InterviewSnapshot(
        revision=interview.revision,
        upstream=interview.asked.get("upstream"),
        interview=public_state(interview),
    )
    work.publish(snapshot, at=now)
    return None
