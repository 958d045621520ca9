"""One application as an ATS tells it, from opening to outcome, with the interviews that it asks for."""

from datetime import UTC, datetime, timedelta
from typing import Final

from parley_contracts.applications import (
    ApplicationAdvanced,
    ApplicationClosed,
    ApplicationOnHold,
    ApplicationOpened,
    ApplicationOutcome,
    ApplicationReopened,
    CandidateContacted,
    ContactChannel,
    HiringTeamChanged,
    InterviewImported,
    InterviewRequestCancelled,
    InterviewRequestChanged,
    InterviewRequested,
    RequestCancelReason,
    ScorecardSubmittedUpstream,
)
from parley_contracts.event import Event, Upstream
from parley_contracts.plan import (
    Audience,
    DecideIn,
    HiringTeam,
    ImportedSeat,
    ImportedSession,
    Job,
    Material,
    PayCard,
    PayPeriod,
    Place,
    PlaceKind,
    ScorecardKept,
    SeatRequest,
    SessionRequest,
    Stage,
)
from parley_contracts.samples.ats_people import (
    CANDIDATE,
    COORDINATOR,
    LEAD,
    PEER,
    RECRUITER,
    SHADOW,
)
from parley_contracts.times import Interval

AT: Final = datetime(2027, 3, 8, 9, 0, tzinfo=UTC)

APPLICATION: Final = "greenhouse:265277"
INTERVIEW: Final = "greenhouse:113101"
IMPORTED: Final = "greenhouse:113177"

TEAM: Final = HiringTeam(
    recruiter_id=RECRUITER, coordinator_id=COORDINATOR, decider_ids=(LEAD, RECRUITER)
)
JOB: Final = Job(
    title="Softwareentwickler:in Zahlungsverkehr",
    job_id="greenhouse:3485",
    team="Payments",
    location="Berlin, or remote in UTC-1 to UTC+4",
    url="https://jobs.example.com/3485",
)
PAY: Final = PayCard(
    currency="EUR",
    minimum="78000",
    maximum="96000",
    period=PayPeriod.YEAR,
    note="Plus 10 % bonus; everyone on this level is in this range.",
)
STAGE: Final = Stage(name="Technical interview", assesses=("System design", "Working together"))
MATERIALS: Final = (
    Material(label="How we interview", url="https://jobs.example.com/how", audience=Audience.BOTH),
    Material(
        label="Interview kit",
        url="https://app.greenhouse.io/guides/113153",
        audience=Audience.INTERVIEWERS,
    ),
)
VIDEO: Final = Place(
    kind=PlaceKind.VIDEO,
    url="https://meet.example.com/payments-7f3k",
    dial_in="+49 30 555 0100, code 4711",
    instructions="Nothing to install: the link opens in a browser.",
)
SESSION: Final = SessionRequest(
    session_id="system-design",
    title="System design",
    minutes=60,
    candidate_minutes=15,
    about="We draw one system together, on a shared board. No trick questions.",
    place=VIDEO,
    seats=(
        SeatRequest(interviewer_id=LEAD, role="Hiring manager"),
        SeatRequest(
            pool_id="backend-panel", skills=("System design",), role="Would be your colleague"
        ),
        SeatRequest(one_of=(SHADOW, "greenhouse:4102"), shadow=True, role="Learns to interview"),
    ),
)
REQUESTED: Final = InterviewRequested(
    revision=3,
    upstream=Upstream(system="greenhouse", refs={"interview_id": "113101", "stage_id": "71416"}),
    application_id=APPLICATION,
    interview_id=INTERVIEW,
    candidate_id=CANDIDATE,
    hiring_team=TEAM,
    job=JOB,
    pay=PAY,
    stage=STAGE,
    materials=MATERIALS,
    zone="Europe/Berlin",
    sessions=(SESSION,),
    window=Interval(
        starts_at=datetime(2027, 3, 15, 7, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 27, 18, 0, tzinfo=UTC),
    ),
)
_ONSITE: Final = InterviewImported(
    application_id=APPLICATION,
    interview_id=IMPORTED,
    candidate_id=CANDIDATE,
    hiring_team=TEAM,
    job=JOB,
    stage=Stage(name="Team day", assesses=("Working together",)),
    zone="Europe/Berlin",
    decide_in=DecideIn.ATS,
    sessions=(
        ImportedSession(
            session_id="greenhouse:9128481",
            title="Culture fit",
            minutes=45,
            place=Place(
                kind=PlaceKind.ONSITE,
                address="Torstraße 99, 10119 Berlin",
                instructions="Ring at gate 3. The lift is behind the stairs.",
            ),
            starts_at=datetime(2027, 4, 1, 8, 0, tzinfo=UTC),
            seats=(ImportedSeat(interviewer_id=PEER, scorecard=ScorecardKept.ATS),),
        ),
        ImportedSession(
            session_id="greenhouse:9128482",
            title="Lunch with the team",
            minutes=60,
            candidate_minutes=60,
            place=Place(kind=PlaceKind.ONSITE, address="Torstraße 99, 10119 Berlin"),
            starts_at=datetime(2027, 4, 1, 10, 0, tzinfo=UTC),
            seats=(ImportedSeat(interviewer_id=LEAD, scorecard=ScorecardKept.NONE),),
        ),
    ),
)

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    (
        AT,
        ApplicationOpened(
            revision=1,
            upstream=Upstream(system="greenhouse", refs={"application_id": "265277"}),
            application_id=APPLICATION,
            candidate_id=CANDIDATE,
            job=JOB,
            hiring_team=TEAM,
            stage_name="Application review",
        ),
    ),
    (
        AT + timedelta(hours=1),
        HiringTeamChanged(revision=2, application_id=APPLICATION, hiring_team=TEAM),
    ),
    (AT + timedelta(hours=2), REQUESTED),
    (
        AT + timedelta(hours=3),
        InterviewRequestChanged.model_validate(
            REQUESTED.model_dump() | {"revision": 4, "notice_hours": 12}
        ),
    ),
    (
        AT + timedelta(days=1),
        CandidateContacted(
            application_id=APPLICATION,
            channel=ContactChannel.PHONE,
            next_word_due_at=datetime(2027, 3, 16, 16, 0, tzinfo=UTC),
        ),
    ),
    (
        AT + timedelta(days=11),
        ApplicationAdvanced(
            revision=5,
            application_id=APPLICATION,
            stage_name="Team day",
            from_stage_name="Technical interview",
        ),
    ),
    (AT + timedelta(days=12), _ONSITE),
    (
        AT + timedelta(days=24),
        ScorecardSubmittedUpstream(
            application_id=APPLICATION,
            interview_id=IMPORTED,
            interviewer_id=PEER,
            session_id="greenhouse:9128481",
        ),
    ),
    (
        AT + timedelta(days=25),
        InterviewRequestCancelled(
            application_id=APPLICATION,
            interview_id="greenhouse:113190",
            reason=RequestCancelReason.NO_LONGER_NEEDED,
        ),
    ),
    (
        AT + timedelta(days=26),
        ApplicationOnHold(
            revision=6,
            application_id=APPLICATION,
            until=datetime(2027, 4, 12, 7, 0, tzinfo=UTC),
        ),
    ),
    (AT + timedelta(days=35), ApplicationReopened(revision=7, application_id=APPLICATION)),
    (
        AT + timedelta(days=36),
        ApplicationClosed(revision=8, application_id=APPLICATION, outcome=ApplicationOutcome.HIRED),
    ),
)
