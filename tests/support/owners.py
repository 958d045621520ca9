"""Programs that own servers, to be ended in every way a program can end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from parley_local.process import Identity

HEEDS_SIGNALS = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
)
"""Whoever runs the tests in the background has them ignored, and children inherit that."""
STAYS = """
def stay():
    while True:  # `signal.pause` is not ended by a Ctrl-C that came just before it
        select.select([], [], [], 0.1)
import select
"""


@contextmanager
def owner(program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A Python program in a session of its own that says on standard output how far it is; `stay()` waits for its end."""
    with subprocess.Popen(
        [sys.executable, "-c", HEEDS_SIGNALS + STAYS + program, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def interrupt(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C: the terminal tells every process of the foreground group."""
    os.killpg(process.pid, signal.SIGINT)


def mentioning(text: str) -> list[Identity]:
    """Every process whose command line holds this text, but not the one that asks."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in command:
            found.append(Identity.of(int(entry.name)))
    return [identity for identity in found if identity.alive]
