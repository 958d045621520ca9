"""Every subscription: which event leads to which use case."""

from feedback.ports import Work
from feedback.use_cases import (
    advance_application,
    change_hiring_team,
    close_application,
    erase_person,
    follow_interview,
    hold_application,
    know_person,
    merge_people,
    note_contact,
    note_delivery,
    note_upstream_card,
    open_application,
    reopen_application,
)
from feedback.working_set import Subscriptions, UseCase
from parley_contracts import applications, interviews, notifications, people
from parley_contracts.topics import PEOPLE, TOPICS, consumed_by

SERVICE = "feedback"

FOLLOW = UseCase(follow_interview.needs, follow_interview.follow_interview)
DELIVERY = UseCase(note_delivery.needs, note_delivery.note_delivery)

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events={
        people.PersonUpserted: UseCase(know_person.needs, know_person.know_person),
        people.PersonMerged: UseCase(merge_people.needs, merge_people.merge_people),
        applications.ApplicationOpened: UseCase(
            open_application.needs, open_application.open_application
        ),
        applications.HiringTeamChanged: UseCase(
            change_hiring_team.needs, change_hiring_team.change_hiring_team
        ),
        applications.ApplicationAdvanced: UseCase(
            advance_application.needs, advance_application.advance_application
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
        applications.CandidateContacted: UseCase(note_contact.needs, note_contact.note_contact),
        applications.ScorecardSubmittedUpstream: UseCase(
            note_upstream_card.needs, note_upstream_card.note_upstream_card
        ),
        interviews.SlotsOffered: FOLLOW,
        interviews.NoSlotsFound: FOLLOW,
        interviews.OfferOpened: FOLLOW,
        interviews.OfferExpired: FOLLOW,
        interviews.TimesProposed: FOLLOW,
        interviews.InterviewBooked: FOLLOW,
        interviews.InterviewRescheduled: FOLLOW,
        interviews.InterviewChanged: FOLLOW,
        interviews.SeatDeclined: FOLLOW,
        interviews.InterviewerReplaced: FOLLOW,
        interviews.InterviewCancelled: FOLLOW,
        interviews.SessionEnded: FOLLOW,
        interviews.BookingOverdue: FOLLOW,
        interviews.BookingConflictFound: FOLLOW,
        interviews.CoordinatorAttentionNeeded: FOLLOW,
        interviews.InterviewSnapshot: FOLLOW,
        notifications.NotificationSent: DELIVERY,
        notifications.NotificationFailed: DELIVERY,
        notifications.NotificationSuppressed: DELIVERY,
    },
    tombstones={PEOPLE.name: UseCase(erase_person.needs, erase_person.erase_person)},
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
