"""Others look after an application now, and after its open interviews."""

from datetime import datetime

from parley_contracts.applications import HiringTeamChanged
from parley_contracts.cloudevents import Received
from parley_contracts.interviews import InterviewChanged
from scheduling.domain.changed import changed
from scheduling.domain.revisions import having_seen, is_newer
from scheduling.ports import Work
from scheduling.use_cases.application_rows import live_interviews
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal


def needs(message: Received, work: Work) -> Needs:
    del work
    return Needs.rows("application", message.subject) | Needs.matching(
        "interview", "application_id", message.subject
    )


def change_hiring_team(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = message.data
    if not isinstance(data, HiringTeamChanged):
        raise TypeError("a HiringTeamChanged is expected here")
    team = data.hiring_team.model_dump(mode="json", exclude_none=True)
    for interview in live_interviews(message.subject, work):
        if not is_newer(interview.team_seen, message.source, data.revision):
            continue
        seen = having_seen(interview.team_seen, message.source, data.revision)
        after = changed(interview, team_seen=seen, hiring_team=team)
        if team == interview.hiring_team or interview.revision == 0:
            work.interviews.put(after)
        else:
            told(work, after, InterviewChanged, now=now, changed=["hiring_team"])
    return None
