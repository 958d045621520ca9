"""A Kafka to work on, wherever it runs: its address, and topics made and removed."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DeleteGroupsRequest

from parley_local.errors import NotPrefixed, TopicsRefused
from parley_local.waiting import POLL_SECONDS

PARTITIONS = 24
SETTLE_SECONDS = 30
UNKNOWN_TOPIC = 3


class Kafka(ABC):
    """`prefix` starts every name of a topic or group where the brokers serve others too."""

    def __init__(self, *, prefix: str, replication: int) -> None:
        self.prefix = prefix
        self.replication = replication

    @property
    @abstractmethod
    def bootstrap(self) -> str:
        """Addresses as every Kafka client takes them."""

    async def create_topics(
        self,
        names: Iterable[str],
        *,
        partitions: int = PARTITIONS,
        config: Mapping[str, str] | None = None,
    ) -> None:
        """Back once every partition has a leader; the broker stamps records with its own time."""
        wanted = self._own(names)
        settings = {"message.timestamp.type": "LogAppendTime", **(config or {})}
        topics = [
            NewTopic(name, partitions, self.replication, topic_configs=settings) for name in wanted
        ]
        async with self._admin() as admin:
            answer = await admin.create_topics(topics)
            refuse({name: code for name, code, *_ in answer.topic_errors})
            await until_led(admin, wanted, partitions)

    async def delete_topics(self, names: Iterable[str]) -> None:
        """Back once they are gone; a topic that is not there counts as deleted."""
        unwanted = self._own(names)
        async with self._admin() as admin:
            answer = await admin.delete_topics(unwanted)
            codes: dict[str, int] = dict(answer.topic_error_codes)
            refuse({name: code for name, code in codes.items() if code != UNKNOWN_TOPIC})
            await until_gone(admin, unwanted)

    async def brokers(self) -> int:
        async with self._admin() as admin:
            answer = await admin.describe_cluster()
        return len(answer["brokers"])

    async def topics(self, *, prefix: str) -> list[str]:
        async with self._admin() as admin:
            names: list[str] = await admin.list_topics()
        return sorted(name for name in names if name.startswith(prefix))

    async def delete_prefixed(self, prefix: str) -> None:
        """Every topic and group whose name starts so, as a test or a run leaves them behind."""
        if not prefix:
            raise ValueError("an empty prefix names everything")
        if names := await self.topics(prefix=prefix):
            await self.delete_topics(names)
        async with self._admin() as admin:
            groups = [name for name, _ in await admin.list_consumer_groups()]
        await self.delete_groups(group for group in groups if group.startswith(prefix))

    async def delete_groups(self, groups: Iterable[str]) -> None:
        """What they have read is forgotten; a group in use is left."""
        async with self._admin() as admin:
            for group in groups:
                await delete_group(admin, group)

    def _own(self, names: Iterable[str]) -> list[str]:
        listed = list(names)
        if strangers := [name for name in listed if not name.startswith(self.prefix)]:
            raise NotPrefixed(strangers, self.prefix)
        return listed

    @asynccontextmanager
    async def _admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()


class NamedKafka(Kafka):
    """Brokers that run without us: everything of ours starts with the prefix."""

    def __init__(self, bootstrap: str, *, prefix: str, replication: int) -> None:
        super().__init__(prefix=prefix, replication=replication)
        self._bootstrap = bootstrap

    @property
    def bootstrap(self) -> str:
        return self._bootstrap


def refuse(codes: Mapping[str, int]) -> None:
    if failed := {name: for_code(code).__name__ for name, code in codes.items() if code}:
        raise TopicsRefused(", ".join(f"{name}: {why}" for name, why in failed.items()))


async def until_led(admin: AIOKafkaAdminClient, names: list[str], partitions: int) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not all_led(await admin.describe_topics(names), partitions):  # noqa: ASYNC110 - no event
            await asyncio.sleep(POLL_SECONDS)


async def until_gone(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while set(names) & set(await admin.list_topics()):  # noqa: ASYNC110 - no event
            await asyncio.sleep(POLL_SECONDS)


def all_led(topics: list[dict[str, Any]], partitions: int) -> bool:
    return all(
        len(topic["partitions"]) == partitions
        and all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in topics
    )


async def delete_group(admin: AIOKafkaAdminClient, group: str) -> None:
    """The client library knows the request but offers no method; a group in use is left."""
    coordinator = await admin.find_coordinator(group)
    await admin._send_request(DeleteGroupsRequest([group]), coordinator)  # noqa: SLF001 - see above
