"""Which deliveries are due, and who has them in hand. A lease is wall time, what is due is domain time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.adapters.database import Pool
from notifications.adapters.postgres.tables import MESSAGES
from notifications.domain.message import Message

LEASE = timedelta(minutes=2)

CLAIM = """
with chosen as (
    select id from delivery
    where due_at <= $1 and (leased_until is null or leased_until <= $2)
    order by due_at, id
    limit $4
    for update skip locked
), leased as (
    update delivery set leased_until = $3 from chosen where delivery.id = chosen.id
    returning delivery.id, delivery.due_at
)
select message.state from leased join message using (id) order by leased.due_at, message.id
"""
RELEASE_ALL = "update delivery set leased_until = null where leased_until < 'infinity'"
RELEASE = "update delivery set leased_until = null where id = any($1) and leased_until = $2"
SET_ASIDE = "update delivery set leased_until = 'infinity' where id = $1"
TAKE_UP = "update delivery set leased_until = null where leased_until = 'infinity'"
DUE = """
select count(*) from delivery where due_at <= $1 and (leased_until is null or leased_until <= $2)
"""
NEXT = """
select min(due_at) from delivery where leased_until is null or leased_until <= $1
"""


@dataclass(frozen=True, slots=True)
class Leased:
    message: Message
    until: datetime


async def claim(pool: Pool, *, now: datetime, wall: datetime, limit: int) -> list[Leased]:
    """Committed before anything is handed over: whoever crashes with it leaves it to the next one."""
    until = wall + LEASE
    rows = await pool.fetch(CLAIM, now, wall, until, limit)
    decode = MESSAGES.codec.validate_json
    return [Leased(decode(row["state"]), until) for row in rows]


async def release(pool: Pool, leases: Sequence[Leased]) -> None:
    if leases:
        await pool.execute(RELEASE, [one.message.id for one in leases], leases[0].until)


async def set_aside(pool: Pool, message_id: str) -> None:
    """What became of it cannot be stored, which is a bug: nobody has it in hand, and nobody takes it."""
    await pool.execute(SET_ASIDE, message_id)


async def count_due(pool: Pool, *, now: datetime, wall: datetime) -> int:
    found: int = await pool.fetchval(DUE, now, wall)
    return found


async def release_all(pool: Pool) -> None:
    """What an earlier leader had in hand: it holds the lock no more, so it sends no more."""
    await pool.execute(RELEASE_ALL)


async def next_due(pool: Pool, *, wall: datetime) -> datetime | None:
    moment: datetime | None = await pool.fetchval(NEXT, wall)
    return moment
