"""Writes the mails about one interview: all that changed for a person since the last, in one."""

from datetime import datetime, timedelta

from notifications.domain.application import Application
from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence, Waiting
from notifications.domain.letters import write
from notifications.ports import Work
from notifications.use_cases.store_messages import store_messages
from notifications.working_set import Fired, Needs, Refusal

ANNOUNCE_AFTER = timedelta(minutes=10)
ANNOUNCE = "announce_waiting"


def needs(message: Fired, work: Work) -> Needs:
    known = work.dossiers.peek(message.aggregate_id)
    found = Needs.rows("dossier", message.aggregate_id)
    if known is None:
        return found
    return (
        found
        | Needs.looking("person", *known.pending())
        | Needs.looking("application", known.application_id)
    )


def compose_mail(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    dossier = work.dossiers.get(message.aggregate_id)
    if dossier is None:
        return Refusal("unknown_interview")
    application = _application(work, dossier.application_id)
    for person_id in dossier.pending():
        before = dossier.letter(person_id)
        written = write(dossier, person_id, now=now, outcome_told=application.outcome_told)
        if written.drafts and not can_be_told(work, person_id):
            dossier = dossier.with_letter(waits(work, before, ANNOUNCE, dossier.id, now=now))
            continue
        store_messages(work, written.drafts, before, dossier.about, now=now)
        dossier = dossier.with_letter(written.letter)
        if written.declines and person_id == dossier.candidate_id:
            application = changed(application, declined_at=now)
            work.applications.put(application)
    work.dossiers.put(dossier)
    return None


def can_be_told(work: Work, person_id: str) -> bool:
    """Known, or gone for good: for whom it is known that nothing will be sent."""
    person = work.persons.get(person_id)
    return person is not None and (person.known or person.erased)


def waits(
    work: Work, letter: Correspondence, kind: str, aggregate_id: str, *, now: datetime
) -> Correspondence:
    """Kept as data until the person is known; after a while the writer of the record hears of it."""
    if letter.waiting is not None:
        return letter
    work.timers.set(kind, aggregate_id, now + ANNOUNCE_AFTER)
    return changed(letter, waiting=Waiting(since=now))


def _application(work: Work, application_id: str | None) -> Application:
    if application_id is None:
        return Application(id="")
    return work.applications.get(application_id) or Application(id=application_id)
