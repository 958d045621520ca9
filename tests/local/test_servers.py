"""Where servers come from, and that they go with whoever asked for them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from tests.support.owners import interrupt, line_of, mentioning, owner

from parley_local.databases import Postgres
from parley_local.errors import NotEmpty, NotPrefixed, PackageMissing, Unreachable
from parley_local.servers import containers_answer, provide
from parley_local.topics import Kafka
from parley_local.waiting import until

OWNER_OF_ONE = """
from parley_local.servers import embedded
with embedded() as servers:
    print(servers.postgres.folder, flush=True)
    stay()
"""
OWNER_OF_BOTH = OWNER_OF_ONE.replace("print(", "servers.start(); print(servers.kafka.folder, ")
ENDS: dict[str, Callable[["subprocess.Popen[str]"], None]] = {
    "SIGKILL": lambda process: process.kill(),
    "SIGTERM": lambda process: process.terminate(),
    "Ctrl-C": interrupt,
}


@pytest.mark.kafka
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("program", "end"),
    [(OWNER_OF_BOTH, "SIGKILL"), (OWNER_OF_ONE, "SIGTERM"), (OWNER_OF_ONE, "Ctrl-C")],
)
def test_servers_go_with_the_program_that_owns_them(program: str, end: str) -> None:
    with owner(program) as process:
        folders = line_of(process).split()
        assert all(mentioning(folder) for folder in folders)

        ENDS[end](process)
        process.wait()

        assert until(lambda: not any(map(mentioning, folders)), seconds=30)
        assert until(lambda: not any(Path(folder).exists() for folder in folders), seconds=10)


@pytest.fixture
def named(kafka: Kafka, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment names the session's Kafka, and an empty database."""
    monkeypatch.setenv("PARLEY_TEST_KAFKA", kafka.bootstrap)
    monkeypatch.setenv("PARLEY_TEST_POSTGRES", database)
    return database


def test_servers_of_our_own_start_when_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("started without being asked for")

    monkeypatch.setattr("parley_local.servers.choose_kafka", never)
    monkeypatch.setattr("parley_local.servers.choose_postgres", never)

    with provide():
        return


async def test_named_kafka_takes_prefixed_names_and_is_left_clean(kafka: Kafka, named: str) -> None:
    with provide() as servers:
        ours = servers.kafka
        await ours.create_topics([f"{ours.prefix}topic"], partitions=1)
        there = await kafka.topics(prefix=ours.prefix)
        with pytest.raises(NotPrefixed, match="topic"):
            await ours.create_topics(["topic"])

    assert ours.prefix
    assert there == [f"{ours.prefix}topic"]
    assert await kafka.topics(prefix=ours.prefix) == []


async def test_named_postgres_is_left_clean(postgres: Postgres, named: str) -> None:
    with provide() as servers:
        ours = servers.postgres
        dsn = await ours.create_database("one")
        copy = await ours.create_database("two", template="one")
        connection = await asyncpg.connect(copy)

    assert dsn.endswith(f"/{ours.prefix}one")
    assert ours.prefix
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
    connection.terminate()


async def test_named_database_that_holds_tables_is_refused(named: str) -> None:
    connection = await asyncpg.connect(named)
    await connection.execute("create table precious (id int)")
    await connection.close()

    with provide() as servers, pytest.raises(NotEmpty, match=r"public\.precious"):
        servers.postgres  # noqa: B018 - asking decides


async def test_each_is_decided_for_itself(
    postgres: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_TEST_POSTGRES", database)
    monkeypatch.delenv("PARLEY_TEST_KAFKA", raising=False)
    chosen: list[int] = []
    monkeypatch.setattr(
        "parley_local.servers.embedded_kafka", lambda _, *, nodes: chosen.append(nodes)
    )

    with provide(kafka_nodes=3) as servers:
        servers.kafka  # noqa: B018 - asking starts it
        assert servers.postgres.admin_dsn == database

    assert chosen == [3]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARLEY_TEST_KAFKA", "127.0.0.1:1"),
        ("PARLEY_TEST_POSTGRES", "postgresql://x@127.0.0.1:1/x"),
    ],
)
def test_named_servers_that_do_not_answer_are_told_by_their_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    with provide() as servers, pytest.raises(Unreachable, match=variable):
        _ = servers.kafka if variable.endswith("KAFKA") else servers.postgres


def test_containers_are_used_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_CONTAINERS", raising=False)

    assert not containers_answer()


def test_containers_without_their_package_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PARLEY_CONTAINERS", "1")
    monkeypatch.setitem(sys.modules, "parley_local.containers", None)

    with pytest.raises(PackageMissing, match="--group containers"):
        containers_answer()
