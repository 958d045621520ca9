"""Takes in when the next word to a candidate is due."""

from datetime import datetime

from notifications.domain.application import Application, Clock
from notifications.domain.changed import changed
from notifications.ports import Work
from notifications.use_cases.read_contract import team_of
from notifications.use_cases.settle_application import settle_application
from notifications.use_cases.settle_dossier import settle_needs
from notifications.use_cases.what_happened import what_happened
from notifications.working_set import Needs, Refusal
from parley_contracts.candidate_updates import (
    ApplicationClockEvent,
    CandidateUpdateDue,
    CandidateUpdateSnapshot,
)
from parley_contracts.cloudevents import Received


def needs(message: Received, work: Work) -> Needs:
    told = team_of(_event(message).application.hiring_team).desk
    known = work.applications.peek(message.subject)
    return settle_needs("application", message.subject, told, known.desk if known else ())


def keep_clock(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = _event(message)
    before = work.applications.get(message.subject) or Application(id=message.subject)
    if event.revision <= before.clock_revision:
        return Refusal("older_revision")
    work.note_gap(event, before.clock_revision)
    state = event.application
    clock = Clock(
        candidate_id=state.candidate_id,
        hiring_team=team_of(state.hiring_team),
        job_title=state.job_title,
        status=state.status,
        next_word_due_at=state.next_word_due_at,
        overdue_since=state.overdue_since,
        due=isinstance(event, CandidateUpdateDue) or _still_due(event),
    )
    after = changed(before, clock=clock, clock_revision=event.revision)
    happened = what_happened(message, work)
    settle_application(work, after.tell(happened), now=now, news=after.news(happened))
    return None


def _still_due(event: ApplicationClockEvent) -> bool:
    return isinstance(event, CandidateUpdateSnapshot) and event.due


def _event(message: Received) -> ApplicationClockEvent:
    if not isinstance(message.data, ApplicationClockEvent):
        raise TypeError("this is no event of the no-ghosting clock")
    return message.data
