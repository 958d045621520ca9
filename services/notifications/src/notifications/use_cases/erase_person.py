"""Forgets a person under every id that turned out to be theirs: name, address, what was to be sent, and what was
kept of broken records.
"""

from collections.abc import Callable
from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.message import Message, Status, Suppression
from notifications.domain.person import Person
from notifications.ports import Work
from notifications.use_cases.publish_outcome import publish_outcome
from notifications.use_cases.record_outcome import clear_mark, needs_of_desk
from notifications.use_cases.upsert_person import release
from notifications.working_set import Fired, Needs, Refusal
from parley_contracts.cloudevents import Tombstone

FORGET = "forget_records"


def needs(message: Tombstone, work: Work) -> Needs:
    return needs_to_erase(message.key, work)


def needs_to_erase(person_id: str, work: Work) -> Needs:
    return Needs.union(
        _needs_of(one, work) for one in same_person(person_id, work.persons.peek_where)
    )


def _needs_of(person_id: str, work: Work) -> Needs:
    mine = work.messages.peek_where("person_id", person_id)
    queued = [one for one in mine if one.status == Status.QUEUED]
    marked = (needs_of_desk(one, work) for one in mine if one.failed_person is not None)
    return (
        Needs.union(marked)
        | Needs.rows("person", person_id)
        | Needs.matching("person", "merged_into", person_id)
        | Needs.matching("message", "person_id", person_id)
        | Needs.matching("dossier", "waiting_for", person_id)
        | Needs.matching("application", "waiting_for", person_id)
        | Needs.rows("delivery", *(one.id for one in queued))
        | Needs.rows("stream", *(one.key for one in queued))
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
    for person in same_person(person_id, work.persons.where):
        before = work.persons.get(person) or Person(id=person)
        work.persons.put(before.erase())
        for one in work.messages.where("person_id", person):
            work.messages.put(_hold_back(one, work, now=now))
            if one.failed_person is not None:
                clear_mark(work, one, now=now)
        release(work, person, now=now)
        # Later than this batch, whose own broken records are kept after its use cases have run.
        work.timers.set(FORGET, person, now)


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


def _hold_back(message: Message, work: Work, *, now: datetime) -> Message:
    """Nothing of what it says is kept; that it was there is."""
    bare = changed(message, parts=(), actions=(), entry=None, failed_person=None)
    if message.status != Status.QUEUED:
        return bare
    work.deliveries.remove(message.id)
    held = changed(bare, status=Status.SUPPRESSED)
    publish_outcome(work, held, reason=Suppression.PERSON_ERASED, now=now)
    return held
