"""Tells the writer of a record that what it says still waits for a person nobody has named."""

from datetime import datetime

from notifications.domain.application import Application
from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence
from notifications.domain.dossier import Dossier
from notifications.ports import Work
from notifications.working_set import Fired, Needs, Refusal
from parley_contracts.intake import Missing, RecordRef, RecordWaiting


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("dossier", message.aggregate_id)


def announce_waiting(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    dossier = work.dossiers.get(message.aggregate_id)
    if dossier is not None:
        work.dossiers.put(_announced(work, dossier, now=now))
    return None


def needs_of_application(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.aggregate_id)


def announce_waiting_application(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    application = work.applications.get(message.aggregate_id)
    if application is not None:
        work.applications.put(_announced_about(work, application, now=now))
    return None


def _announced(work: Work, dossier: Dossier, *, now: datetime) -> Dossier:
    for letter in dossier.letters.values():
        if (said := _announce(work, letter, now=now)) is not None:
            dossier = dossier.with_letter(said)
    return dossier


def _announced_about(work: Work, application: Application, *, now: datetime) -> Application:
    for letter in application.letters.values():
        if (said := _announce(work, letter, now=now)) is not None:
            application = application.with_letter(said)
    return application


def _announce(work: Work, letter: Correspondence, *, now: datetime) -> Correspondence | None:
    waiting, record = letter.waiting, letter.record
    if waiting is None or waiting.announced or record is None:
        return None
    ref = RecordRef(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        source=record.source,
        id=record.id,
        type=record.type,
    )
    event = RecordWaiting(
        key=record.key,
        record=ref,
        missing=Missing.PERSON,
        missing_id=letter.person_id,
        since=waiting.since,
    )
    work.publish(event, at=now)
    return changed(letter, waiting=changed(waiting, announced=True))
