"""An interviewer of whom nobody has heard: after a while the ATS is told, later the search gives up."""

from datetime import datetime

from parley_contracts.intake import Missing, RecordRef, RecordWaiting
from scheduling.domain.changed import changed
from scheduling.domain.interview import RecordPlace, Status
from scheduling.domain.kinds import FIND_SLOTS
from scheduling.ports import Work
from scheduling.use_cases.alarms import set_for
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interview", message.aggregate_id)


def wait_for_interviewer(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(message.aggregate_id)
    if interview is None or interview.status != Status.SEARCHING or interview.waiting is None:
        return None
    waiting = interview.waiting
    if waiting.told:
        work.timers.set(FIND_SLOTS, interview.id, now)
        return None
    after = changed(interview, waiting=changed(waiting, told=True))
    work.interviews.put(after)
    set_for(work, after, now=now)
    if interview.record is not None:
        event = RecordWaiting(
            key=interview.application_id,
            record=_record(interview.record),
            missing=Missing.INTERVIEWER,
            missing_id=waiting.missing_id,
            since=waiting.since,
        )
        work.publish(event, at=now)
    return None


def _record(place: RecordPlace) -> RecordRef:
    return RecordRef(
        topic=place.topic,
        partition=place.partition,
        offset=place.offset,
        source=place.source,
        id=place.id,
        type=place.type,
    )
