"""Servers that people keep: `parley-local start`, `status` and `stop`."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.support.owners import HEEDS_SIGNALS, mentioning

from parley_local import background
from parley_local.background import Server, State
from parley_local.kafka_settings import Ports
from parley_local.process import Identity
from parley_local.waiting import until

COMMAND = [sys.executable, "-m", "parley_local"]

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


@contextmanager
def state_folder() -> Iterator[Path]:
    """Where the user that runs the database can go, unlike in pytest's own folders."""
    made = Path(tempfile.mkdtemp(prefix="parley-test-"))
    made.chmod(0o755)
    yield made / "state"
    parley_local("stop", "--remove", "--dir", str(made / "state"))
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with state_folder() as made:
        yield made


@pytest.fixture
def new_folder() -> Iterator[Path]:
    with state_folder() as made:
        yield made


def parley_local(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def started(folder: Path) -> dict[str, str]:
    """What `start` prints, read as the environment that it is."""
    if (said := status(folder))["running"]:
        environment: dict[str, str] = said["environment"]
        return environment
    parley_local("stop", "--dir", str(folder))
    ended = parley_local("start", "--dir", str(folder))
    assert ended.returncode == 0, ended.stderr
    return environment_of(ended.stdout)


def environment_of(printed: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in printed.splitlines())


def state_with(pid: int, *, started: str) -> State:
    """As left by a start of one node, of which this process is what is known."""
    server = Server("kafka-1", "127.0.0.1:1", "log", Identity(pid, started), signal.SIGTERM)
    return State("data", "127.0.0.1:1", "dsn", [Ports(1, 2)], 3, [server])


def status(folder: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(parley_local("status", "--json", "--dir", str(folder)).stdout)
    return said


def pids(folder: Path) -> list[int]:
    return [server["pid"] for server in status(folder)["servers"] if server["running"]]


async def test_servers_outlive_the_command_and_keep_data_and_ports(
    folder: Path, started: dict[str, str]
) -> None:
    connection = await asyncpg.connect(started["PARLEY_TEST_POSTGRES"])
    await connection.execute("drop table if exists kept; create table kept (id int)")
    await connection.close()
    assert parley_local("status", "--dir", str(folder)).returncode == 0

    assert parley_local("stop", "--dir", str(folder)).returncode == 0
    assert mentioning(str(folder)) == []
    assert parley_local("status", "--dir", str(folder)).returncode == 3
    again = parley_local("start", "--dir", str(folder))

    assert environment_of(again.stdout) == started
    connection = await asyncpg.connect(started["PARLEY_TEST_POSTGRES"])
    assert await connection.fetchval("select count(*) from kept") == 0
    await connection.close()


def test_second_start_is_refused(folder: Path, started: dict[str, str]) -> None:
    ended = parley_local("start", "--dir", str(folder))

    assert ended.returncode == 1
    assert "running already" in ended.stderr
    assert len(pids(folder)) == 2


def test_another_number_of_nodes_on_the_same_data_is_refused(tmp_path: Path) -> None:
    background.write(tmp_path, state_with(os.getpid(), started="before"))

    ended = parley_local("start", "--kafka-nodes", "3", "--dir", str(tmp_path))

    assert ended.returncode == 1
    assert "Kafka of 1" in ended.stderr


def test_stop_never_ends_a_process_that_only_has_the_pid(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as bystander:
        background.write(tmp_path, state_with(bystander.pid, started="before"))

        ended = parley_local("stop", "--dir", str(tmp_path))

        assert ended.returncode == 0
        assert bystander.poll() is None
        bystander.kill()


def test_stop_ends_the_process_that_was_started(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "300"]) as started:
        identity = Identity.of(started.pid)
        background.write(tmp_path, state_with(started.pid, started=identity.started))

        parley_local("stop", "--dir", str(tmp_path))

        assert started.wait(10) == -signal.SIGTERM


def test_server_that_died_is_seen(folder: Path, started: dict[str, str]) -> None:
    victim = Identity.of(pids(folder)[0])

    os.kill(victim.pid, signal.SIGKILL)

    assert until(lambda: not victim.alive, seconds=10)
    assert parley_local("status", "--dir", str(folder)).returncode == 3
    assert len(pids(folder)) == 1


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_first_start_that_is_broken_off_leaves_nothing_running(
    new_folder: Path, end: signal.Signals
) -> None:
    program = HEEDS_SIGNALS + "import runpy; runpy.run_module('parley_local', run_name='__main__')"
    command = [sys.executable, "-c", program, "start", "--dir", str(new_folder)]
    with subprocess.Popen(command) as starting:
        assert until(lambda: len(mentioning(str(new_folder / "data"))) > 0, seconds=30)

        starting.send_signal(end)
        starting.wait(60)

    assert until(lambda: mentioning(str(new_folder / "data")) == [], seconds=30)
    if end == signal.SIGKILL:
        assert parley_local("start", "--dir", str(new_folder)).returncode == 0


def test_status_of_nothing(tmp_path: Path) -> None:
    ended = parley_local("status", "--dir", str(tmp_path / "none"))

    assert (ended.returncode, ended.stdout) == (3, "Nothing was started here.\n")
    assert not (tmp_path / "none").exists()


def test_stop_of_nothing(tmp_path: Path) -> None:
    assert parley_local("stop", "--dir", str(tmp_path / "none")).returncode == 0
