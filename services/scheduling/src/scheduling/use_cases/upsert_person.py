"""Somebody is known, or known anew; what is no name, no zone and no word about them is not kept. Who turned out
to be somebody that has been erased meanwhile is erased too.
"""

from datetime import datetime

from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonMerged, PersonUpserted
from scheduling.domain.person import Person
from scheduling.domain.revisions import brings_back, having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.erase_person import erase, needs_to_erase
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    data, mine = message.data, Needs.rows("person", message.subject)
    if not isinstance(data, PersonMerged):
        return mine
    into = work.persons.peek(data.into_id)
    mine = mine | Needs.looking("person", data.into_id)
    gone = into is not None and into.erased
    return mine | needs_to_erase(message.subject, work) if gone else mine


def upsert_person(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    before = work.persons.get(message.subject) or Person(message.subject)
    if not is_newer(before.seen, message.source, data.revision):
        return Refusal("older_revision")
    merged = isinstance(data, PersonMerged)
    if before.erased and (merged or not brings_back(before.seen, message.source, data.revision)):
        return Refusal("erased")
    work.note_gap(data, before.seen.get(message.source))
    seen = having_seen(before.seen, message.source, data.revision)
    if isinstance(data, PersonMerged):
        # What was known of the old id goes: pages show who remains.
        work.persons.put(Person(message.subject, seen, merged_into=data.into_id))
        into = work.persons.get(data.into_id)
        if into is not None and into.erased:
            erase(message.subject, work, now=now)
    elif isinstance(data, PersonUpserted):
        work.persons.put(
            Person(message.subject, seen, data.name, data.zone, data.pronouns, data.title, data.bio)
        )
    return None
