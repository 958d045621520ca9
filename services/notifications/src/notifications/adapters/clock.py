"""Domain time: the machine's, or what a conductor writes to a small file.

The file holds one JSON line, {"domain": s, "wall": s, "rate": r}: at wall second `wall` it was
domain second `domain`, and domain time runs `rate` times as fast. It is replaced by rename, so a
reader sees the old line or the new one.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

POLL_SECONDS = 0.01
MAX_WAIT_SECONDS = 5.0
"""Whoever waits is woken by a notice; this is for one that got lost, and below what an idle session may last."""
CONDUCTED_WAIT_SECONDS = 1.0


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, moment: datetime | None, wake: asyncio.Event) -> None:
        """Until `moment`, `wake`, or `MAX_WAIT_SECONDS`, whichever comes first."""
        wait = MAX_WAIT_SECONDS
        if moment is not None:
            wait = min(wait, max(0.0, (moment - self.now()).total_seconds()))
        await _wait(wake, wait)


@dataclass(slots=True)
class FileClock:
    path: Path
    _stamp: tuple[int, int] | None = field(default=None, init=False)
    _domain: float = field(default=0.0, init=False)
    _wall: float = field(default=0.0, init=False)
    _rate: float = field(default=1.0, init=False)

    def now(self) -> datetime:
        self._reload()
        elapsed = (time.time() - self._wall) * self._rate
        return datetime.fromtimestamp(self._domain + elapsed, UTC)

    def wall(self) -> datetime:
        return datetime.now(UTC)

    async def wait_until(self, moment: datetime | None, wake: asyncio.Event) -> None:
        """As `RealClock`, for `CONDUCTED_WAIT_SECONDS` at most; `moment` is in domain time, which may jump."""
        give_up = time.monotonic() + CONDUCTED_WAIT_SECONDS
        while time.monotonic() < give_up and (moment is None or self.now() < moment):
            if await _wait(wake, POLL_SECONDS):
                return

    def _reload(self) -> None:
        status = self.path.stat()
        stamp = (status.st_ino, status.st_mtime_ns)
        if stamp != self._stamp:
            line = json.loads(self.path.read_text())
            self._domain, self._wall, self._rate = line["domain"], line["wall"], line["rate"]
            self._stamp = stamp


async def _wait(wake: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await wake.wait()
    except TimeoutError:
        return False
