"""A server as a process: started through its keeper, known by more than its pid."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from parley_local import keeper
from parley_local.account import Account
from parley_local.errors import ServerFailed
from parley_local.waiting import until


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid is used again after its process; the time that it started tells the two apart."""

    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "Identity":
        return cls(pid, started_at(pid) or "")

    @property
    def alive(self) -> bool:
        return self.started != "" and started_at(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        if self.alive:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def started_at(pid: int) -> str | None:
    """None for a process that is not there, or has ended and waits to be collected."""
    if not sys.platform.startswith("linux"):
        asked = ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - fixed
        state, _, started = answer.stdout.strip().partition(" ")
        return None if not started or state.startswith("Z") else started.strip()
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it may hold anything
    return None if fields[0] in "ZX" else fields[19]


@dataclass(slots=True)
class Process:
    identity: Identity
    keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        return self.identity.pid

    @property
    def alive(self) -> bool:
        return self.identity.alive

    def send(self, number: signal.Signals) -> None:
        self.identity.send(number)

    def wait(self, *, seconds: float) -> bool:
        """Whether the server ended in time; its keeper is then gone too."""
        ended = until(lambda: not self.alive, seconds=seconds)
        if ended and self.keeper is not None:
            self.keeper.wait()  # it sees the end by itself; a closed pipe would mean our own
            self.release()
        return ended

    def release(self) -> int:
        """Close the pipe to the keeper, which ends a server that still runs; the exit status."""
        if self.keeper is None:
            return 0
        if self.keeper.stdin is not None:
            self.keeper.stdin.close()
        return self.keeper.wait()

    def let_go(self) -> None:
        """From here on the server outlives this process; it was started as `lasting`."""
        if self.keeper is not None and self.keeper.stdin is not None:
            with suppress(BrokenPipeError):  # the server has ended, and its keeper with it
                self.keeper.stdin.write(keeper.LET_GO)
            self.keeper.wait()
            self.release()
            self.keeper = None


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    lasting: bool = False,
    end_signal: signal.Signals = signal.SIGKILL,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    removed: Path | None = None,
) -> Process:
    """Start a server that ends with this process, which then takes the folder `removed` along."""
    order = keeper.Order(
        command=list(command),
        environment=dict(os.environ if environment is None else environment),
        folder=str(folder),
        log=str(log),
        account=None if account is None else [account.user, account.group],
        owner=os.getpid(),
        lasting=lasting,
        end_signal=end_signal,
        removed=None if removed is None else str(removed),
    )
    watching = subprocess.Popen(  # noqa: S603 - our own interpreter and file
        [
            sys.executable,
            "-I",
            "-S",
            keeper.__file__,
            str(folder),
        ],  # the folder is for who reads `ps`
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    assert watching.stdin is not None  # noqa: S101 - asked for above
    assert watching.stdout is not None  # noqa: S101 - as well
    with suppress(BrokenPipeError):  # one that did not start has said nothing, which is seen below
        watching.stdin.write(json.dumps(order).encode() + b"\n")
    with watching.stdout as answer:
        said = answer.readline().decode().strip()
    process = Process(Identity.of(int(said)) if said.isdigit() else Identity(0, ""), watching)
    if not said.isdigit():
        process.release()
        raise ServerFailed(f"{command[0]} could not be started ({said})", log)
    return process


def run(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    removed: Path | None = None,
    seconds: float = 120,
) -> None:
    """Run a server's tool to its end; it too ends with this process."""
    process = spawn(
        command,
        folder=folder,
        log=log,
        account=account,
        environment=environment,
        removed=removed,
    )
    assert process.keeper is not None  # noqa: S101 - just spawned
    try:
        status = process.keeper.wait(seconds)
    except subprocess.TimeoutExpired:
        status = -1
    finally:
        process.release()
    if status != 0:
        raise ServerFailed(f"{Path(command[0]).name} ended with {status}", log)
