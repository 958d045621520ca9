"""Stops the mail: by hand, or by the fuse when too many would go out at once. Only a person resumes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.adapters.database import Pool
from notifications.adapters.delivery import TAKE_UP

FUSE_SPAN = timedelta(minutes=10)

STATE = "select paused_at, reason, resumed_at from brake"
PAUSE = "update brake set paused_at = $1, reason = $2 where paused_at is null"
RESUME = "update brake set paused_at = null, reason = null, resumed_at = $1"
WAKE = "select pg_notify('delivery', '')"
SENT = """
select count(*) from message
where sent_at > greatest($1::timestamptz, (select resumed_at from brake))
"""
WAITING = """
select
    (select count(*) from delivery) as deliveries,
    (select count(*) from delivery where due_at <= $1) as deliveries_due,
    (select count(*) from delivery where leased_until = 'infinity') as deliveries_set_aside,
    (select count(*) from message where status = 'failed') as messages_failed,
    (select count(*) from dossier where waiting_for <> '{}')
        + (select count(*) from application where waiting_for <> '{}')
        as waiting_for_a_person
"""


@dataclass(frozen=True, slots=True)
class Brake:
    pool: Pool

    async def paused(self) -> bool:
        row = await self.pool.fetchrow(STATE)
        return row is not None and row["paused_at"] is not None

    async def pause(self, reason: str, *, now: datetime) -> None:
        await self.pool.execute(PAUSE, now, reason)

    async def resume(self, *, now: datetime, set_aside: bool = False) -> None:
        """With what was set aside, where whoever resumes says so: it may have gone out before."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(RESUME, now)
            if set_aside:
                await connection.execute(TAKE_UP)
            await connection.execute(WAKE)

    async def sent_lately(self, *, now: datetime) -> int:
        """Since an operator resumed, if that was within the fuse's span."""
        found: int = await self.pool.fetchval(SENT, now - FUSE_SPAN)
        return found

    async def status(self, *, now: datetime) -> dict[str, object]:
        state, waiting = await self.pool.fetchrow(STATE), await self.pool.fetchrow(WAITING, now)
        mail = {} if state is None else {"paused_at": state["paused_at"], "reason": state["reason"]}
        lately = await self.sent_lately(now=now)
        return mail | dict(waiting or {}) | {"sent_in_10_minutes": lately}
