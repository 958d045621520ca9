"""Every subscription: which event leads to which use case."""

from notifications.ports import Work
from notifications.working_set import Subscriptions
from parley_contracts.topics import TOPICS, consumed_by

SERVICE = "notifications"

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events={},
    tombstones={},
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
