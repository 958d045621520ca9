"""Takes in an interview's new state, and sees who is to be told what."""

from datetime import datetime

from notifications.domain.dossier import Dossier
from notifications.ports import Work
from notifications.use_cases.read_contract import interview_of, team_of
from notifications.use_cases.settle_dossier import settle_dossier, settle_needs
from notifications.use_cases.what_happened import what_happened
from notifications.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.interviews import InterviewEvent


def needs(message: Received, work: Work) -> Needs:
    del work
    desk = team_of(_event(message).interview.hiring_team).desk
    return settle_needs("dossier", message.subject, desk)


def keep_interview(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = _event(message)
    before = work.dossiers.get(message.subject) or Dossier(id=message.subject)
    if event.revision <= before.interview_revision:
        return Refusal("older_revision")
    work.note_gap(event, before.interview_revision)
    happened = what_happened(message, work)
    after = before.with_interview(interview_of(event.interview), event.revision).tell(happened)
    settle_dossier(work, before, after, now=now, news=after.news(happened))
    return None


def _event(message: Received) -> InterviewEvent:
    if not isinstance(message.data, InterviewEvent):
        raise TypeError("this is no event of an interview")
    return message.data
