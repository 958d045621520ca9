"""Somebody's time was taken or given back: offers that it leaves short, or could help, are searched again."""

from datetime import datetime

from scheduling.domain.facts import Short
from scheduling.domain.interview import Status
from scheduling.domain.kinds import FIND_SLOTS
from scheduling.ports import Work
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("interviewer", message.aggregate_id) | Needs.rows(
        "interview", *_short(message)
    )


def recheck_offers(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    for interview_id in _short(message):
        interview = work.interviews.get(interview_id)
        if interview is not None and interview.status in {Status.NO_SLOTS, Status.OFFERED}:
            work.timers.set(FIND_SLOTS, interview_id, now)
    return None


def _short(message: Fired) -> tuple[str, ...]:
    return message.facts.interviews if isinstance(message.facts, Short) else ()
