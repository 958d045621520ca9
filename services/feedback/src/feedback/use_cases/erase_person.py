"""A person is erased: what is held of them, what they wrote, what was written about them, and what was
kept of broken records.
"""

from datetime import datetime

from feedback.domain.erasure import without_words_of
from feedback.domain.person import Person
from feedback.ports import Work
from feedback.working_set import Fired, Needs, Refusal
from parley_contracts.cloudevents import Tombstone

FORGET = "forget_records"


def needs(message: Tombstone, work: Work) -> Needs:
    rounds = work.rounds.peek_where("people", message.key)
    return (
        Needs.rows("person", message.key)
        | Needs.matching("round", "people", message.key)
        | Needs.rows("application", *[one.application_id for one in rounds])
    )


def erase_person(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    """The id and its revision stay, so that only something newer brings the person back."""
    known = work.people.get(message.key) or Person(id=message.key)
    work.people.put(known.erase())
    for round_ in work.rounds.where("people", message.key):
        work.rounds.put(without_words_of(round_, message.key))
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
    person = work.people.get(message.aggregate_id)
    if person is None or not person.erased:
        return Refusal("not_erased")
    work.kept_records.remove(message.aggregate_id)
    return None
