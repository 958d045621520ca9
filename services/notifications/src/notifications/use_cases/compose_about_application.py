"""Writes the mail about an application: how it stands, where that differs from what was told."""

from datetime import datetime

from notifications.domain.application import write_about
from notifications.ports import Work
from notifications.use_cases.compose_mail import can_be_told, waits
from notifications.use_cases.store_messages import store_messages
from notifications.working_set import Fired, Needs, Refusal

ANNOUNCE = "announce_waiting_application"


def needs(message: Fired, work: Work) -> Needs:
    known = work.applications.peek(message.aggregate_id)
    pending = known.pending() if known is not None else ()
    return Needs.rows("application", message.aggregate_id) | Needs.looking("person", *pending)


def compose_about_application(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    application = work.applications.get(message.aggregate_id)
    if application is None:
        return Refusal("unknown_application")
    for person_id in application.pending():
        before = application.letter(person_id)
        after, drafts = write_about(application, person_id, now=now)
        if drafts and not can_be_told(work, person_id):
            waiting = waits(work, before, ANNOUNCE, application.id, now=now)
            application = application.with_letter(waiting)
            continue
        store_messages(work, drafts, before, application.about, now=now)
        application = after
    work.applications.put(application)
    return None
