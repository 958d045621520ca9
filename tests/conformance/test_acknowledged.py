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


@dataclass(frozen=True)
class Raw:
    partition: int
    offset: int
    topic: str = "t"
    headers: tuple[tuple[str, bytes], ...] = (("no-utf-8", b"\xff"),)


async def test_it_is_the_place_after_the_last_record_of_each_partition(plumbing: Plumbing) -> None:
    group = Group()
    batch = (Raw(0, 4), Raw(0, 5), Raw(3, 9))

    async def original(message: Any) -> Any:
        assert not any(one.headers for one in message)
        return SimpleNamespace(raw_message=message, consumer=group)

    parsed = await plumbing.consumer._parse_the_first(batch, original)
    assert parsed.raw_message == batch
    await parsed.consumer.commit()
    parsed.consumer.seek(TopicPartition("t", 3), 9)

    assert group.commits == [{TopicPartition("t", 0): 6, TopicPartition("t", 3): 10}]
    assert group.sought == [(TopicPartition("t", 3), 9)]
