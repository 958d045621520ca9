"""One person turned out to be another: whoever asks for the one is shown the other."""

from datetime import datetime

from feedback.domain.person import Person
from feedback.ports import Work
from feedback.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonMerged


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("person", message.subject)


def merge_people(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    del now
    event = message.data
    if not isinstance(event, PersonMerged):
        raise TypeError("a merge is expected here")
    known = work.people.get(event.person_id) or Person(id=event.person_id)
    if not known.hears(message.source, event.revision):
        return Refusal("erased" if known.erased else "older")
    work.note_gap(event, known.seen.get(message.source))
    work.people.put(known.merge(event.into_id, message.source, event.revision))
    return None
