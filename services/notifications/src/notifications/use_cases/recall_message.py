"""Takes from our own topic that a mail went out which this database, put back, knows nothing of: it goes out no more."""

from datetime import datetime

from notifications.domain.application import Application
from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence, ToldEvent
from notifications.domain.dossier import Dossier
from notifications.domain.message import Kind, Status, message_id
from notifications.ports import Work
from notifications.use_cases.settle_dossier import BETWEEN, REMINDERS
from notifications.working_set import Needs, Refusal
from parley_contracts.notifications import Notification, NotificationEvent

CALENDAR = (Kind.INVITE, Kind.UPDATE, Kind.CANCEL)
MOST_LOST = 500
"""How many mails to one person about one thing a database may have lost."""


def needs(event: NotificationEvent, work: Work) -> Needs:
    del work
    message = event.notification
    found = Needs.rows("message", message.notification_id) | Needs.rows(
        "delivery", message.notification_id
    )
    if message.interview_id is not None:
        return found | Needs.rows("dossier", message.interview_id)
    return found | Needs.rows("application", message.application_id)


def recall_message(event: NotificationEvent, work: Work, *, now: datetime) -> Refusal | None:
    del now
    message = event.notification
    if _end_delivery(message, work):
        return None
    if message.interview_id is not None:
        _in_dossier(message, message.interview_id, work)
    elif message.application_id is not None:
        _in_application(message, message.application_id, work)
    return None


def _end_delivery(message: Notification, work: Work) -> bool:
    """It is known here; where it still waits to be sent, it waits no more."""
    known = work.messages.get(message.notification_id)
    if known is None:
        return False
    if known.status == Status.QUEUED:
        work.messages.put(
            known.attempted(Status(message.status), reached=known.person_id, now=message.at)
        )
        work.deliveries.remove(known.id)
    return True


def _in_dossier(message: Notification, interview_id: str, work: Work) -> None:
    dossier = work.dossiers.get(interview_id) or Dossier(id=interview_id)
    before = dossier.letter(message.person_id)
    after = _remembered(before, interview_id, message)
    if after is None:
        return
    if before.events and not after.events:
        after = changed(after, told=dossier.facts(message.person_id), notes=())
    work.dossiers.put(dossier.with_letter(after))
    if message.kind == Kind.REMINDER:
        _stop_reminders(message, dossier, work)


def _in_application(message: Notification, application_id: str, work: Work) -> None:
    application = work.applications.get(application_id) or Application(id=application_id)
    before = application.letter(message.person_id)
    after = _remembered(before, application_id, message)
    if after is None:
        return
    if before.events and not after.events:
        application = changed(application, told=application.state)
        after = changed(after, notes=())
    work.applications.put(application.with_letter(after))


def _remembered(letter: Correspondence, key: str, message: Notification) -> Correspondence | None:
    numbers = range(letter.count, letter.count + MOST_LOST)
    mine = (n for n in numbers if message_id(key, letter.person_id, n) == message.notification_id)
    number = next(mine, None)
    if number is None:
        return None
    rung = message.session_ids if message.kind in CALENDAR else ()
    told = tuple(
        ToldEvent(type=one.type, aggregate_id=one.aggregate_id, revision=one.revision)
        for one in message.told
    )
    return letter.remember(told, number=number, rung=rung, at=message.at)


def _stop_reminders(message: Notification, dossier: Dossier, work: Work) -> None:
    """Those that were due when this went out have been told by it, or by another like it."""
    for session_id in message.session_ids:
        session = dossier.interview.session(session_id) if dossier.interview is not None else None
        if session is None or session.starts_at is None:
            continue
        for kind, ahead in REMINDERS.items():
            if session.starts_at - ahead <= message.at:
                work.timers.cancel(kind, f"{dossier.id}{BETWEEN}{session_id}")
