"""Wrong clocks, and how what they said is dated truly."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.demo.building import a_round
from tests.faults.clocks import Clocks, truly_dated

from parley_contracts.rounds import Gates, PreparationReady
from parley_local.demo.evidence import Record

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


def test_a_gate_is_dated_as_the_record_that_first_told_of_it(tmp_path: Path) -> None:
    """Its stamp is the same ever after; another clock may say the same at another time."""
    clock = Clocks(tmp_path / "clock.json")
    clock.set(NOON - SKEW, rate=0)
    clock.give("feedback")
    before = a_record(clock, NOON - SKEW, None)
    clock.put_wrong("feedback", -SKEW)
    clock.set(NOON, rate=0)
    opened = a_record(clock, NOON - SKEW, NOON - SKEW)
    clock.put_wrong("feedback", timedelta())
    clock.set(NOON + DAY, rate=0)
    after = a_record(clock, NOON + DAY, NOON - SKEW)

    found = truly_dated([before, opened, after], clock)

    assert [one.time for one in found] == [NOON - SKEW, NOON, NOON + DAY]
    assert [gate_of(one) for one in found] == [None, NOON, NOON]


def a_record(clock: Clocks, said: datetime, gate: datetime | None) -> Record:
    """As the broker took it just now."""
    state = a_round(gates=Gates(to_candidate_at=gate))
    data = PreparationReady(revision=1, round=state)
    return Record("parley.rounds.v1", 0, 0, "int:1", "", clock._told[-1][0], time=said, data=data)


def gate_of(record: Record) -> datetime | None:
    assert isinstance(record.data, PreparationReady)
    return record.data.round.gates.to_candidate_at
