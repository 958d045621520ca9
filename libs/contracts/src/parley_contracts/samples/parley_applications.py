"""The clock of the same application, what became of its messages, and answers to records that could not be taken."""

from datetime import datetime, timedelta
from typing import Final

from parley_contracts.candidate_updates import (
    Application,
    ApplicationStatus,
    CandidateUpdated,
    CandidateUpdateDue,
    CandidateUpdateOverdue,
    LastWord,
    Word,
)
from parley_contracts.event import Event
from parley_contracts.intake import Missing, RecordRef, RecordRejected, RecordWaiting
from parley_contracts.notifications import (
    Answer,
    FailureReason,
    InvitationAnswered,
    MessageKind,
    Notification,
    NotificationFailed,
    NotificationSent,
    NotificationStatus,
    NotificationSuppressed,
    SuppressionReason,
    ToldEvent,
)
from parley_contracts.samples.ats_applications import APPLICATION, INTERVIEW, JOB, SESSION, TEAM
from parley_contracts.samples.ats_people import CANDIDATE, PEER
from parley_contracts.samples.parley_interviews import AT, STARTS_AT

_ENDED: Final = STARTS_AT + timedelta(minutes=SESSION.minutes)
_DUE: Final = _ENDED + timedelta(days=5)

CLOCK: Final = Application(
    application_id=APPLICATION,
    candidate_id=CANDIDATE,
    hiring_team=TEAM,
    job_title=JOB.title,
    status=ApplicationStatus.OPEN,
    last_word=LastWord(kind=Word.BOOKING, at=AT + timedelta(hours=80)),
    next_word_due_at=_DUE,
)
SENT: Final = Notification(
    notification_id="0195a3f0-0000-7000-8000-0000000000bb",
    person_id=CANDIDATE,
    interview_id=INTERVIEW,
    application_id=APPLICATION,
    session_ids=(SESSION.session_id,),
    kind=MessageKind.INVITE,
    status=NotificationStatus.SENT,
    attempts=1,
    at=AT + timedelta(hours=80, seconds=2),
    told=(ToldEvent(type="parley.interview.booked.v1", aggregate_id=INTERVIEW, revision=8),),
)

TOLD: Final[tuple[tuple[datetime, Event], ...]] = (
    (AT + timedelta(hours=80), CandidateUpdated(revision=3, application=CLOCK)),
    (_DUE - timedelta(days=1), CandidateUpdateDue(revision=4, application=CLOCK)),
    (
        _DUE,
        CandidateUpdateOverdue(
            revision=5, application=CLOCK.model_copy(update={"overdue_since": _DUE})
        ),
    ),
    (SENT.at, NotificationSent(revision=1, notification=SENT)),
    (
        SENT.at + timedelta(minutes=1),
        NotificationFailed(
            revision=2,
            notification=SENT.model_copy(
                update={
                    "notification_id": "0195a3f0-0000-7000-8000-0000000000bc",
                    "person_id": PEER,
                    "status": NotificationStatus.FAILED,
                    "attempts": 5,
                }
            ),
            reason=FailureReason.BOUNCED,
        ),
    ),
    (
        SENT.at + timedelta(minutes=2),
        NotificationSuppressed(
            revision=1,
            notification=Notification(
                notification_id="0195a3f0-0000-7000-8000-0000000000bd",
                person_id="greenhouse:265990",
                kind=MessageKind.NEWS,
                status=NotificationStatus.SUPPRESSED,
                at=SENT.at + timedelta(minutes=2),
            ),
            reason=SuppressionReason.CONTACT_NONE,
        ),
    ),
    (
        AT + timedelta(hours=81),
        InvitationAnswered(
            revision=3,
            interview_id=INTERVIEW,
            session_id=SESSION.session_id,
            person_id=PEER,
            answer=Answer.ACCEPTED,
            starts_at=STARTS_AT,
        ),
    ),
    (
        AT,
        RecordRejected(
            key=APPLICATION,
            record=RecordRef(
                topic="ats.applications.v1",
                partition=17,
                offset=40121,
                source="greenhouse/acme",
                id="8f0b-113102",
                type="ats.interview.requested.v1",
            ),
            field="data.sessions.0.minutes",
            reason="Input should be greater than 0",
        ),
    ),
    (
        AT + timedelta(minutes=10),
        RecordWaiting(
            key=APPLICATION,
            record=RecordRef(
                topic="ats.applications.v1",
                partition=17,
                offset=40122,
                source="greenhouse/acme",
                id="8f0b-113103",
                type="ats.interview.requested.v1",
            ),
            missing=Missing.PERSON,
            missing_id=CANDIDATE,
            since=AT,
        ),
    ),
)
