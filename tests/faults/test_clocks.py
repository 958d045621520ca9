"""Wrong clocks, and how what they said is dated truly."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.faults.clocks import Clocks

NOON = datetime(2027, 3, 8, 12, tzinfo=UTC)
SKEW = timedelta(hours=2)
DAY = timedelta(days=1)


def told(path: Path) -> datetime:
    return datetime.fromtimestamp(json.loads(path.read_text())["domain"], UTC)


def test_one_service_is_told_another_time_and_the_others_are_not(tmp_path: Path) -> None:
    clock = Clocks(tmp_path / "clock.json")
    clock.set(NOON, rate=0)
    feedback, scheduling = clock.give("feedback"), clock.give("scheduling")

    clock.put_wrong("feedback", SKEW)
    clock.set(NOON + DAY, rate=0)

    assert told(feedback) == NOON + DAY + SKEW
    assert told(scheduling) == NOON + DAY == clock.now()
    assert clock.earliest(clock.now()) == NOON + DAY


def test_what_a_wrong_clock_said_is_dated_truly(tmp_path: Path) -> None:
    clock = Clocks(tmp_path / "clock.json")
    clock.set(NOON, rate=0)
    clock.give("feedback")
    clock.put_wrong("feedback", -SKEW)
    written_at = clock._told[-1][0]
    clock.set(NOON + DAY, rate=0)

    assert clock.corrected(NOON - SKEW, written_at) == NOON
    assert clock.corrected(NOON, written_at) == NOON
    assert clock.corrected(NOON - 2 * SKEW, written_at) == NOON - 2 * SKEW
