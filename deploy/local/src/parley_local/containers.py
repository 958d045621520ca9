"""Servers in containers. Imported only when asked for: `testcontainers` is an optional group."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docker.errors import DockerException  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional
from testcontainers.community.postgres import (  # type: ignore[import-not-found,unused-ignore]  # optional
    PostgresContainer,
)
from testcontainers.core.container import (  # type: ignore[import-not-found,unused-ignore]  # optional
    DockerContainer,
)
from testcontainers.core.docker_client import (  # type: ignore[import-not-found,unused-ignore]  # optional
    DockerClient,
)
from testcontainers.core.wait_strategies import (  # type: ignore[import-not-found,unused-ignore]  # optional
    LogMessageWaitStrategy,
)

from parley_local.databases import NamedPostgres
from parley_local.kafka_settings import Address, Ports, as_environment, server_properties
from parley_local.ports import free_ports
from parley_local.topics import NamedKafka

KAFKA_IMAGE, POSTGRES_IMAGE = "apache/kafka:4.3.1", "postgres:18.4"


def engine_answers() -> bool:
    """Without an engine it is said, and the next source is used."""
    try:
        DockerClient().client.ping()
    except DockerException as error:
        sys.stderr.write(f"No container engine answers ({error}): running embedded.\n")
        return False
    return True


@contextmanager
def kafka_container() -> Iterator[NamedKafka]:
    """The port is the same inside and outside: brokers tell clients where they are."""
    ports = Ports(*free_ports(2))
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(ports.client, ports.client)
    host = container.get_container_host_ip()
    settings = server_properties(
        1, data=Path("/var/lib/kafka/data"), cluster=[ports], at=Address("0.0.0.0", host)
    )
    container.with_envs(**as_environment(settings))
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    with container:
        yield NamedKafka(f"{host}:{ports.client}", prefix="", replication=1)


@contextmanager
def postgres_container() -> Iterator[NamedPostgres]:
    with PostgresContainer(POSTGRES_IMAGE, username="parley", driver=None) as container:
        yield NamedPostgres(container.get_connection_url(), prefix="")
