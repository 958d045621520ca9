"""Domain time, written by one conductor and read by every process.

The file holds one JSON line, {"domain": s, "wall": s, "rate": r}: at wall second `wall` it was domain
second `domain`, and from there domain time runs `rate` times as fast. It is replaced by rename.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

HOUR = 3600
QUARTER_SECONDS = 900


@dataclass(slots=True)
class ConductedClock:
    path: Path
    _domain: float = field(default=0.0, init=False)
    _wall: float = field(default=0.0, init=False)
    _rate: float = field(default=0.0, init=False)

    def set(self, moment: datetime, *, rate: float) -> None:
        """Rate 0 holds time still while the machine works; 1 is for people."""
        self._domain, self._wall, self._rate = moment.timestamp(), time.time(), rate
        line = {"domain": self._domain, "wall": self._wall, "rate": rate}
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(line), encoding="utf-8")
        fresh.replace(self.path)

    def now(self) -> datetime:
        elapsed = (time.time() - self._wall) * self._rate
        return datetime.fromtimestamp(self._domain + elapsed, UTC)


def quarter_after(moment: datetime) -> datetime:
    """The first full quarter of an hour at or after the moment."""
    seconds = -(-moment.timestamp() // QUARTER_SECONDS) * QUARTER_SECONDS
    return datetime.fromtimestamp(seconds, UTC)
