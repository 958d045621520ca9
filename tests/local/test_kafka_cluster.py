"""Apache Kafka of our own: each node can be stopped, killed, paused and started again."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from tests.support.owners import mentioning

from parley_local import kafka as kafka_module
from parley_local.errors import TopicsRefused
from parley_local.kafka import KafkaCluster, KafkaNode, new_cluster_id
from parley_local.ports import free_ports
from parley_local.servers import embedded

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def one() -> Iterator[KafkaCluster]:
    with embedded() as servers:
        yield servers.kafka


@pytest.fixture(scope="module")
def three() -> Iterator[KafkaCluster]:
    with embedded(kafka_nodes=3) as servers:
        yield servers.kafka


@pytest.fixture
def node(one: KafkaCluster) -> Iterator[KafkaNode]:
    (node,) = one.nodes
    yield node
    node.resume()
    node.start()


async def write(cluster: KafkaCluster, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap, acks="all", request_timeout_ms=20_000
    )
    async with producer:
        await producer.send_and_wait(topic, value, partition=0)


async def read_all(cluster: KafkaCluster, topic: str) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        return [(await consumer.getone()).value for _ in range(end)]


async def answers(cluster: KafkaCluster) -> bool:
    try:
        async with asyncio.timeout(2):
            return await cluster.brokers() > 0
    except (TimeoutError, KafkaError):
        return False


@pytest.mark.parametrize("end", [KafkaNode.stop, KafkaNode.kill])
async def test_node_comes_back_with_its_data_and_port(
    one: KafkaCluster, node: KafkaNode, end: Callable[[KafkaNode], None]
) -> None:
    topic, port = f"kept-{end.__name__}", node.port
    await one.create_topics([topic], partitions=1)
    await write(one, topic, b"before")

    end(node)
    assert not await answers(one)
    node.start()
    await write(one, topic, b"after")

    assert await read_all(one, topic) == [b"before", b"after"]
    assert node.port == port


async def test_paused_node_is_silent_until_it_is_resumed(
    one: KafkaCluster, node: KafkaNode
) -> None:
    node.pause()
    assert not await answers(one)

    node.resume()

    assert await answers(one)


async def test_topic_that_is_there_is_refused(one: KafkaCluster) -> None:
    await one.create_topics(["twice"], partitions=1)

    with pytest.raises(TopicsRefused, match="twice: TopicAlreadyExists"):
        await one.create_topics(["twice"], partitions=1)


async def test_topics_are_deleted_by_name_and_by_prefix(one: KafkaCluster) -> None:
    await one.create_topics(["gone-a", "gone-b", "gone-c", "stays"], partitions=1)

    await one.delete_topics(["gone-a", "never-there"])
    await one.delete_prefixed("gone-")

    assert await one.topics(prefix="gone-") == []
    assert await one.topics(prefix="stays") == ["stays"]


def test_taken_port_is_replaced_on_the_first_start(
    one: KafkaCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = one.nodes
    tried: list[int] = []

    def taken_first(count: int) -> list[int]:
        ports = free_ports(count)
        if not tried:
            ports[0] = node.port
        tried.extend(ports)
        return ports

    monkeypatch.setattr(kafka_module, "free_ports", taken_first)
    with embedded() as servers:
        other = servers.kafka

        assert other.nodes[0].alive
        assert other.nodes[0].port != node.port
    assert node.alive
    assert len(tried) == 4


async def test_three_nodes_go_on_without_one(three: KafkaCluster) -> None:
    await three.create_topics(["copied"], partitions=3)
    await write(three, "copied", b"by three")

    three.nodes[0].kill()
    await write(three, "copied", b"by two")
    three.nodes[0].start()
    await write(three, "copied", b"by three again")

    assert await read_all(three, "copied") == [b"by three", b"by two", b"by three again"]


async def test_stopped_node_of_three_joins_again(three: KafkaCluster) -> None:
    node = three.nodes[1]

    node.stop()
    two = await three.brokers()
    node.start()

    assert (two, await three.brokers()) == (2, 3)


def test_nothing_is_left_of_a_cluster() -> None:
    with embedded() as servers:
        folder = servers.kafka.folder
        assert len(mentioning(str(folder))) == 2  # the node and its keeper

    assert mentioning(str(folder)) == []
    assert not folder.exists()


def test_no_cluster_id_looks_like_an_option() -> None:
    """Kafka's tool reads `-t -abc` as two options; one id in 64 began so."""
    assert not any(new_cluster_id().startswith("-") for _ in range(1000))
