"""The one place that decides where Kafka and PostgreSQL come from.

In this order, each of the two for itself: servers that the environment names, containers where
they are asked for, else servers of our own, which end with this process.
"""

import asyncio
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Generic, TypeVar

import asyncpg
from aiokafka.errors import KafkaError

from parley_local.account import Account, database_account, reachable
from parley_local.config import Config
from parley_local.databases import NamedPostgres, Postgres
from parley_local.errors import PackageMissing, Unreachable
from parley_local.kafka import KafkaCluster
from parley_local.postgres import PostgresServer
from parley_local.side_by_side import side_by_side
from parley_local.topics import Kafka, NamedKafka

Kafka_co = TypeVar("Kafka_co", bound=Kafka, covariant=True)
Postgres_co = TypeVar("Postgres_co", bound=Postgres, covariant=True)
T = TypeVar("T")


class Servers(Generic[Kafka_co, Postgres_co]):
    """Each server starts when it is first asked for, from whichever thread asks first."""

    def __init__(self, kafka: Callable[[], Kafka_co], postgres: Callable[[], Postgres_co]) -> None:
        self._kafka = once(kafka)
        self._postgres = once(postgres)

    @property
    def kafka(self) -> Kafka_co:
        return self._kafka()

    @property
    def postgres(self) -> Postgres_co:
        return self._postgres()

    def start(self) -> None:
        """Both at once, for those who need both."""
        side_by_side(self._kafka, self._postgres)


AnyServers = Servers[Kafka, Postgres]
EmbeddedServers = Servers[KafkaCluster, PostgresServer]


@contextmanager
def provide(*, kafka_nodes: int = 1, fsync: bool = True) -> Iterator[AnyServers]:
    """Servers from wherever this machine has them; what was made on them is gone at the end."""
    with ExitStack() as ending:
        yield Servers(
            lambda: choose_kafka(ending, nodes=kafka_nodes),
            lambda: choose_postgres(ending, fsync=fsync),
        )


@contextmanager
def embedded(*, kafka_nodes: int = 1, fsync: bool = True) -> Iterator[EmbeddedServers]:
    """Servers of our own whatever the environment says, for those who stop and kill them."""
    with ExitStack() as ending:
        yield Servers(
            lambda: embedded_kafka(ending, nodes=kafka_nodes),
            lambda: embedded_postgres(ending, fsync=fsync),
        )


def choose_kafka(ending: ExitStack, *, nodes: int) -> Kafka:
    if bootstrap := os.environ.get("PARLEY_TEST_KAFKA"):
        return named_kafka(ending, bootstrap)
    if containers_answer():
        from parley_local.containers import kafka_container  # noqa: PLC0415 - optional group

        return ending.enter_context(kafka_container())
    return embedded_kafka(ending, nodes=nodes)


def choose_postgres(ending: ExitStack, *, fsync: bool) -> Postgres:
    if dsn := os.environ.get("PARLEY_TEST_POSTGRES"):
        return named_postgres(ending, dsn)
    if containers_answer():
        from parley_local.containers import postgres_container  # noqa: PLC0415 - optional group

        return ending.enter_context(postgres_container())
    return embedded_postgres(ending, fsync=fsync)


def containers_answer() -> bool:
    if os.environ.get("PARLEY_CONTAINERS") != "1":
        return False
    try:
        from parley_local.containers import engine_answers  # noqa: PLC0415 - optional group
    except ImportError as error:
        raise PackageMissing("testcontainers", "uv sync --group containers") from error
    return engine_answers()


def embedded_kafka(ending: ExitStack, *, nodes: int) -> KafkaCluster:
    cluster = KafkaCluster(run_folder("kafka", None), Config.here(), nodes=nodes)
    ending.callback(cluster.close)
    cluster.start()
    return cluster


def embedded_postgres(ending: ExitStack, *, fsync: bool) -> PostgresServer:
    server = PostgresServer(run_folder("postgres", database_account()), Config.here(), fsync=fsync)
    ending.callback(server.close)
    server.start()
    return server


def named_kafka(ending: ExitStack, bootstrap: str) -> Kafka:
    prefix = f"parley-{secrets.token_hex(4)}-"
    try:
        replication = apart(copies_on(bootstrap))
    except (KafkaError, OSError) as error:
        raise Unreachable("PARLEY_TEST_KAFKA", error) from error
    kafka = NamedKafka(bootstrap, prefix=prefix, replication=replication)
    ending.callback(lambda: apart(kafka.delete_prefixed(prefix)))
    return kafka


async def copies_on(bootstrap: str) -> int:
    brokers = await NamedKafka(bootstrap, prefix="", replication=1).brokers()
    return min(3, brokers)


def named_postgres(ending: ExitStack, dsn: str) -> Postgres:
    postgres = NamedPostgres(dsn, prefix=f"parley_{secrets.token_hex(4)}_")
    try:
        apart(postgres.refuse_unless_empty())
    except (asyncpg.PostgresError, OSError, ValueError) as error:
        raise Unreachable("PARLEY_TEST_POSTGRES", error) from error
    ending.callback(lambda: apart(postgres.drop_prefixed()))
    return postgres


def run_folder(server: str, account: Account | None) -> Path:
    """A new folder for one run, where the database's user can go too."""
    places = [tempfile.gettempdir(), "/tmp", "/var/tmp"]  # noqa: S108 - mkdtemp makes the folder and its name
    fitting = (place for place in places if account is None or reachable(Path(place)))
    folder = Path(tempfile.mkdtemp(prefix=f"parley-{server}-", dir=next(fitting, None)))
    if account is not None:
        folder.chmod(0o711)
    return folder


def apart(work: Coroutine[None, None, T]) -> T:
    """Run it in a loop and thread of its own: the caller may stand in a running loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def once(make: Callable[[], T]) -> Callable[[], T]:
    guard = threading.Lock()
    made: list[T] = []

    def get() -> T:
        with guard:
            if not made:
                made.append(make())
        return made[0]

    return get
