"""Takes in a round's new state, and sees who is to be told what."""

from datetime import datetime

from notifications.domain.dossier import Dossier
from notifications.ports import Work
from notifications.use_cases.read_contract import round_of, team_of
from notifications.use_cases.settle_dossier import settle_dossier, settle_needs
from notifications.use_cases.what_happened import what_happened
from notifications.working_set import Needs, Refusal
from parley_contracts.cloudevents import Received
from parley_contracts.rounds import RoundEvent


def needs(message: Received, work: Work) -> Needs:
    told = team_of(_event(message).round.hiring_team).desk
    known = work.dossiers.peek(message.subject)
    return settle_needs("dossier", message.subject, told, known.desk if known else ())


def keep_round(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = _event(message)
    before = work.dossiers.get(message.subject) or Dossier(id=message.subject)
    if event.revision <= before.round_revision:
        return Refusal("older_revision")
    work.note_gap(event, before.round_revision)
    happened = what_happened(message, work)
    after = before.with_round(round_of(event.round), event.revision).tell(happened)
    settle_dossier(work, before, after, now=now, news=after.news(happened))
    return None


def _event(message: Received) -> RoundEvent:
    if not isinstance(message.data, RoundEvent):
        raise TypeError("this is no event of a round")
    return message.data
