"""Somebody is erased under every id that turned out to be theirs: what they are called, what they wrote,
and what was kept of broken records; ids and revisions are remembered.
"""

from collections.abc import Callable
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
    return needs_to_erase(message.key, work)


def needs_to_erase(person_id: str, work: Work) -> Needs:
    return Needs.union(
        _needs_of(one, work) for one in same_person(person_id, work.persons.peek_where)
    )


def _needs_of(person_id: str, work: Work) -> Needs:
    interviews = work.interviews.peek_where("candidate_id", person_id)
    return Needs.union(
        [
            Needs.rows("person", person_id),
            Needs.matching("person", "merged_into", person_id),
            Needs.matching("interview", "candidate_id", person_id),
            Needs.matching("interview", "concerns", person_id),
            Needs.matching("interview", "writers", person_id),
            *(needs_of_seats(one.id, work) for one in interviews),
        ]
    )


def same_person(person_id: str, where: Callable[[str, str], tuple[Person, ...]]) -> tuple[str, ...]:
    """An id, and all that were merged into it, one after the other or at once."""
    ids = [person_id]
    for one in ids:
        ids.extend(old.id for old in where("merged_into", one) if old.id not in ids)
    return tuple(ids)


def erase_person(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    erase(message.key, work, now=now)
    return None


def erase(person_id: str, work: Work, *, now: datetime) -> None:
    for one in same_person(person_id, work.persons.where):
        before = work.persons.get(one) or Person(one)
        work.persons.put(Person(one, before.seen, erased=True))
        _forget_words(one, work, now=now)
        # Later than this batch, whose own broken records are kept after its use cases have run.
        work.timers.set(FORGET_RECORDS, one, now)


def _forget_words(person_id: str, work: Work, *, now: datetime) -> None:
    seated = work.interviews.where("concerns", person_id)
    invited = work.interviews.where("candidate_id", person_id)
    wrote = work.interviews.where("writers", person_id)
    for interview in {one.id: one for one in (*seated, *invited, *wrote)}.values():
        notes = tuple(one for one in interview.notes if one.person_id != person_id)
        after = changed(interview, notes=notes)
        work.interviews.put(after)
        if after.candidate_id == person_id and after.live:
            call_off(work, after, By.ATS, Why.PERSON_ERASED, now=now)


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
