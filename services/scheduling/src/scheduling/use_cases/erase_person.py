"""Somebody is erased: what they are called, what they wrote, and what was kept of broken records; id and
revision are remembered.
"""

from datetime import datetime

from parley_contracts.cloudevents import Tombstone
from scheduling.domain.changed import changed
from scheduling.domain.interview import By, Why
from scheduling.domain.kinds import FORGET_RECORDS
from scheduling.domain.person import Person
from scheduling.ports import Work
from scheduling.use_cases.ending import call_off
from scheduling.use_cases.seats import needs_of_seats
from scheduling.working_set import Fired, Needs, Refusal


def needs(message: Tombstone, work: Work) -> Needs:
    interviews = work.interviews.peek_where("candidate_id", message.key)
    return Needs.union(
        [
            Needs.rows("person", message.key),
            Needs.matching("interview", "candidate_id", message.key),
            Needs.matching("interview", "concerns", message.key),
            Needs.matching("interview", "writers", message.key),
            *(needs_of_seats(one.id, work) for one in interviews),
        ]
    )


def erase_person(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    before = work.persons.get(message.key) or Person(message.key)
    work.persons.put(Person(message.key, before.seen, erased=True))
    seated = work.interviews.where("concerns", message.key)
    invited = work.interviews.where("candidate_id", message.key)
    wrote = work.interviews.where("writers", message.key)
    for interview in {one.id: one for one in (*seated, *invited, *wrote)}.values():
        notes = tuple(one for one in interview.notes if one.person_id != message.key)
        after = changed(interview, notes=notes)
        work.interviews.put(after)
        if after.candidate_id == message.key and after.live:
            call_off(work, after, By.ATS, Why.PERSON_ERASED, now=now)
    # Later than this batch, whose own broken records are kept after its use cases have run.
    work.timers.set(FORGET_RECORDS, message.key, now)
    return None


def needs_to_forget(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("person", message.aggregate_id) | Needs.rows(
        "kept_records", message.aggregate_id
    )


def forget_records(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    del now
    person = work.persons.get(message.aggregate_id)
    if person is None or not person.erased:
        return Refusal("not_erased")
    work.kept_records.remove(message.aggregate_id)
    return None
