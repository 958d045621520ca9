"""One person turned out to be another: whoever asks for the one is shown the other. Where the other has been
erased meanwhile, so is the one.
"""

from datetime import datetime

from feedback.domain.person import Person
from feedback.ports import Work
from feedback.use_cases.erase_person import erase, needs_to_erase
from feedback.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonMerged


def needs(message: Received, work: Work) -> Needs:
    event = message.data
    into_id = event.into_id if isinstance(event, PersonMerged) else None
    into = work.people.peek(into_id) if into_id is not None else None
    mine = Needs.rows("person", message.subject) | Needs.looking("person", into_id)
    gone = into is not None and into.erased
    return mine | needs_to_erase(message.subject, work) if gone else mine


def merge_people(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    if not isinstance(event, PersonMerged):
        raise TypeError("a merge is expected here")
    known = work.people.get(event.person_id) or Person(id=event.person_id)
    if known.erased:
        return Refusal("erased")
    if not known.hears(message.source, event.revision):
        return Refusal("older")
    work.note_gap(event, known.seen.get(message.source))
    work.people.put(known.merge(event.into_id, message.source, event.revision))
    into = work.people.get(event.into_id)
    if into is None:
        # Whoever erases them at this moment collides with this, and one of the two sees the other.
        work.people.put(Person(id=event.into_id))
    elif into.erased:
        erase(event.person_id, work, now=now)
    return None
