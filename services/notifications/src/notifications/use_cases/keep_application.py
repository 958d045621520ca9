"""Takes in what the ATS says of an application."""

from datetime import datetime

from notifications.domain.application import Application, Standing, State
from notifications.domain.changed import changed
from notifications.domain.revisions import having_seen, is_newer
from notifications.ports import Work
from notifications.use_cases.read_contract import team_of
from notifications.use_cases.settle_application import settle_application
from notifications.use_cases.settle_dossier import settle_needs
from notifications.use_cases.what_happened import what_happened
from notifications.working_set import Needs, Refusal
from parley_contracts.applications import (
    ApplicationClosed,
    ApplicationEvent,
    ApplicationOnHold,
    ApplicationOpened,
    ApplicationReopened,
    HiringTeamChanged,
)
from parley_contracts.cloudevents import Received


def needs(message: Received, work: Work) -> Needs:
    event, known = _event(message), work.applications.peek(message.subject)
    told: tuple[str, ...] = ()
    if isinstance(event, ApplicationOpened | HiringTeamChanged):
        told = team_of(event.hiring_team).desk
    return settle_needs("application", message.subject, told, known.desk if known else ())


def keep_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = _event(message)
    before = work.applications.get(message.subject) or Application(id=message.subject)
    if not is_newer(before.seen, message.source, event.revision):
        return Refusal("older_revision")
    seen = having_seen(before.seen, message.source, event.revision)
    after = changed(_changed(before, event), seen=seen)
    happened = what_happened(message, work)
    settle_application(work, after.tell(happened), now=now, news=after.news(happened))
    return None


def _changed(application: Application, event: ApplicationEvent) -> Application:
    if isinstance(event, ApplicationOpened):
        return changed(
            application,
            opened_for=event.candidate_id,
            ats_team=team_of(event.hiring_team),
            ats_title=event.job.title,
        )
    if isinstance(event, HiringTeamChanged):
        return changed(application, ats_team=team_of(event.hiring_team))
    if isinstance(event, ApplicationOnHold):
        return changed(application, state=State(standing=Standing.ON_HOLD, until=event.until))
    if isinstance(event, ApplicationReopened):
        return changed(application, state=State(), declined_at=None)
    if isinstance(event, ApplicationClosed):
        state = State(
            standing=Standing.CLOSED,
            outcome=event.outcome,
            told_elsewhere=event.candidate_told,
        )
        return changed(application, state=state)
    return application


def _event(message: Received) -> ApplicationEvent:
    if not isinstance(message.data, ApplicationEvent):
        raise TypeError("this is no event of an application")
    return message.data
