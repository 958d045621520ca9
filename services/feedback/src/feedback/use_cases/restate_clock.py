"""Tells how an application's clock stands, although nothing happened to it: for whoever has lost, or never had, its state."""

from datetime import datetime

from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.publish_clock import describe_clock
from feedback.working_set import Needs, Refusal, Restate
from parley_contracts.candidate_updates import CandidateUpdateSnapshot


def needs(message: Restate, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.aggregate_id)


def restate_clock(message: Restate, work: Work, *, now: datetime) -> Refusal | None:
    application = work.applications.get(message.aggregate_id)
    if application is None or not application.opened:
        return Refusal("not_known")
    if message.above is not None:
        if application.revision > message.above:
            return Refusal("told_since")
        application = changed(application, revision=message.above + 1)
        work.applications.put(application)
    if not application.revision:
        return Refusal("nothing_told")
    snapshot = CandidateUpdateSnapshot(
        revision=application.revision,
        application=describe_clock(application),
        due=application.due_said and application.overdue_since is None,
    )
    work.publish(snapshot, at=now)
    return None
