"""Every subscription: which event leads to which use case."""

from collections.abc import Mapping

from notifications.ports import Work
from notifications.use_cases import (
    erase_person,
    keep_application,
    keep_clock,
    keep_interview,
    keep_round,
    merge_person,
    upsert_person,
)
from notifications.working_set import Subscriptions, UseCase
from parley_contracts import applications, people
from parley_contracts.cloudevents import Received
from parley_contracts.event import Event
from parley_contracts.topics import (
    CANDIDATE_UPDATES,
    INTERVIEWS,
    PEOPLE,
    ROUNDS,
    TOPICS,
    Topic,
    consumed_by,
)

SERVICE = "notifications"

_APPLICATION = UseCase(keep_application.needs, keep_application.keep_application)


def _all_of(
    topic: Topic, use_case: UseCase[Received, Work]
) -> dict[type[Event], UseCase[Received, Work]]:
    return dict.fromkeys(topic.events.values(), use_case)


EVENTS: Mapping[type[Event], UseCase[Received, Work]] = {
    people.PersonUpserted: UseCase(upsert_person.needs, upsert_person.upsert_person),
    people.PersonMerged: UseCase(merge_person.needs, merge_person.merge_person),
    applications.ApplicationOpened: _APPLICATION,
    applications.HiringTeamChanged: _APPLICATION,
    applications.ApplicationOnHold: _APPLICATION,
    applications.ApplicationReopened: _APPLICATION,
    applications.ApplicationClosed: _APPLICATION,
    **_all_of(INTERVIEWS, UseCase(keep_interview.needs, keep_interview.keep_interview)),
    **_all_of(ROUNDS, UseCase(keep_round.needs, keep_round.keep_round)),
    **_all_of(CANDIDATE_UPDATES, UseCase(keep_clock.needs, keep_clock.keep_clock)),
}

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events=EVENTS,
    tombstones={PEOPLE.name: UseCase(erase_person.needs, erase_person.erase_person)},
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
