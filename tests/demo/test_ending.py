"""The demo ends in order when it is told to, whatever whoever started it made of the signals."""

import signal
import subprocess
import sys

import pytest

FROM_A_SCRIPT = ["/bin/sh", "-c", 'trap "" INT; exec "$0" "$@"']
"""As a shell starts what stands before an &: SIGINT is ignored."""
PLAYING = """
import asyncio, contextlib, sys
from parley_local import __main__
from parley_local.demo import play

async def waits(*_):
    print("playing", flush=True)
    await asyncio.sleep(60)

play.play, play.provide = waits, lambda **_: contextlib.nullcontext()
sys.exit(__main__.main(["demo", "--once"]))
"""


@pytest.mark.parametrize(("told", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("shell", [[], FROM_A_SCRIPT], ids=["terminal", "script"])
def test_it_ends_when_it_is_told(told: signal.Signals, status: int, shell: list[str]) -> None:
    command = [*shell, sys.executable, "-c", PLAYING]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        assert demo.stdout.readline() == "playing\n"

        demo.send_signal(told)

        try:
            assert demo.wait(10) == status
        finally:
            demo.kill()
