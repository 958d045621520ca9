"""Somebody was not there: kept for the coordinator's page."""

from datetime import datetime

from parley_contracts.cloudevents import Received
from parley_contracts.rounds import NoShowReported
from scheduling.domain.application import NoShow
from scheduling.domain.changed import changed
from scheduling.ports import Work
from scheduling.use_cases.application_rows import application_of
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("application", _data(message).round.application_id)


def report_no_show(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    del now
    data = _data(message)
    application = application_of(data.round.application_id, work)
    report = NoShow(
        data.aggregate_id, data.session_id, data.absent, data.reported_by, at=message.time
    )
    others = tuple(one for one in application.no_shows if changed(one, at=report.at) != report)
    if (*others, report) != application.no_shows:
        work.applications.put(changed(application, no_shows=(*others, report)))
    return None


def _data(message: Received) -> NoShowReported:
    if not isinstance(message.data, NoShowReported):
        raise TypeError("a NoShowReported is expected here")
    return message.data
