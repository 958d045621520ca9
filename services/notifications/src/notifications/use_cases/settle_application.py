"""What follows from a change of an application: open items, mails to compose, digests."""

from datetime import datetime
from functools import partial

from notifications.domain.application import Application
from notifications.domain.correspondence import Line
from notifications.ports import Work
from notifications.use_cases.settle_dossier import plan_digests, put_on_desks

COMPOSE_APPLICATION = "compose_application"


def settle_application(
    work: Work, after: Application, *, now: datetime, news: tuple[str, ...] = ()
) -> None:
    work.applications.put(after)
    lines = tuple(
        Line(
            kind=kind,
            candidate_id=after.candidate_id,
            job_title=after.job_title,
            at=now,
        )
        for kind in news
    )
    put_on_desks(work, after.desk, lines, zone=None, now=now)
    work.once("application", after.id, partial(_look_over, work, after.id, now=now))


def _look_over(work: Work, application_id: str, *, now: datetime) -> None:
    """What is open now, and whether there is something to write."""
    settled = work.applications[application_id].opened(now=now)
    work.applications.put(settled)
    if settled.pending():
        work.timers.set(COMPOSE_APPLICATION, settled.id, now)
    plan_digests(work, settled.desk, settled.items, zone=None, now=now)
