"""PostgreSQL of our own: what was committed survives every way of ending it."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.support.owners import mentioning

from parley_local import postgres as postgres_module
from parley_local.errors import NoDatabaseAccount
from parley_local.ports import free_ports
from parley_local.postgres import PostgresServer
from parley_local.servers import embedded

pytestmark = pytest.mark.postgres

ENDS: dict[str, Callable[[PostgresServer], None]] = {
    "fast": lambda server: server.stop("fast"),
    "immediate": lambda server: server.stop("immediate"),
    "killed": PostgresServer.kill,
}


@pytest.fixture(scope="module")
def own() -> Iterator[PostgresServer]:
    with embedded(fsync=False) as servers:
        yield servers.postgres


@pytest.fixture
def server(own: PostgresServer) -> Iterator[PostgresServer]:
    yield own
    own.resume()
    if not own.alive:
        own.start()


async def ask(dsn: str, statement: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("end", ENDS)
async def test_committed_rows_and_the_port_survive(server: PostgresServer, end: str) -> None:
    dsn = await server.create_database(f"kept_{end}")
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table kept (id int); insert into kept values (1)")

    ENDS[end](server)
    with pytest.raises(OSError, match="Connect"):
        await asyncpg.connect(dsn)
    server.start()

    assert await ask(dsn, "select count(*) from kept") == 1
    connection.terminate()


async def test_paused_server_is_silent_until_it_is_resumed(server: PostgresServer) -> None:
    dsn = await server.create_database("paused")
    connection = await asyncpg.connect(dsn)

    server.pause()
    asked = asyncio.create_task(connection.fetchval("select 1"))
    done, _ = await asyncio.wait([asked], timeout=0.3)
    assert not done
    server.resume()

    assert await asked == 1
    await connection.close()


async def test_database_is_copied_from_a_template(own: PostgresServer) -> None:
    source = await own.create_database("source")
    await ask(source, "create table copied (id int)")

    copy = await own.create_database("copy", template="source")

    assert await ask(copy, "select count(*) from copied") == 0


async def test_database_in_use_is_dropped(own: PostgresServer) -> None:
    connection = await asyncpg.connect(await own.create_database("busy"))

    await own.drop_database("busy")

    assert await ask(own.admin_dsn, "select count(*) from pg_database where datname = 'busy'") == 0
    connection.terminate()


async def test_settings_are_those_that_services_rely_on(own: PostgresServer) -> None:
    assert await ask(own.admin_dsn, "show max_connections") == "200"
    assert await ask(own.admin_dsn, "show synchronous_commit") == "on"
    assert await ask(own.admin_dsn, "show fsync") == "off"
    assert await ask(own.admin_dsn, "show server_encoding") == "UTF8"
    assert await ask(own.admin_dsn, "show timezone") == "UTC"
    assert await ask(own.admin_dsn, "select 'é' < 'z' collate \"C\"") is False


def test_it_never_runs_as_root(own: PostgresServer) -> None:
    assert own.process is not None
    status = Path(f"/proc/{own.process.pid}").stat()

    assert status.st_uid != 0
    assert status.st_uid == os.geteuid() or os.geteuid() == 0


def test_taken_port_is_replaced_on_the_first_start(
    own: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [[own.port], free_ports(1)]
    monkeypatch.setattr(postgres_module, "free_ports", lambda _: answers.pop(0))

    with embedded() as servers:
        assert servers.postgres.alive
        assert servers.postgres.port != own.port


async def test_data_is_synced_unless_told_otherwise() -> None:
    with embedded() as servers:
        assert await ask(servers.postgres.admin_dsn, "show fsync") == "on"


def test_nothing_is_left_of_a_server() -> None:
    with embedded(fsync=False) as servers:
        folder = servers.postgres.folder
        assert (
            len(mentioning(str(folder))) >= 2
        )  # the server, its keeper, and what it has just forked

    assert mentioning(str(folder)) == []
    assert not folder.exists()


def test_root_without_another_user_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwall", list)

    with embedded() as servers, pytest.raises(NoDatabaseAccount, match="PARLEY_TEST_POSTGRES"):
        servers.postgres  # noqa: B018 - asking starts it
