"""Every subscription: which event leads to which use case."""

from feedback.ports import Work
from feedback.working_set import Subscriptions
from parley_contracts.topics import TOPICS, consumed_by

SERVICE = "feedback"

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events={},
    tombstones={},
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
