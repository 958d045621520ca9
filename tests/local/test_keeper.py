"""A server ends with its owner, however the owner ends, and not before."""

import os
import secrets
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.owners import line_of, owner

from parley_local.errors import ServerFailed
from parley_local.process import Identity, Process, run, spawn
from parley_local.waiting import until

SLEEPER = ["/bin/sleep", "300"]
IGNORES_TERM = "trap '' TERM; while :; do /bin/sleep 300; done"
OWNER = """
import sys
from pathlib import Path
from parley_local.process import spawn
folder = Path(sys.argv[1])
process = spawn(["/bin/sleep", "300"], folder=folder, log=folder / "log", removed=folder)
print(process.pid, process.keeper.pid, flush=True)
stay()
"""
FORKING_OWNER = OWNER.replace("print(", "import os; os.fork() or stay(); print(")


@pytest.fixture
def spawned(tmp_path: Path) -> Iterator[list[Process]]:
    """Ended after the test."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.send(signal.SIGKILL)
        process.release()


def sleeper(folder: Path, *, lasting: bool = False) -> Process:
    return spawn(SLEEPER, folder=folder, log=folder / "log", lasting=lasting)


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("program", [OWNER, FORKING_OWNER])
def test_server_and_its_folder_go_with_the_owner(
    tmp_path: Path, program: str, end: signal.Signals
) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    with owner(program, str(folder)) as process:
        server, keeper = (Identity.of(int(pid)) for pid in line_of(process).split())
        assert server.alive

        process.send_signal(end)
        process.wait()

        assert until(lambda: not server.alive and not keeper.alive, seconds=20)
        assert not folder.exists()


def test_an_environment_stands_on_no_command_line(tmp_path: Path, spawned: list[Process]) -> None:
    secret = secrets.token_hex()
    process = spawn(
        SLEEPER, folder=tmp_path, log=tmp_path / "log", environment={"PASSWORD": secret}
    )
    spawned.append(process)

    assert process.keeper is not None
    for pid in (process.pid, process.keeper.pid):
        assert secret not in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    assert secret in Path(f"/proc/{process.pid}/environ").read_text(encoding="utf-8")


def test_server_goes_with_its_keeper(tmp_path: Path, spawned: list[Process]) -> None:
    process = sleeper(tmp_path)
    spawned.append(process)
    assert process.keeper is not None

    process.keeper.kill()

    assert until(lambda: not process.alive, seconds=20)


def test_server_outlives_the_thread_that_started_it(tmp_path: Path, spawned: list[Process]) -> None:
    thread = threading.Thread(target=lambda: spawned.append(sleeper(tmp_path)))
    thread.start()
    thread.join()

    assert not until(lambda: not spawned[0].alive, seconds=0.3)


def test_server_that_was_let_go_outlives_its_keeper(tmp_path: Path, spawned: list[Process]) -> None:
    process = sleeper(tmp_path, lasting=True)
    spawned.append(process)

    process.let_go()

    assert process.keeper is None
    assert process.alive


def test_release_ends_the_server(tmp_path: Path) -> None:
    process = sleeper(tmp_path)

    process.release()

    assert not process.alive


def test_server_that_will_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = spawn(
        ["/bin/sh", "-c", IGNORES_TERM],
        folder=tmp_path,
        log=tmp_path / "log",
        end_signal=signal.SIGTERM,
    )
    process.send(signal.SIGSTOP)

    process.release()

    assert not process.alive


def test_command_that_is_not_there_is_reported(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="nowhere"):
        spawn(["/nowhere"], folder=tmp_path, log=tmp_path / "log")


def test_tool_that_fails_is_reported_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(ServerFailed, match="no disk"):
        run(
            ["/bin/sh", "-c", "echo no disk; exit 3"],
            folder=tmp_path,
            log=tmp_path / "log",
        )


def test_pid_used_again_is_another_process() -> None:
    mine = Identity.of(os.getpid())

    assert mine.alive
    assert not Identity(mine.pid, "another time").alive
    assert not Identity.of(2**22 + 1).alive
