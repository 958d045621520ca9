"""Every subscription: which event leads to which use case."""

from parley_contracts import applications, interviewers, notifications, people, rounds
from parley_contracts.topics import INTERVIEWERS, PEOPLE, TOPICS, consumed_by
from scheduling.ports import Work
from scheduling.use_cases import (
    answer_invitation,
    cancel_request,
    change_hiring_team,
    close_application,
    erase_person,
    hold_application,
    import_interview,
    reopen_application,
    report_no_show,
    request_interview,
    set_busy,
    set_profile,
    take_decision,
    upsert_person,
)
from scheduling.working_set import Subscriptions, UseCase

SERVICE = "scheduling"

PERSON = UseCase(upsert_person.needs, upsert_person.upsert_person)
REQUEST = UseCase(request_interview.needs, request_interview.request_interview)
DECISION = UseCase(take_decision.needs, take_decision.take_decision)

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events={
        people.PersonUpserted: PERSON,
        people.PersonMerged: PERSON,
        interviewers.InterviewerProfileSet: UseCase(set_profile.needs, set_profile.set_profile),
        interviewers.InterviewerBusySet: UseCase(set_busy.needs, set_busy.set_busy),
        applications.InterviewRequested: REQUEST,
        applications.InterviewRequestChanged: REQUEST,
        applications.InterviewRequestCancelled: UseCase(
            cancel_request.needs, cancel_request.cancel_request
        ),
        applications.InterviewImported: UseCase(
            import_interview.needs, import_interview.import_interview
        ),
        applications.HiringTeamChanged: UseCase(
            change_hiring_team.needs, change_hiring_team.change_hiring_team
        ),
        applications.ApplicationOnHold: UseCase(
            hold_application.needs, hold_application.hold_application
        ),
        applications.ApplicationReopened: UseCase(
            reopen_application.needs, reopen_application.reopen_application
        ),
        applications.ApplicationClosed: UseCase(
            close_application.needs, close_application.close_application
        ),
        rounds.RoundDecided: DECISION,
        rounds.RoundSnapshot: DECISION,
        rounds.NoShowReported: UseCase(report_no_show.needs, report_no_show.report_no_show),
        notifications.InvitationAnswered: UseCase(
            answer_invitation.needs, answer_invitation.answer_invitation
        ),
    },
    tombstones={
        PEOPLE.name: UseCase(erase_person.needs, erase_person.erase_person),
        INTERVIEWERS.name: UseCase(set_profile.needs_to_end, set_profile.end_profile),
    },
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
