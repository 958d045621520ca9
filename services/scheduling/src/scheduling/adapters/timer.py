"""What comes due is a row; one process per database runs it, the others stand by.

A timer is locked after the aggregates that its use case changes, so that a page that moves it and
the runner that fires it take their locks in the same order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scheduling.adapters.database import Connection
from scheduling.working_set import Timers

SET = """
with kept as (
    insert into timer (kind, aggregate_id, due_at, traceparent)
    select kind, aggregate_id, due_at, traceparent
    from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[])
        as t (kind, aggregate_id, due_at, traceparent)
    on conflict (kind, aggregate_id) do update
    set due_at = excluded.due_at, traceparent = excluded.traceparent,
        parked_reason = null, parked_at = null
)
select pg_notify('timer', '')
"""
CANCEL = """
delete from timer using unnest($1::text[], $2::text[]) as t (kind, aggregate_id)
where timer.kind = t.kind and timer.aggregate_id = t.aggregate_id
"""
DUE = """
select kind, aggregate_id, due_at, traceparent from timer
where due_at <= $1 and parked_at is null
order by due_at, kind, aggregate_id
limit $2
"""
NEXT = "select min(due_at) from timer where parked_at is null"
LOCK = """
select timer.kind, timer.aggregate_id, timer.due_at, timer.traceparent
from timer join unnest($1::text[], $2::text[], $3::timestamptz[])
    as t (kind, aggregate_id, due_at) using (kind, aggregate_id, due_at)
order by timer.kind, timer.aggregate_id
for update of timer
"""
PARK = """
update timer set parked_reason = $4, parked_at = $5
where kind = $1 and aggregate_id = $2 and due_at = $3
"""


@dataclass(frozen=True, slots=True, order=True)
class Due:
    kind: str
    aggregate_id: str
    due_at: datetime
    traceparent: str | None = field(default=None, compare=False)


async def flush(connection: Connection, timers: Timers) -> None:
    gone = sorted(key for key, alarm in timers.changes.items() if alarm is None)
    kept = sorted(
        Due(*key, alarm.due_at, alarm.trace)
        for key, alarm in timers.changes.items()
        if alarm is not None
    )
    if gone:
        await connection.execute(CANCEL, [kind for kind, _ in gone], [one for _, one in gone])
    if kept:
        await connection.execute(
            SET,
            [one.kind for one in kept],
            [one.aggregate_id for one in kept],
            [one.due_at for one in kept],
            [one.traceparent for one in kept],
        )


async def due(connection: Connection, *, now: datetime, limit: int) -> list[Due]:
    return [Due(**record) for record in await connection.fetch(DUE, now, limit)]


async def next_due(connection: Connection) -> datetime | None:
    moment: datetime | None = await connection.fetchval(NEXT)
    return moment


async def lock(connection: Connection, timers: Sequence[Due]) -> set[Due]:
    """Those that are still there and still due when they said; the rest were moved or cancelled."""
    ordered = sorted(timers)
    records = await connection.fetch(
        LOCK,
        [one.kind for one in ordered],
        [one.aggregate_id for one in ordered],
        [one.due_at for one in ordered],
    )
    return {Due(**record) for record in records}


async def park(connection: Connection, timer: Due, reason: str, *, now: datetime) -> None:
    await connection.execute(PARK, timer.kind, timer.aggregate_id, timer.due_at, reason, now)
