"""What waits, as metrics: read by the one process of a service that leads its timers.

The others export no figure, so that each stands once, and a leader that is gone leaves a gap and no old
number. What a figure says of domain time (a place that is missing two hours before) follows the clock.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

import asyncpg
import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from notifications.adapters import metrics
from notifications.adapters.database import Pool
from notifications.adapters.kafka import Kafka
from notifications.adapters.status import FIGURES, age_of, lag_of
from notifications.adapters.transaction import OUTAGES

log = structlog.get_logger()

EVERY_SECONDS = 30.0
STANDBY_SECONDS = 1.0
DEAD_LETTERS = "select topic, count(*) as value from dead_letter group by 1"


class Figure(NamedTuple):
    """`query` selects one row, or none, for each value of `label`: `label` and `value`; $1 is now."""

    name: str
    help: str
    label: str | None = None
    query: str | None = None


COMMON = (
    Figure("parley_outbox_unpublished_rows", "Rows that are not on Kafka yet"),
    Figure("parley_outbox_oldest_age_seconds", "Age of the oldest of them; 0 without one"),
    Figure("parley_timers_due", "Timers that are due and not fired"),
    Figure("parley_timers_oldest_due_seconds", "For how long the oldest of them is due"),
    Figure("parley_timers_parked", "Timers that failed, and wait for a person"),
    Figure("parley_dead_letters", "Records that could not be taken in", "topic"),
    Figure("parley_waiting_rows", "What waits for something that is not known yet", "kind"),
    Figure("parley_waiting_oldest_seconds", "For how long the oldest of it does", "kind"),
    Figure("parley_consumer_lag_records", "Records behind the committed offsets", "topic"),
)
Sample = tuple[str | None, float]
Reading = dict[str, list[Sample]]


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from; `waiting` selects kind, rows and since when, as for `status`."""

    pool: Pool
    kafka: Kafka
    topics: Collection[str]
    waiting: str
    own: Sequence[Figure]

    async def read(self, *, now: datetime) -> Reading:
        """Raises one of `OUTAGES` where the database is out of reach."""
        found = dict(await self.pool.fetchrow(FIGURES, now) or {})
        reading: Reading = {
            "parley_outbox_unpublished_rows": [(None, found["outbox_rows"])],
            "parley_outbox_oldest_age_seconds": [
                (None, age_of(found["outbox_oldest_at"], now) or 0)
            ],
            "parley_timers_due": [(None, found["timers_due"])],
            "parley_timers_oldest_due_seconds": [
                (None, age_of(found["timers_oldest_at"], now) or 0)
            ],
            "parley_timers_parked": [(None, found["timers_parked"])],
        }
        letters = await self.pool.fetch(DEAD_LETTERS)
        reading["parley_dead_letters"] = [(row["topic"], row["value"]) for row in letters]
        waits = await self.pool.fetch(self.waiting)
        reading["parley_waiting_rows"] = [(row["kind"], row["rows"]) for row in waits]
        reading["parley_waiting_oldest_seconds"] = [
            (row["kind"], age_of(row["since"], now) or 0) for row in waits
        ]
        for figure in self.own:
            rows = await self.pool.fetch(figure.query or "", now)
            reading[figure.name] = [
                (row["label"] if figure.label else None, float(row["value"])) for row in rows
            ]
        return reading

    async def read_lag(self) -> Reading:
        """Nothing where the broker does not answer, for which it has its time."""
        lag = await lag_of(self.kafka, self.topics) or {}
        behind = [(topic, rows) for topic, rows in lag.items() if rows is not None]
        return {"parley_consumer_lag_records": list(behind)}


@dataclass(slots=True, eq=False)
class Watch(Collector):
    """Looks every `every` seconds while `leads` says so; what it saw last is what is scraped."""

    source: Source
    clock: Clock
    leads: Callable[[], bool]
    every: float = EVERY_SECONDS
    reading: Reading = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        metrics.REGISTRY.register(self)
        try:
            while not self._stopping.is_set():
                await self.look()
                await self._idle()
        finally:
            metrics.REGISTRY.unregister(self)

    def stop(self) -> None:
        self._stopping.set()

    async def look(self) -> None:
        """Figures are never in the way: what cannot be read is not there, and its absence has an alert."""
        try:
            if not self.leads():
                self.reading = {}
                return
            found = await self.source.read(now=self.clock.now())
            # At once: a scrape in between would miss the lag, and alerts that count on it would begin anew.
            self.reading = found | await self.source.read_lag()
        except (*OUTAGES, asyncpg.PostgresError) as trouble:
            log.warning("figures wait", because=type(trouble).__name__)
            self.reading = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for figure in (*COMMON, *self.source.own):
            labels = [figure.label] if figure.label else []
            family = GaugeMetricFamily(figure.name, figure.help, labels=labels)
            for label, value in self.reading.get(figure.name, ()):
                family.add_metric([label] if label is not None else [], value)
            yield family

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(self.every if self.leads() else STANDBY_SECONDS):
                await self._stopping.wait()
        except TimeoutError:
            return
