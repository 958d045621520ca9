"""A person is erased: what is held of them, what they wrote, and what was written about them."""

from datetime import datetime

from feedback.domain.erasure import without_words_of
from feedback.domain.person import Person
from feedback.ports import Work
from feedback.working_set import Needs, Refusal
from parley_contracts.cloudevents import Tombstone


def needs(message: Tombstone, work: Work) -> Needs:
    rounds = work.rounds.peek_where("people", message.key)
    return (
        Needs.rows("person", message.key)
        | Needs.matching("round", "people", message.key)
        | Needs.rows("application", *[one.application_id for one in rounds])
    )


def erase_person(message: Tombstone, work: Work, *, now: datetime) -> Refusal | None:
    """The id and its revision stay, so that only something newer brings the person back."""
    del now
    known = work.people.get(message.key) or Person(id=message.key)
    work.people.put(known.erase())
    for round_ in work.rounds.where("people", message.key):
        work.rounds.put(without_words_of(round_, message.key))
    return None
