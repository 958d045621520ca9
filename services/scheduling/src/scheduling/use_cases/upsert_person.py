"""Somebody is known, or known anew; what is no name, no zone and no word about them is not kept."""

from datetime import datetime

from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonMerged, PersonUpserted
from scheduling.domain.person import Person
from scheduling.domain.revisions import brings_back, having_seen, is_newer
from scheduling.ports import Work
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("person", message.subject)


def upsert_person(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    del now
    data = message.data
    before = work.persons.get(message.subject) or Person(message.subject)
    if not is_newer(before.seen, message.source, data.revision):
        return Refusal("older_revision")
    if before.erased and not brings_back(before.seen, message.source, data.revision):
        return Refusal("erased")
    work.note_gap(data, before.seen.get(message.source))
    seen = having_seen(before.seen, message.source, data.revision)
    if isinstance(data, PersonMerged):
        # What was known of the old id goes: pages show who remains.
        work.persons.put(Person(message.subject, seen, merged_into=data.into_id))
    elif isinstance(data, PersonUpserted):
        work.persons.put(
            Person(message.subject, seen, data.name, data.zone, data.pronouns, data.title, data.bio)
        )
    return None
