"""What acknowledging a batch commits: the batch's own places, and nothing of what others still hold."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from tests.conformance.tally import Plumbing


@dataclass
class Group:
    """A consumer that has more partitions than the batch speaks of."""

    commits: list[Any] = field(default_factory=list)
    sought: list[Any] = field(default_factory=list)

    async def commit(self, offsets: Any = None) -> None:
        self.commits.append(offsets)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.sought.append((partition, offset))


def record(partition: int, offset: int) -> Any:
    return SimpleNamespace(topic="t", partition=partition, offset=offset)


async def test_it_is_the_place_after_the_last_record_of_each_partition(plumbing: Plumbing) -> None:
    group = Group()
    batch = (record(0, 4), record(0, 5), record(3, 9))

    async def original(message: Any) -> Any:
        return SimpleNamespace(raw_message=message, consumer=group)

    parsed = await plumbing.consumer._parse_whatever_headers(batch, original)
    await parsed.consumer.commit()
    parsed.consumer.seek(TopicPartition("t", 3), 9)

    assert group.commits == [{TopicPartition("t", 0): 6, TopicPartition("t", 3): 10}]
    assert group.sought == [(TopicPartition("t", 3), 9)]
