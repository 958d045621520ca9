"""How every use case about an application begins: its row, and the rounds that stand on it."""

from datetime import datetime

from feedback.domain.application import Application
from feedback.domain.changed import changed
from feedback.domain.revisions import having_seen, is_newer
from feedback.ports import Work
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import application_of, publish_round
from feedback.working_set import Needs, Refusal
from parley_contracts.applications import ApplicationEvent
from parley_contracts.cloudevents import Received

OLDER = Refusal("older")


def application_needs(message: Received, work: Work) -> Needs:
    """For what its rounds do not hear of."""
    del work
    return Needs.rows("application", message.subject)


def rounds_needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.subject) | Needs.matching(
        "round", "application_id", message.subject
    )


def hear_application(message: Received, work: Work) -> Application | None:
    """The application as it stands, and this event heard; None where something newer was heard before."""
    event = message.data
    if not isinstance(event, ApplicationEvent):
        raise TypeError("an application's event is expected here")
    application = application_of(work, event.application_id)
    if not is_newer(application.seen, message.source, event.revision):
        return None
    seen = having_seen(application.seen, message.source, event.revision)
    return changed(application, seen=seen)


def settle_rounds(work: Work, application: Application, *, now: datetime) -> None:
    publish_clock(work, application, now=now)
    for round_ in work.rounds.where("application_id", application.id):
        publish_round(work, round_, round_, now=now)
