"""The candidate says in which zone they read times, and has looked at the offer."""

from dataclasses import dataclass
from datetime import datetime

from parley_contracts.interviews import OfferOpened
from scheduling.domain.changed import changed
from scheduling.domain.interview import Status
from scheduling.ports import Work
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


@dataclass(frozen=True, slots=True)
class OpenOffer:
    interview_id: str
    person_id: str
    zone: str


def needs(command: OpenOffer, work: Work) -> Needs:
    del work
    return Needs.rows("interview", command.interview_id)


def open_offer(command: OpenOffer, work: Work, *, now: datetime) -> Refusal | None:
    interview = work.interviews.get(command.interview_id)
    if interview is None or interview.candidate_id != command.person_id:
        return Refusal("not_yours")
    after = changed(interview, reading_zone=command.zone)
    work.interviews.put(after)
    if after.status == Status.OFFERED and after.slots is not None and after.slots.opened_at is None:
        slots = changed(after.slots, opened_at=now)
        told(work, changed(after, slots=slots), OfferOpened, now=now)
    return None
