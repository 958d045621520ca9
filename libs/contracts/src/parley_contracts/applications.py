"""`ats.applications.v1`: what an ATS says about an application and the interviews that it asks for."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict

from parley_contracts.counts import Flag
from parley_contracts.event import Event
from parley_contracts.ids import ApplicationId, InterviewerId, InterviewId, PersonId, SessionId
from parley_contracts.known import Known
from parley_contracts.plan import (
    DecideIn,
    HiringTeam,
    ImportedSession,
    Job,
    Material,
    PayCard,
    SessionRequest,
    Sessions,
    Stage,
)
from parley_contracts.text import Title
from parley_contracts.times import Instant, Interval, Zone

PROMISED_DAYS = 5

PromisedDays = Annotated[int, Strict(), Field(ge=1, le=60)]
"""Within how many days a word is owed."""


class ApplicationOutcome(StrEnum):
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    JOB_CLOSED = "job_closed"


class ContactChannel(StrEnum):
    EMAIL = "email"
    PHONE = "phone"
    MEETING = "meeting"
    CHAT = "chat"
    LETTER = "letter"
    OTHER = "other"


class RequestCancelReason(StrEnum):
    NO_LONGER_NEEDED = "no_longer_needed"
    WITHDRAWN = "withdrawn"
    SCHEDULED_ELSEWHERE = "scheduled_elsewhere"
    OTHER = "other"


class ApplicationEvent(Event):
    application_id: ApplicationId

    @property
    def aggregate_id(self) -> str:
        return self.application_id


class ApplicationOpened(ApplicationEvent):
    """Someone applies for a job: from now on they are owed a next word."""

    candidate_id: PersonId
    job: Job
    hiring_team: HiringTeam
    stage_name: Title | None = None
    promised_days: PromisedDays = PROMISED_DAYS


class HiringTeamChanged(ApplicationEvent):
    """Others look after this application now: a full replacement, for its open interviews too."""

    hiring_team: HiringTeam


class ApplicationAdvanced(ApplicationEvent):
    """The company takes the candidate to a next stage: its decision wherever the ATS decides."""

    stage_name: Title
    from_stage_name: Title | None = None


class ApplicationOnHold(ApplicationEvent):
    """Nothing will move before a date, which the candidate is told."""

    until: Instant


class ApplicationReopened(ApplicationEvent):
    """A closed or held application goes on."""


class ApplicationClosed(ApplicationEvent):
    """The application has ended: what is open for it is cancelled, and the candidate is told at once."""

    outcome: Annotated[str, Known(ApplicationOutcome)]
    candidate_told: Flag = False
    """The ATS has told them already: Parley does not tell them again."""


class CandidateContacted(ApplicationEvent):
    """Someone gave the candidate a word outside Parley."""

    channel: Annotated[str, Known(ContactChannel)]
    next_word_due_at: Instant | None = None
    """The date promised on that occasion."""


class InterviewEvent(ApplicationEvent):
    interview_id: InterviewId


class InterviewPlan(InterviewEvent):
    candidate_id: PersonId
    hiring_team: HiringTeam
    job: Job
    pay: PayCard | None = None
    stage: Stage
    materials: Annotated[tuple[Material, ...], Field(max_length=6)] = ()
    zone: Zone | None = None
    """Of the company's side: for a reader whose own zone is not known."""
    decide_in: Annotated[str, Known(DecideIn)] = DecideIn.PARLEY
    promised_days: PromisedDays = PROMISED_DAYS
    """From the end of the last session to the decision and to the feedback."""


class InterviewRequest(InterviewPlan):
    sessions: Sessions[SessionRequest]
    window: Interval
    """The sessions lie in it from first start to last end."""
    notice_hours: Annotated[int, Strict(), Field(ge=0, le=720)] = 24
    """How far ahead of its start a session may be booked or moved."""
    step_minutes: Annotated[int, Strict(), Field(ge=5, le=120)] = 30
    """Sessions start on multiples of it."""
    book_within_hours: Annotated[int, Strict(), Field(ge=1, le=720)] = 72
    """After the offer; then the booking is overdue."""


class InterviewRequested(InterviewRequest):
    """An interview is wanted: one or more sessions with one candidate. The same id with other content
    is a change, and what equals the current state is nothing.
    """


class InterviewRequestChanged(InterviewRequest):
    """The request is another one now: a full replacement."""


class InterviewRequestCancelled(InterviewEvent):
    """The interview, requested or imported, is not wanted any more."""

    reason: Annotated[str, Known(RequestCancelReason)] = RequestCancelReason.NO_LONGER_NEEDED


class InterviewImported(InterviewPlan):
    """Scheduled elsewhere; only the two-way part is ours. Imported again with other content, it moves."""

    sessions: Sessions[ImportedSession]


class ScorecardSubmittedUpstream(InterviewEvent):
    """An interviewer whose scorecard is kept in the ATS has written it there; what it says stays there."""

    interviewer_id: InterviewerId
    session_id: SessionId | None = None
    """All of this interviewer's sessions where none is named."""
