"""A person turned out to be another one: what is meant for the old id reaches who remains. Where that one has been
erased meanwhile, so is the old id.
"""

from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.person import Person
from notifications.domain.revisions import having_seen, is_newer
from notifications.ports import Work
from notifications.use_cases.erase_person import erase, needs_to_erase
from notifications.use_cases.upsert_person import release, released_needs, send_again
from notifications.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonMerged


def needs(message: Received, work: Work) -> Needs:
    event = message.data
    into_id = event.into_id if isinstance(event, PersonMerged) else None
    into = work.persons.peek(into_id) if into_id is not None else None
    mine = released_needs(message.subject, work) | Needs.looking("person", into_id)
    gone = into is not None and into.erased
    return mine | needs_to_erase(message.subject, work) if gone else mine


def merge_person(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    if not isinstance(event, PersonMerged):
        raise TypeError("this is no merge")
    before = work.persons.get(event.person_id) or Person(id=event.person_id)
    if before.erased:
        return Refusal("erased")
    if not is_newer(before.seen, message.source, event.revision):
        return Refusal("older_revision")
    work.note_gap(event, before.seen.get(message.source))
    # What was known of the old id goes: there is one address, and it is the other person's.
    merged = Person(
        id=before.id,
        seen=having_seen(before.seen, message.source, event.revision),
        merged_into=event.into_id,
        generation=before.generation,
        letters=before.letters,
    )
    work.persons.put(changed(merged, renewals=before.renewals))
    into = work.persons.get(event.into_id)
    if into is not None and into.erased:
        erase(event.person_id, work, now=now)
        return None
    release(work, event.person_id, now=now)
    send_again(work, event.person_id, now=now)
    return None
