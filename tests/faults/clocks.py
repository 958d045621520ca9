"""Clocks that are wrong: each service has a file of its own for domain time, and may be told another time."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from parley_contracts.rounds import RoundEvent
from parley_local.demo.clock import ConductedClock
from parley_local.demo.evidence import Record

RIGHT = timedelta()
CLOSE = timedelta(milliseconds=1)
GATES = ("a_opened_at", "to_candidate_at", "b_opened_at")


@dataclass
class Clocks(ConductedClock):
    """The true time, which the test goes by, and what those services are told that have a clock of their own."""

    own: dict[str, ConductedClock] = field(default_factory=dict)
    wrong: dict[str, timedelta] = field(default_factory=dict)
    """By service: how far its clock is ahead."""
    _errors: set[timedelta] = field(default_factory=lambda: {RIGHT})
    _told: list[tuple[float, datetime]] = field(default_factory=list)

    def set(self, moment: datetime, *, rate: float) -> None:
        ConductedClock.set(self, moment, rate=rate)
        self._told.append((self._wall, moment))
        for service in self.own:
            self._tell(service)

    def give(self, service: str) -> Path:
        """This service has a clock of its own from here on, which is right until it is put wrong."""
        path = self.path.with_name(f"clock-{service}.json")
        self.own[service] = ConductedClock(path)
        self._tell(service)
        return path

    def put_wrong(self, service: str, by: timedelta) -> None:
        self.wrong[service] = by
        self._errors.add(by)
        self._tell(service)

    def error_of(self, service: str) -> timedelta:
        return self.wrong.get(service, RIGHT)

    def earliest(self, now: datetime) -> datetime:
        """What the slowest of all clocks says."""
        return now + min([RIGHT, *self.wrong.values()])

    def true_at(self, wall: float) -> datetime:
        """What time it truly was, while the test held time still."""
        return max(one for one in self._told if one[0] <= wall)[1]

    def corrected(self, stamp: datetime, wall: float) -> datetime:
        """What some service's clock said shortly before this second of the wall, as true time."""
        for at, moment in reversed(self._told):
            if at <= wall and any(abs(stamp - moment - by) < CLOSE for by in self._errors):
                return moment
        return stamp

    def _tell(self, service: str) -> None:
        self.own[service].set(self.now() + self.error_of(service), rate=self._rate)


def truly_dated(records: Iterable[Record], clock: Clocks) -> tuple[Record, ...]:
    """As if the clock of the service that wrote each had been right: of a record, and of the gates in it.

    A gate is stamped by the clock by which the record is dated that tells of it first, and keeps its stamp.
    """
    opened: dict[tuple[str, str, datetime], datetime] = {}
    dated = []
    for record in records:
        if record.time is None:
            dated.append(record)
            continue
        true = clock.corrected(record.time, record.wall)
        data = record.data
        if isinstance(data, RoundEvent):
            told = {}
            for name in GATES:
                if (stamp := getattr(data.round.gates, name)) is not None:
                    first = true if stamp == record.time else stamp
                    told[name] = opened.setdefault((data.aggregate_id, name, stamp), first)
            gates = data.round.gates.model_copy(update=told)
            data = data.model_copy(update={"round": data.round.model_copy(update={"gates": gates})})
        dated.append(replace(record, time=true, data=data))
    return tuple(dated)
