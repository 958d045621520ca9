"""Puts a changed application in its place: its clock read, its timer set, what is new published."""

from datetime import datetime

from feedback.domain.application import Application, ClockNews, tick
from feedback.domain.changed import changed
from feedback.ports import Work
from feedback.use_cases.describe_round import team_out
from parley_contracts import candidate_updates as updates

TIMER = "application"
EVENTS: dict[ClockNews, type[updates.ApplicationClockEvent]] = {
    ClockNews.DUE: updates.CandidateUpdateDue,
    ClockNews.UPDATED: updates.CandidateUpdated,
    ClockNews.OVERDUE: updates.CandidateUpdateOverdue,
}


def publish_clock(work: Work, application: Application, *, now: datetime) -> None:
    before = work.applications.get(application.id)
    after, news = tick(application, now=now)
    if not news and after.opened and _public(after) != _public(before):
        news = (ClockNews.UPDATED,)
    first = after.revision + 1
    if news:
        after = changed(after, revision=after.revision + len(news))
    if after == (before or Application(id=after.id)):
        return
    after = after.heard(now=now)
    work.applications.put(after)
    _set_timer(work, before, after)
    if news:
        state = describe_clock(after)
        for revision, one in enumerate(news, start=first):
            work.publish(EVENTS[one](revision=revision, application=state), at=now)


def _public(application: Application | None) -> tuple[object, ...] | None:
    """What `describe_clock` tells, as it stands: cheap to compare."""
    if application is None or not application.opened:
        return None
    word = application.last_word
    return (
        application.candidate_id,
        application.team,
        application.job_title or "",
        application.status,
        application.outcome,
        word and (word.kind, word.at),
        application.due_at,
        application.overdue_since,
    )


def _set_timer(work: Work, before: Application | None, after: Application) -> None:
    if after.wake_at == (before.wake_at if before is not None else None):
        return
    if after.wake_at is None:
        work.timers.cancel(TIMER, after.id)
    else:
        work.timers.set(TIMER, after.id, after.wake_at)


def describe_clock(application: Application) -> updates.Application:
    if application.candidate_id is None or application.team is None:
        raise LookupError("an application is described once it is open")
    word = application.last_word
    return updates.Application(
        application_id=application.id,
        candidate_id=application.candidate_id,
        hiring_team=team_out(application.team),
        job_title=application.job_title or "",
        status=application.status,
        outcome=application.outcome,
        last_word=updates.LastWord(kind=word.kind, at=word.at) if word is not None else None,
        next_word_due_at=application.due_at,
        overdue_since=application.overdue_since,
    )
