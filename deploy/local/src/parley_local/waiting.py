"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.02


def until(condition: Callable[[], bool], *, seconds: float, every: float = POLL_SECONDS) -> bool:
    """Whether the condition came true in time; asked at least once."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
