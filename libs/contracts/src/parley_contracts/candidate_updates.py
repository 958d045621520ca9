"""`parley.applications.v1`: the no-ghosting clock. Each event holds where an application stands."""

from enum import StrEnum
from typing import Annotated

from parley_contracts.applications import ApplicationOutcome
from parley_contracts.counts import Flag
from parley_contracts.event import StateEvent
from parley_contracts.ids import ApplicationId, PersonId
from parley_contracts.known import Known
from parley_contracts.plan import HiringTeam
from parley_contracts.text import Title
from parley_contracts.times import Instant, Value


class ApplicationStatus(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class Word(StrEnum):
    """What counts as a word to the candidate."""

    OPENED = "opened"
    OFFER = "offer"
    BOOKING = "booking"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ANSWER = "answer"
    OUTCOME = "outcome"
    FEEDBACK = "feedback"
    HOLD = "hold"
    CONTACTED = "contacted"


class LastWord(Value):
    kind: Annotated[str, Known(Word)]
    at: Instant


class Application(Value):
    """What the candidate is owed."""

    application_id: ApplicationId
    candidate_id: PersonId
    hiring_team: HiringTeam
    job_title: Title
    status: Annotated[str, Known(ApplicationStatus)]
    outcome: Annotated[str, Known(ApplicationOutcome)] | None = None
    last_word: LastWord | None = None
    """The last one that reached them."""
    next_word_due_at: Instant | None = None
    """The date that the candidate sees; none once nothing is owed."""
    overdue_since: Instant | None = None


class ApplicationClockEvent(StateEvent):
    application: Application

    @property
    def aggregate_id(self) -> str:
        return self.application.application_id


class CandidateUpdateDue(ApplicationClockEvent):
    """The next word is due soon, or due again because the last one did not reach the candidate."""


class CandidateUpdated(ApplicationClockEvent):
    """A word moved the date, or ended what is owed."""


class CandidateUpdateOverdue(ApplicationClockEvent):
    """The date has passed without a word."""


class CandidateUpdateSnapshot(ApplicationClockEvent):
    """Nothing happened: the clock as it stands, under its current revision, for whoever has lost or never had it."""

    due: Flag = False
    """That the next word is due soon has been said, and it has not come yet."""
