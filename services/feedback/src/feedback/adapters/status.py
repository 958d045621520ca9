"""What waits, and for how long: the plumbing's figures, alike in every service."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime

from feedback.adapters.answer import Answer
from feedback.adapters.database import Pool
from feedback.adapters.kafka import UNREACHABLE, Kafka

FIGURES = """
select
    (select count(*) from outbox) as outbox_rows,
    (select min(occurred_at) from outbox) as outbox_oldest_at,
    (select count(*) from timer where parked_at is null and due_at <= $1) as timers_due,
    (select min(due_at) from timer where parked_at is null and due_at <= $1) as timers_oldest_at,
    (select count(*) from timer where parked_at is not null) as timers_parked,
    (select count(*) from dead_letter) as dead_letters
"""
PARKED = """
select parked_reason as reason, count(*) as timers from timer where parked_at is not null
group by 1 order by 2 desc, 1
"""
LATE_SECONDS = 60
"""A row or a timer that waits longer than this is nobody's work in progress."""
PATIENCE_SECONDS = 30


async def status(
    pool: Pool, kafka: Kafka, topics: Collection[str], waiting: str, *, now: datetime
) -> Answer:
    """`waiting` selects kind, rows and since when, of what waits for something that is not known yet."""
    figures = await pool.fetchrow(FIGURES, now)
    parked = {row["reason"]: row["timers"] for row in await pool.fetch(PARKED)}
    waits = {
        row["kind"]: {"rows": row["rows"], "oldest_seconds": age_of(row["since"], now)}
        for row in await pool.fetch(waiting)
    }
    lag = await lag_of(kafka, topics)
    found: Mapping[str, object] = dict(figures or {})
    report = {
        "outbox": {
            "rows": found["outbox_rows"],
            "oldest_seconds": age_of(found["outbox_oldest_at"], now),
        },
        "timers": {
            "due": found["timers_due"],
            "oldest_due_seconds": age_of(found["timers_oldest_at"], now),
            "parked": found["timers_parked"],
            "parked_because": parked,
        },
        "dead_letters": found["dead_letters"],
        "waiting": waits,
        "kafka": {"answers": lag is not None},
        "lag": lag if lag is not None else {},
    }
    return Answer(report, _warnings(report, parked, lag))


async def lag_of(kafka: Kafka, topics: Collection[str]) -> Mapping[str, int | None] | None:
    """None where the broker does not answer: the rest of the report stands without it."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await kafka.lag(topics)
    except UNREACHABLE:
        return None


def _warnings(
    report: Mapping[str, object],
    parked: Mapping[str, int],
    lag: Mapping[str, int | None] | None,
) -> tuple[str, ...]:
    outbox, timers = report["outbox"], report["timers"]
    found = []
    if lag is None:
        found.append("Kafka does not answer, so that how far it is read cannot be said")
    missing = [name for name, behind in (lag or {}).items() if behind is None]
    if missing:
        found.append(f"topics that are not there: {', '.join(missing)}")
    if _late(outbox, "oldest_seconds"):
        found.append("the outbox has rows that nobody publishes: look at the relay")
    if _late(timers, "oldest_due_seconds"):
        found.append("timers are overdue: look at the process that runs them")
    if parked:
        found.append(f"{sum(parked.values())} timers are parked after a failure")
    if letters := report["dead_letters"]:
        found.append(f"{letters} dead letters wait for `dead-letters redrive` or `discard`")
    return tuple(found)


def _late(section: object, name: str) -> bool:
    seconds = section.get(name) if isinstance(section, Mapping) else None
    return isinstance(seconds, int) and seconds > LATE_SECONDS


def age_of(since: object, now: datetime) -> int | None:
    """Whole seconds; a clock that is a little behind makes nothing younger than now."""
    if not isinstance(since, datetime):
        return None
    return max(0, int((now - since).total_seconds()))
