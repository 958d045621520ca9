"""The daily digest of a recruiter or coordinator: only where there is something in it."""

from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.correspondence import Correspondence, Line, Part
from notifications.domain.desk import Open, news_beside
from notifications.domain.letters import actions_of
from notifications.domain.message import About, Draft, Kind
from notifications.ports import Work
from notifications.use_cases.compose_mail import can_be_told
from notifications.use_cases.settle_dossier import due_again
from notifications.use_cases.store_messages import store_messages
from notifications.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("desk", message.aggregate_id) | Needs.rows("person", message.aggregate_id)


def send_digest(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    desk = work.desks.get(message.aggregate_id)
    if desk is None:
        return Refusal("unknown_desk")
    found = message.facts if isinstance(message.facts, Open) else Open(())
    if not found.lines and not desk.news:
        work.desks.put(changed(desk, digest_at=None))
        return None
    person = work.persons.get(desk.id)
    if person is not None and person.erased:
        work.desks.put(changed(desk, news=(), digest_at=None))
        return Refusal("person_erased")
    if not can_be_told(work, desk.id):
        work.desks.put(due_again(work, desk, now=now))
        return None
    _store(work, desk.id, found.lines, news_beside(found.lines, desk.news), now=now)
    rest = changed(desk, news=())
    again = due_again(work, rest, now=now) if found.lines else changed(rest, digest_at=None)
    work.desks.put(again)
    return None


def _store(
    work: Work, person_id: str, lines: tuple[Line, ...], news: tuple[Line, ...], *, now: datetime
) -> None:
    person = work.persons[person_id]
    part = Part(kind="digest", role="desk", lines=lines, news=news)
    draft = Draft(kind=Kind.DIGEST, parts=(part,), actions=actions_of([part], None))
    letter = Correspondence(person_id=person_id, count=person.letters)
    store_messages(work, (draft,), letter, About(), now=now)
    work.persons.put(changed(person, letters=person.letters + 1))
