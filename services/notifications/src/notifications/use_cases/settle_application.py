"""What follows from a change of an application: open items, mails to compose, digests."""

from datetime import datetime

from notifications.domain.application import Application
from notifications.domain.correspondence import Line
from notifications.ports import Work
from notifications.use_cases.settle_dossier import put_on_desks

COMPOSE_APPLICATION = "compose_application"


def settle_application(
    work: Work, after: Application, *, now: datetime, news: tuple[str, ...] = ()
) -> None:
    settled = after.opened(now=now)
    work.applications.put(settled)
    if settled.pending():
        work.timers.set(COMPOSE_APPLICATION, settled.id, now)
    lines = tuple(
        Line(
            kind=kind,
            candidate_id=settled.candidate_id,
            job_title=settled.job_title,
            at=now,
        )
        for kind in news
    )
    put_on_desks(work, settled.desk, settled.items, lines, zone=None, now=now)
