"""An application with all of its interviews: what its changes stand on."""

from scheduling.domain.application import Application
from scheduling.domain.interview import Interview
from scheduling.ports import Work
from scheduling.use_cases.seats import needs_of_seats
from scheduling.working_set import Needs


def needs_of_application(application_id: str, work: Work) -> Needs:
    interviews = work.interviews.peek_where("application_id", application_id)
    return Needs.union(
        [
            Needs.rows("application", application_id),
            Needs.matching("interview", "application_id", application_id),
            *(needs_of_seats(one.id, work) for one in interviews),
        ]
    )


def application_of(application_id: str, work: Work) -> Application:
    return work.applications.get(application_id) or Application(application_id)


def live_interviews(application_id: str, work: Work) -> tuple[Interview, ...]:
    found = work.interviews.where("application_id", application_id)
    return tuple(one for one in found if one.live)
