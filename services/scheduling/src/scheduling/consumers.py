"""Every subscription: which event leads to which use case."""

from parley_contracts.topics import TOPICS, consumed_by
from scheduling.ports import Work
from scheduling.working_set import Subscriptions

SERVICE = "scheduling"

SUBSCRIPTIONS: Subscriptions[Work] = Subscriptions(
    topics={topic.name: topic for topic in consumed_by(SERVICE)},
    events={},
    tombstones={},
    owned=frozenset(name for name, topic in TOPICS.items() if topic.intake_owner == SERVICE),
)
