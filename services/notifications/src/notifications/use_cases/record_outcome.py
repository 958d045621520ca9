"""What became of an attempt to send a message."""

from datetime import datetime

from notifications.domain.application import Application
from notifications.domain.changed import changed
from notifications.domain.correspondence import Note, Part
from notifications.domain.dossier import Dossier
from notifications.domain.items import Failed
from notifications.domain.message import Delivery, Failure, Message, Outcome, Status
from notifications.ports import Work
from notifications.use_cases.publish_outcome import publish_outcome
from notifications.use_cases.settle_application import settle_application
from notifications.use_cases.settle_dossier import settle_dossier, settle_needs
from notifications.working_set import Needs, Refusal


def needs(message: Outcome, work: Work) -> Needs:
    found = Needs.rows("message", message.message_id) | Needs.rows("delivery", message.message_id)
    found |= Needs.rows("stream", message.stream)
    known = work.messages.peek(message.message_id)
    if known is None:
        return found
    found |= Needs.rows("stream", known.key)
    if message.status is Status.SENT and known.failed_person is None:
        return found
    return found | needs_of_desk(known, work) | Needs.looking("person", *_reached(message))


def needs_of_desk(message: Message, work: Work) -> Needs:
    """Of the mark that it did not reach its reader."""
    about = message.about
    if about.interview_id is not None:
        dossier = work.dossiers.peek(about.interview_id)
        desk = dossier.desk if dossier is not None else ()
        return settle_needs("dossier", about.interview_id, desk)
    if about.application_id is not None:
        application = work.applications.peek(about.application_id)
        desk = application.desk if application is not None else ()
        return settle_needs("application", about.application_id, desk)
    return Needs()


def record_outcome(message: Outcome, work: Work, *, now: datetime) -> Refusal | None:
    sent, delivery = work.messages.get(message.message_id), work.deliveries.get(message.message_id)
    if sent is None or delivery is None or sent.status != Status.QUEUED:
        return Refusal("no_delivery")
    status, reason = message.status, message.reason
    if status is None:
        later = delivery.put_off(now=now)
        if later is not None:
            work.messages.put(changed(sent, attempts=sent.attempts + 1))
            work.deliveries.put(later)
            return None
        status, reason = Status.FAILED, Failure.GAVE_UP
    generation = _another_address(message, work)
    if status is Status.FAILED and generation is not None:
        work.messages.put(changed(sent, attempts=sent.attempts + 1))
        work.deliveries.put(Delivery(id=sent.id, due_at=now, generation=generation))
        return None
    after = sent.attempted(status, reached=message.person_id or sent.person_id, now=now)
    work.messages.put(after)
    work.deliveries.remove(sent.id)
    publish_outcome(work, after, reason=reason, now=now)
    if status is Status.FAILED:
        _mark(work, sent, now=now)
    elif sent.failed_person is not None:
        clear_mark(work, sent, now=now)
    return None


def _reached(message: Outcome) -> tuple[str, ...]:
    return () if message.person_id is None else (message.person_id,)


def _another_address(message: Outcome, work: Work) -> int | None:
    """Its generation, where the address was corrected, or the person merged, while the mail was on its way."""
    if message.status in (Status.SENT, Status.SUPPRESSED):
        return None
    if message.person_id is None or message.generation is None:
        return None
    person = work.persons.get(message.person_id)
    if person is None or person.erased:
        return None
    if person.merged_into is not None:
        return person.generation + 1
    return person.generation if person.generation > message.generation else None


def _mark(work: Work, message: Message, *, now: datetime) -> None:
    """The desk is told, unless it is the desk's own mail that fails."""
    failed = Failed(message_id=message.id, person_id=message.person_id)
    part = Part(kind="undelivered", role="desk", person_id=message.person_id, word=message.kind)
    note = Note(key=f"undelivered:{message.id}:{message.attempts}", part=part)
    own = any(one.kind == "undelivered" for one in message.parts)
    if (dossier := _dossier(work, message)) is not None:
        others = tuple(one for one in dossier.failed if one.message_id != message.id)
        after = changed(dossier, failed=(*others, failed))
        for person_id in dossier.desk if not own else ():
            if person_id != message.person_id:
                after = after.with_letter(after.letter(person_id).add_note(note))
        settle_dossier(work, dossier, after, now=now)
    elif (application := _application(work, message)) is not None:
        others = tuple(one for one in application.failed if one.message_id != message.id)
        newer = changed(application, failed=(*others, failed))
        for person_id in application.desk if not own else ():
            if person_id != message.person_id:
                newer = newer.add_note(person_id, note)
        settle_application(work, newer, now=now)


def clear_mark(work: Work, message: Message, *, now: datetime) -> None:
    if (dossier := _dossier(work, message)) is not None:
        rest = tuple(one for one in dossier.failed if one.message_id != message.id)
        settle_dossier(work, dossier, changed(dossier, failed=rest), now=now)
    elif (application := _application(work, message)) is not None:
        left = tuple(one for one in application.failed if one.message_id != message.id)
        settle_application(work, changed(application, failed=left), now=now)


def _dossier(work: Work, message: Message) -> Dossier | None:
    about = message.about.interview_id
    return work.dossiers.get(about) if about is not None else None


def _application(work: Work, message: Message) -> Application | None:
    about = message.about
    if about.interview_id is not None or about.application_id is None:
        return None
    return work.applications.get(about.application_id)
