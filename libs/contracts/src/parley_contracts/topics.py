"""The topic table: which event travels where, under which type, and who publishes and reads it.

A type is written out beside its model and never computed from a name: renaming a class changes nothing outside.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from parley_contracts import (
    applications,
    candidate_updates,
    intake,
    interviewers,
    interviews,
    notifications,
    people,
    rounds,
)
from parley_contracts.event import Event

PARTITIONS = 24
"""Of every topic, for ever: more partitions would move keys, so growth is a new topic."""

ATS = "ats"
SCHEDULING = "scheduling"
FEEDBACK = "feedback"
NOTIFICATIONS = "notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    description: str
    key: str
    """What the record's key is, as a field name of the data."""
    aggregate: str
    """The kind of aggregate that revisions count for."""
    owners: tuple[str, ...]
    """Who publishes: `ats`, or services by name."""
    consumers: tuple[str, ...]
    intake_owner: str | None
    """Which consumer stores a bad record and answers on `parley.intake.v1`; the others only count it."""
    events: Mapping[str, type[Event]] = field(repr=False)
    """By CloudEvents type."""
    retention: timedelta | None
    """None where compaction decides."""
    tombstones_kept: timedelta | None = None
    """Where the topic is compacted: how long a null value stays readable."""
    partitions: int = PARTITIONS

    @property
    def compacted(self) -> bool:
        """A compacted topic is one where a null value means something."""
        return self.retention is None

    @property
    def config(self) -> dict[str, str]:
        """Kafka's settings of the topic. The broker's own time stands in the record: an event's time is its
        `ce_time`, and a writer whose clock is an hour ahead is not refused.
        """
        settings = {"message.timestamp.type": "LogAppendTime"}
        if self.retention is None:
            settings["cleanup.policy"] = "compact"
        else:
            settings |= {"cleanup.policy": "delete", "retention.ms": _milliseconds(self.retention)}
        if self.tombstones_kept is not None:
            settings["delete.retention.ms"] = _milliseconds(self.tombstones_kept)
        return settings


def _milliseconds(span: timedelta) -> str:
    return str(span // timedelta(milliseconds=1))


PEOPLE = Topic(
    name="ats.people.v1",
    description="Everyone who takes part, with how to reach them; a null value erases a person.",
    key="person_id",
    aggregate="person",
    owners=(ATS,),
    consumers=(SCHEDULING, FEEDBACK, NOTIFICATIONS),
    intake_owner=NOTIFICATIONS,
    events=MappingProxyType(
        {
            "ats.person.upserted.v1": people.PersonUpserted,
            "ats.person.merged.v1": people.PersonMerged,
        }
    ),
    retention=None,
    tombstones_kept=timedelta(days=35),
)
INTERVIEWERS = Topic(
    name="ats.interviewers.v1",
    description="When and for what someone can interview; a null value ends it.",
    key="interviewer_id",
    aggregate="interviewer",
    owners=(ATS,),
    consumers=(SCHEDULING,),
    intake_owner=SCHEDULING,
    events=MappingProxyType({"ats.interviewer.profile-set.v1": interviewers.InterviewerProfileSet}),
    retention=None,
    tombstones_kept=timedelta(days=35),
)
BUSY = Topic(
    name="ats.busy.v1",
    description="What stands in interviewers' calendars, one date range after another.",
    key="interviewer_id",
    aggregate="busy",
    owners=(ATS,),
    consumers=(SCHEDULING,),
    intake_owner=SCHEDULING,
    events=MappingProxyType({"ats.interviewer.busy-set.v1": interviewers.InterviewerBusySet}),
    retention=timedelta(days=30),
)
APPLICATIONS = Topic(
    name="ats.applications.v1",
    description="Applications from opening to outcome, and the interviews that the ATS asks for.",
    key="application_id",
    aggregate="application",
    owners=(ATS,),
    consumers=(SCHEDULING, FEEDBACK, NOTIFICATIONS),
    intake_owner=SCHEDULING,
    events=MappingProxyType(
        {
            "ats.application.opened.v1": applications.ApplicationOpened,
            "ats.application.hiring-team-changed.v1": applications.HiringTeamChanged,
            "ats.application.advanced.v1": applications.ApplicationAdvanced,
            "ats.application.on-hold.v1": applications.ApplicationOnHold,
            "ats.application.reopened.v1": applications.ApplicationReopened,
            "ats.application.closed.v1": applications.ApplicationClosed,
            "ats.candidate.contacted.v1": applications.CandidateContacted,
            "ats.interview.requested.v1": applications.InterviewRequested,
            "ats.interview.request-changed.v1": applications.InterviewRequestChanged,
            "ats.interview.request-cancelled.v1": applications.InterviewRequestCancelled,
            "ats.interview.imported.v1": applications.InterviewImported,
            "ats.scorecard.submitted.v1": applications.ScorecardSubmittedUpstream,
        }
    ),
    retention=timedelta(days=30),
)
INTERVIEWS = Topic(
    name="parley.interviews.v1",
    description="Interviews from the offer to the last minute of the last session.",
    key="interview_id",
    aggregate="interview",
    owners=(SCHEDULING,),
    consumers=(FEEDBACK, NOTIFICATIONS, ATS),
    intake_owner=FEEDBACK,
    events=MappingProxyType(
        {
            "parley.interview.slots-offered.v1": interviews.SlotsOffered,
            "parley.interview.no-slots-found.v1": interviews.NoSlotsFound,
            "parley.interview.offer-opened.v1": interviews.OfferOpened,
            "parley.interview.offer-expired.v1": interviews.OfferExpired,
            "parley.interview.times-proposed.v1": interviews.TimesProposed,
            "parley.interview.booked.v1": interviews.InterviewBooked,
            "parley.interview.rescheduled.v1": interviews.InterviewRescheduled,
            "parley.interview.changed.v1": interviews.InterviewChanged,
            "parley.interview.seat-declined.v1": interviews.SeatDeclined,
            "parley.interview.interviewer-replaced.v1": interviews.InterviewerReplaced,
            "parley.interview.cancelled.v1": interviews.InterviewCancelled,
            "parley.interview.session-ended.v1": interviews.SessionEnded,
            "parley.interview.booking-overdue.v1": interviews.BookingOverdue,
            "parley.interview.booking-conflict-found.v1": interviews.BookingConflictFound,
            "parley.interview.attention-needed.v1": interviews.CoordinatorAttentionNeeded,
            "parley.interview.snapshot.v1": interviews.InterviewSnapshot,
        }
    ),
    retention=timedelta(days=30),
)
ROUNDS = Topic(
    name="parley.rounds.v1",
    description="Preparation, questions, sealed feedback, decisions and reveals of each interview.",
    key="interview_id",
    aggregate="round",
    owners=(FEEDBACK,),
    consumers=(SCHEDULING, NOTIFICATIONS, ATS),
    intake_owner=NOTIFICATIONS,
    events=MappingProxyType(
        {
            "parley.round.no-show-reported.v1": rounds.NoShowReported,
            "parley.round.preparation-ready.v1": rounds.PreparationReady,
            "parley.round.preparation-read.v1": rounds.PreparationRead,
            "parley.round.question-asked.v1": rounds.QuestionAsked,
            "parley.round.question-answered.v1": rounds.QuestionAnswered,
            "parley.round.feedback-requested.v1": rounds.FeedbackRequested,
            "parley.round.feedback-submitted.v1": rounds.FeedbackSubmitted,
            "parley.round.feedback-amended.v1": rounds.FeedbackAmended,
            "parley.round.feedback-waived.v1": rounds.FeedbackWaived,
            "parley.round.feedback-overdue.v1": rounds.FeedbackOverdue,
            "parley.round.decision-requested.v1": rounds.DecisionRequested,
            "parley.round.decision-recorded.v1": rounds.DecisionRecorded,
            "parley.round.decided.v1": rounds.RoundDecided,
            "parley.round.match-reached.v1": rounds.MatchReached,
            "parley.round.revealed-to-candidate.v1": rounds.RevealedToCandidate,
            "parley.round.revealed-to-company.v1": rounds.RevealedToCompany,
            "parley.round.candidate-feedback-released.v1": rounds.CandidateFeedbackReleased,
            "parley.round.closed.v1": rounds.RoundClosed,
            "parley.round.snapshot.v1": rounds.RoundSnapshot,
        }
    ),
    retention=timedelta(days=30),
)
CANDIDATE_UPDATES = Topic(
    name="parley.applications.v1",
    description="The no-ghosting clock: when the next word to a candidate is due.",
    key="application_id",
    aggregate="candidate-update",
    owners=(FEEDBACK,),
    consumers=(NOTIFICATIONS, ATS),
    intake_owner=NOTIFICATIONS,
    events=MappingProxyType(
        {
            "parley.application.update-due.v1": candidate_updates.CandidateUpdateDue,
            "parley.application.updated.v1": candidate_updates.CandidateUpdated,
            "parley.application.update-overdue.v1": candidate_updates.CandidateUpdateOverdue,
            "parley.application.snapshot.v1": candidate_updates.CandidateUpdateSnapshot,
        }
    ),
    retention=timedelta(days=30),
)
DELIVERIES = Topic(
    name="parley.notifications.v1",
    description="What became of each message, and what calendars answered.",
    key="interview_id, else application_id, else person_id",
    aggregate="notification",
    owners=(NOTIFICATIONS,),
    consumers=(SCHEDULING, FEEDBACK, ATS),
    intake_owner=FEEDBACK,
    events=MappingProxyType(
        {
            "parley.notification.sent.v1": notifications.NotificationSent,
            "parley.notification.failed.v1": notifications.NotificationFailed,
            "parley.notification.suppressed.v1": notifications.NotificationSuppressed,
            "parley.invitation.answered.v1": notifications.InvitationAnswered,
        }
    ),
    retention=timedelta(days=30),
)
INTAKE = Topic(
    name="parley.intake.v1",
    description="Answers to records that could not be taken, or not yet: for whoever sent them.",
    key="key",
    aggregate="record",
    owners=(SCHEDULING, FEEDBACK, NOTIFICATIONS),
    consumers=(ATS,),
    intake_owner=None,
    events=MappingProxyType(
        {
            "parley.intake.record-rejected.v1": intake.RecordRejected,
            "parley.intake.record-waiting.v1": intake.RecordWaiting,
        }
    ),
    retention=timedelta(days=90),
)

TOPICS: Mapping[str, Topic] = MappingProxyType(
    {
        topic.name: topic
        for topic in (
            PEOPLE,
            INTERVIEWERS,
            BUSY,
            APPLICATIONS,
            INTERVIEWS,
            ROUNDS,
            CANDIDATE_UPDATES,
            DELIVERIES,
            INTAKE,
        )
    }
)
TOPIC_OF_TYPE: Mapping[str, Topic] = MappingProxyType(
    {ce_type: topic for topic in TOPICS.values() for ce_type in topic.events}
)
_PUBLISHED_AS: Mapping[type[Event], tuple[Topic, str]] = MappingProxyType(
    {
        model: (topic, ce_type)
        for topic in TOPICS.values()
        for ce_type, model in topic.events.items()
    }
)


def published_as(model: type[Event]) -> tuple[Topic, str]:
    """The topic and the type under which a model's events travel; KeyError for what is no event."""
    return _PUBLISHED_AS[model]


def source_of(service: str) -> str:
    """The CloudEvents source of what a service publishes: it never changes, since revisions count per source."""
    return f"parley/{service}"


def consumed_by(service: str) -> tuple[Topic, ...]:
    return tuple(topic for topic in TOPICS.values() if service in topic.consumers)
