"""A person is erased under every id that turned out to be theirs: what is held of them, what they wrote,
what was written about them, and what was kept of broken records.
"""

from collections.abc import Callable
from datetime import datetime

from feedback.domain.erasure import without_words_of
from feedback.domain.person import Person
from feedback.ports import Work
from feedback.working_set import Fired, Needs, Refusal
from parley_contracts.cloudevents import Tombstone

FORGET = "forget_records"


def needs(message: Tombstone, work: Work) -> Needs:
    return needs_to_erase(message.key, work)


def needs_to_erase(person_id: str, work: Work) -> Needs:
    return Needs.union(
        _needs_of(one, work) for one in same_person(person_id, work.people.peek_where)
    )


def _needs_of(person_id: str, work: Work) -> Needs:
    rounds = work.rounds.peek_where("people", person_id)
    return (
        Needs.rows("person", person_id)
        | Needs.matching("person", "merged_into", person_id)
        | Needs.matching("round", "people", person_id)
        | Needs.rows("application", *[one.application_id for one in rounds])
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
    """The ids and their revisions stay, so that only something newer brings the person back."""
    for one in same_person(person_id, work.people.where):
        known = work.people.get(one) or Person(id=one)
        work.people.put(known.erase())
        for round_ in work.rounds.where("people", one):
            work.rounds.put(without_words_of(round_, one))
        # Later than this batch, whose own broken records are kept after its use cases have run.
        work.timers.set(FORGET, one, now)


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
