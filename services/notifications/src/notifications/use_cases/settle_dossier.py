"""What follows from a change of a dossier: open items, mails to compose, reminders, digests."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from itertools import chain

from notifications.domain.changed import changed
from notifications.domain.correspondence import Line
from notifications.domain.desk import Desk, next_digest
from notifications.domain.dossier import Dossier
from notifications.domain.interview import SessionStatus
from notifications.domain.items import TO_KNOW, Item
from notifications.ports import Work
from notifications.working_set import Needs

COMPOSE = "compose"
REMINDERS: Mapping[str, timedelta] = {
    "remind_day": timedelta(hours=24),
    "remind_hour": timedelta(hours=1),
}
BETWEEN = "/"
"""Stands in no id: a reminder's timer is named by interview and session."""


@lru_cache(4096)
def settle_needs(table: str, row_id: str, *desks: tuple[str, ...]) -> Needs:
    """A row, and all who stand on one of the desks: the team as it is told, and as it was known.

    Asked three times for each event, and for the next about the same interview again.
    """
    people = frozenset(chain.from_iterable(desks))
    own = Needs.rows(table, row_id)
    return own | Needs.rows("desk", *people) | Needs.looking("person", *people)


def settle_dossier(
    work: Work, before: Dossier, after: Dossier, *, now: datetime, news: tuple[str, ...] = ()
) -> None:
    work.dossiers.put(after)
    _move_reminders(work, before, after, now=now)
    lines = tuple(
        Line(
            kind=kind,
            interview_id=after.id,
            candidate_id=after.candidate_id,
            job_title=after.job_title,
            at=now,
        )
        for kind in news
    )
    put_on_desks(work, after.desk, lines, zone=_zone(after), now=now)
    work.once("dossier", after.id, partial(_look_over, work, after.id, now=now))


def _look_over(work: Work, dossier_id: str, *, now: datetime) -> None:
    """What is open now, and whether there is something to write."""
    settled = work.dossiers[dossier_id].opened(now=now)
    work.dossiers.put(settled)
    if settled.pending():
        work.timers.set(COMPOSE, settled.id, now)
    plan_digests(work, settled.desk, settled.items, zone=_zone(settled), now=now)


def _zone(dossier: Dossier) -> str | None:
    return dossier.interview.zone if dossier.interview is not None else None


def put_on_desks(
    work: Work, people: tuple[str, ...], lines: tuple[Line, ...], *, zone: str | None, now: datetime
) -> None:
    for person_id in people:
        known = work.desks.get(person_id)
        desk = _learn_zone(work, known or Desk(id=person_id), zone, now=now)
        if lines:
            desk = desk.add_news(lines)
            if desk.digest_at is None:
                desk = due_again(work, desk, now=now)
        if lines or (known is not None and desk != known):
            work.desks.put(desk)


def plan_digests(
    work: Work, people: tuple[str, ...], items: tuple[Item, ...], *, zone: str | None, now: datetime
) -> None:
    """A digest becomes due once there is something in it."""
    for person_id in people:
        if any(one.person_id == person_id and one.kind not in TO_KNOW for one in items):
            desk = work.desks.get(person_id)
            desk = _learn_zone(work, desk or Desk(id=person_id), zone, now=now)
            if desk.digest_at is None:
                desk = due_again(work, desk, now=now)
            work.desks.put(desk)


def _learn_zone(work: Work, desk: Desk, zone: str | None, *, now: datetime) -> Desk:
    """What was heard of before its interview was gets a zone later, and a digest at eight there."""
    if zone is None or desk.zone is not None:
        return desk
    return digest_moved(work, changed(desk, zone=zone), now=now)


def digest_moved(work: Work, desk: Desk, *, now: datetime) -> Desk:
    """The reader's zone is another one: a digest that is planned moves to eight there."""
    planned = desk.digest_at is not None and desk.digest_at > now
    return due_again(work, desk, now=now) if planned else desk


def due_again(work: Work, desk: Desk, *, now: datetime) -> Desk:
    person = work.persons.get(desk.id)
    zone = (person.zone if person is not None else None) or desk.zone
    due_at = next_digest(now, zone)
    work.timers.set("digest", desk.id, due_at)
    return Desk(id=desk.id, news=desk.news, digest_at=due_at, zone=desk.zone)


def _move_reminders(work: Work, before: Dossier, after: Dossier, *, now: datetime) -> None:
    was, new = _starts(before), _starts(after)
    for session_id in sorted(was.keys() | new.keys()):
        if was.get(session_id) == new.get(session_id):
            continue
        starts_at = new.get(session_id)
        for kind, ahead in REMINDERS.items():
            timer_id = f"{after.id}{BETWEEN}{session_id}"
            if starts_at is not None and starts_at - ahead > now:
                work.timers.set(kind, timer_id, starts_at - ahead)
            else:
                work.timers.cancel(kind, timer_id)


def _starts(dossier: Dossier) -> dict[str, datetime]:
    sessions = dossier.interview.sessions if dossier.interview is not None else ()
    return {
        one.session_id: one.starts_at
        for one in sessions
        if one.status == SessionStatus.BOOKED and one.starts_at is not None
    }
