"""Forgets a person: name, address, what was to be sent, and what was kept of broken records."""

from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.message import Message, Status, Suppression
from notifications.domain.person import Person
from notifications.ports import Work
from notifications.use_cases.publish_outcome import publish_outcome
from notifications.use_cases.record_outcome import clear_mark, needs_of_desk
from notifications.working_set import Fired, Needs, Refusal
from parley_contracts.cloudevents import Tombstone

FORGET = "forget_records"


def needs(message: Tombstone, work: Work) -> Needs:
    mine = work.messages.peek_where("person_id", message.key)
    queued = [one for one in mine if one.status == Status.QUEUED]
    marked = (needs_of_desk(one, work) for one in mine if one.failed_person is not None)
    return (
        Needs.union(marked)
        | Needs.rows("person", message.key)
        | Needs.matching("message", "person_id", message.key)
        | Needs.rows("delivery", *(one.id for one in queued))
        | Needs.rows("stream", *(one.key for one in queued))
    )


def erase_person(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    before = work.persons.get(message.key) or Person(id=message.key)
    work.persons.put(before.erase())
    for one in work.messages.where("person_id", message.key):
        work.messages.put(_hold_back(one, work, now=now))
        if one.failed_person is not None:
            clear_mark(work, one, now=now)
    # Later than this batch, whose own broken records are kept after its use cases have run.
    work.timers.set(FORGET, message.key, now)
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


def _hold_back(message: Message, work: Work, *, now: datetime) -> Message:
    """Nothing of what it says is kept; that it was there is."""
    bare = changed(message, parts=(), actions=(), entry=None, failed_person=None)
    if message.status != Status.QUEUED:
        return bare
    work.deliveries.remove(message.id)
    held = changed(bare, status=Status.SUPPRESSED)
    publish_outcome(work, held, reason=Suppression.PERSON_ERASED, now=now)
    return held
