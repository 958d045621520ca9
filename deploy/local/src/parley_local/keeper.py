"""Runs one server and ends it when its owner ends, however that happens.

Started as a program of its own. It reads an `Order`, one line of JSON, from its owner's pipe (an
environment holds passwords, and everybody may read a command line), writes the server's pid on
standard output and then watches two things: the server, and that pipe. When the owner closes the pipe or dies, even by SIGKILL, the server is ended and its folder
removed. A process of its own stands between the two, so it does not matter which thread started a
server; and the kernel ends the server should this process be killed. A server meant to last is
watched in the same way until its owner lets it go.
Only the standard library is imported: it runs isolated, and is up in 20 ms.
"""

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypedDict

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 3.0
OWNER_CHECK_SECONDS = 0.5
END, LET_GO = b"", b"l"

arrived: set[int] = set()


class Order(TypedDict):
    command: list[str]
    environment: dict[str, str]
    folder: str  # the working directory
    log: str
    account: list[int] | None  # user and group
    owner: int
    lasting: bool  # the owner will let it go
    end_signal: int
    removed: str | None  # folder to remove once the owner is gone


def main() -> int:
    order: Order = json.loads(first_line())
    awake = wake_on_signals()
    try:
        server = launch(order)
    except (OSError, subprocess.SubprocessError) as error:
        answer(f"error: {error}")
        return 1
    answer(str(server.pid))
    while server.poll() is None:
        word = heard(order)
        if word == LET_GO:
            server.returncode = 0  # not ours any more: keeps Python from warning about it
        elif word == END:
            end(server, order)
        else:
            select.select([sys.stdin, awake], [], [], OWNER_CHECK_SECONDS)
            drain(awake)
    return server.returncode if server.returncode >= 0 else 128 - server.returncode


def first_line() -> bytes:
    """Nothing follows it until it has been answered, so nothing can be read too much."""
    line = b""
    while not line.endswith(b"\n"):
        more = os.read(sys.stdin.fileno(), 65_536)
        if not more:
            sys.exit(1)  # the owner went away
        line += more
    return line


def answer(text: str) -> None:
    with suppress(BrokenPipeError):  # an owner that is gone is noticed soon enough
        os.write(sys.stdout.fileno(), f"{text}\n".encode())


def heard(order: Order) -> bytes | None:
    """What the owner wants; the end is also meant by a pipe that it closed or left behind."""
    if signal.SIGTERM in arrived or os.getppid() != order["owner"]:
        return END
    readable, _, _ = select.select([sys.stdin], [], [], 0)
    return os.read(sys.stdin.fileno(), 1) if readable else None


def wake_on_signals() -> int:
    """A descriptor that is readable once a signal has come: the server's end, or ours."""
    awake, waker = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(waker, False)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, _: arrived.add(number))
    signal.signal(signal.SIGTERM, lambda number, _: arrived.add(number))
    return awake


def drain(descriptor: int) -> None:
    try:
        os.read(descriptor, 64)
    except BlockingIOError:
        return


def launch(order: Order) -> subprocess.Popen[bytes]:
    user, group = order["account"] or (None, None)
    with open(order["log"], "ab") as log:  # noqa: PTH123 - pathlib doubles this program's start
        return subprocess.Popen(  # noqa: S603 - the command is Parley's own
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=order["folder"],
            env=order["environment"],
            user=user,
            group=group,
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=None if order["lasting"] else end_with_parent(order),  # noqa: PLW1509 - one thread here
        )


def end_with_parent(order: Order) -> Callable[[], None] | None:
    """A function for the child, run after it changed its user: that would clear the request."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, order["end_signal"])

    return ask_the_kernel


def end(server: subprocess.Popen[bytes], order: Order) -> None:
    server.send_signal(order["end_signal"])
    server.send_signal(signal.SIGCONT)  # it may have been paused
    try:
        server.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    if order["removed"] is not None:
        shutil.rmtree(order["removed"], ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
