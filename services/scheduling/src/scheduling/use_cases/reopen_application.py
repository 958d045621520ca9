"""A closed or held application goes on: what is asked for from now on is arranged again."""

from datetime import datetime

from parley_contracts.cloudevents import Received
from scheduling.domain.application import Standing
from scheduling.domain.changed import changed
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.application_rows import application_of
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.subject)


def reopen_application(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    del now
    application = application_of(message.subject, work)
    if not is_newer(application.seen, message.source, message.data.revision):
        return Refusal("older_revision")
    seen = having_seen(application.seen, message.source, message.data.revision)
    again = changed(application, seen=seen, standing=Standing.OPEN, hold_until=None)
    work.applications.put(again)
    return None
