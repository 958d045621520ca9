"""How the same interview, round and clock stand, told again although nothing happened."""

from datetime import datetime, timedelta
from typing import Final

from parley_contracts.candidate_updates import CandidateUpdateSnapshot
from parley_contracts.event import Event
from parley_contracts.interviews import InterviewSnapshot
from parley_contracts.rounds import RoundSnapshot
from parley_contracts.samples.parley_applications import CLOCK
from parley_contracts.samples.parley_interviews import AT, OFFERED
from parley_contracts.samples.parley_rounds import PREPARING

_LATER: Final = AT + timedelta(hours=79)

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    (_LATER, InterviewSnapshot(revision=7, interview=OFFERED)),
    (_LATER, RoundSnapshot(revision=2, round=PREPARING)),
    (_LATER, CandidateUpdateSnapshot(revision=4, application=CLOCK, due=True)),
)
