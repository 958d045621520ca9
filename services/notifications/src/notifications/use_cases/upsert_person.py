"""Takes in who someone is, and releases what waited for them."""

from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.message import Delivery, Status
from notifications.domain.person import Person
from notifications.domain.revisions import brings_back, having_seen, is_newer
from notifications.ports import Work
from notifications.use_cases.settle_application import COMPOSE_APPLICATION
from notifications.use_cases.settle_dossier import COMPOSE, digest_moved
from notifications.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.intake import RecordRef, RecordRejected
from parley_contracts.people import PersonUpserted


def needs(message: Received, work: Work) -> Needs:
    return released_needs(message.subject, work) | Needs.matching("desk", "id", message.subject)


def released_needs(person_id: str, work: Work) -> Needs:
    failed = work.messages.peek_where("failed_person", person_id)
    return (
        Needs.rows("person", person_id)
        | Needs.matching("dossier", "waiting_for", person_id)
        | Needs.matching("application", "waiting_for", person_id)
        | Needs.matching("message", "failed_person", person_id)
        | Needs.rows("delivery", *(one.id for one in failed))
    )


def upsert_person(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = message.data
    if not isinstance(event, PersonUpserted):
        raise TypeError("this is no person")
    before = work.persons.get(event.person_id) or Person(id=event.person_id)
    if before.erased and not brings_back(before.seen, message.source, event.revision):
        _reject(message, work, now=now)
        return None
    if not is_newer(before.seen, message.source, event.revision):
        return Refusal("older_revision")
    work.note_gap(event, before.seen.get(message.source))
    moved = before.known and before.email != event.email
    unheard = not before.seen and not before.known
    work.persons.put(
        changed(
            before,
            seen=having_seen(before.seen, message.source, event.revision),
            name=event.name,
            email=event.email,
            zone=event.zone,
            locale=event.locale,
            title=event.title,
            pronouns=event.pronouns,
            contact=event.contact,
            merged_into=None,
            erased=False,
            generation=before.generation + (1 if moved else 0),
        )
    )
    release(work, event.person_id, now=now)
    if before.zone != event.zone:
        for desk in work.desks.where("id", event.person_id):
            work.desks.put(digest_moved(work, desk, now=now))
    if moved or unheard:
        send_again(work, event.person_id, now=now)
    return None


def release(work: Work, person_id: str, *, now: datetime) -> None:
    for dossier in work.dossiers.where("waiting_for", person_id):
        work.timers.set(COMPOSE, dossier.id, now)
    for application in work.applications.where("waiting_for", person_id):
        work.timers.set(COMPOSE_APPLICATION, application.id, now)


def send_again(work: Work, person_id: str, *, now: datetime) -> None:
    """A new address: what did not reach the old one goes there, though it may be on its way again already."""
    for message in work.messages.where("failed_person", person_id):
        work.messages.put(changed(message, status=Status.QUEUED))
        work.deliveries.put(Delivery(id=message.id, due_at=now))


def _reject(message: Received, work: Work, *, now: datetime) -> None:
    if work.place is None:
        return
    topic, partition, offset = work.place
    record = RecordRef(
        topic=topic,
        partition=partition,
        offset=offset,
        source=message.source,
        id=message.id,
        type=message.type,
    )
    work.publish(
        RecordRejected(key=message.subject, record=record, field="key", reason="erased"), at=now
    )
