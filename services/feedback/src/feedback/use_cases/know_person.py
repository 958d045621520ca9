"""Someone is known, or known anew: what the other side may read of them, and their zone."""

from datetime import datetime

from feedback.domain.person import Person
from feedback.domain.revisions import having_seen
from feedback.ports import Work
from feedback.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonUpserted


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("person", message.subject)


def know_person(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    del now
    event = message.data
    if not isinstance(event, PersonUpserted):
        raise TypeError("a person is expected here")
    known = work.people.get(event.person_id) or Person(id=event.person_id)
    if not known.hears(message.source, event.revision):
        return Refusal("erased" if known.erased else "older")
    work.note_gap(event, known.seen.get(message.source))
    work.people.put(
        Person(
            id=event.person_id,
            seen=having_seen(known.seen, message.source, event.revision),
            name=event.name,
            pronouns=event.pronouns,
            title=event.title,
            bio=event.bio,
            zone=event.zone,
        )
    )
    return None
