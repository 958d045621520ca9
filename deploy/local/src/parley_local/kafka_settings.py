"""A broker's settings: what one machine needs, and what tests must be able to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from parley_local.ports import LOOPBACK

LOGGING = """\
status = error
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRef.stdout.ref = stdout
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = info
"""


@dataclass(frozen=True, slots=True)
class Ports:
    client: int
    controller: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where nodes listen, and what clients are told: two things only in a container."""

    listen: str = LOOPBACK
    advertised: str = LOOPBACK


def server_properties(
    number: int, *, data: Path, cluster: Sequence[Ports], at: Address | None = None
) -> dict[str, str]:
    """The settings of node `number` (from 1) of a cluster whose nodes listen on these ports."""
    at, own, copies = at or Address(), cluster[number - 1], len(cluster)
    in_sync = max(1, copies - 1)
    voters = (
        f"{node}@{LOOPBACK}:{ports.controller}" for node, ports in enumerate(cluster, start=1)
    )
    return {
        "process.roles": "broker,controller",
        "node.id": f"{number}",
        "controller.quorum.voters": ",".join(voters),
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "listeners": f"PLAINTEXT://{at.listen}:{own.client},CONTROLLER://{LOOPBACK}:{own.controller}",
        "advertised.listeners": f"PLAINTEXT://{at.advertised}:{own.client}",
        "log.dirs": f"{data}",
        "auto.create.topics.enable": "false",
        "default.replication.factor": f"{copies}",
        "min.insync.replicas": f"{in_sync}",
        "offsets.topic.replication.factor": f"{copies}",
        "offsets.topic.num.partitions": "10",
        "transaction.state.log.replication.factor": f"{copies}",
        "transaction.state.log.min.isr": f"{in_sync}",
        "transaction.state.log.num.partitions": "10",
        "share.coordinator.state.topic.replication.factor": f"{copies}",
        "share.coordinator.state.topic.min.isr": f"{in_sync}",
        "group.initial.rebalance.delay.ms": "0",
        # One machine, a few clients: more threads only pass the work around.
        "num.io.threads": "2",
        "num.network.threads": "1",
        "group.min.session.timeout.ms": "1000",
        # So long a killed node is believed alive, and its next start waits.
        "broker.session.timeout.ms": "3000" if copies == 1 else "6000",
        "broker.heartbeat.interval.ms": "500",
        # The cleaner's buffer comes out of the heap, and is a third of ours by default.
        "log.cleaner.dedupe.buffer.size": f"{8 * 1024 * 1024}",
        # Deleted topics leave the disk soon: a test run makes thousands of partitions.
        "log.segment.delete.delay.ms": "1000",
    }


def as_properties(settings: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def as_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """As the apache/kafka image reads them."""
    return {f"KAFKA_{name.upper().replace('.', '_')}": text for name, text in settings.items()}
