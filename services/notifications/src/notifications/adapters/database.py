"""The pool: sessions that end when their holder is frozen, in UTC, without surprises."""

from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = (
        asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    )
else:
    # Generic in the stubs only.
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

SESSION = {
    "idle_in_transaction_session_timeout": "15s",
    "statement_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",
}


async def connect(dsn: str, *, size: int, name: str) -> Pool:
    """A pool that opens its first connection when it is first asked for one."""
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        timeout=10,
        command_timeout=60,
        server_settings=SESSION | {"application_name": name},
        reset=_nothing_to_undo,
    )


async def _nothing_to_undo(_: Connection) -> None:
    """No user of the pool leaves anything on a session: settings are `set local`, and who listens or
    holds a lock longer than a transaction has a connection of its own. (An open transaction is rolled
    back before this is asked.) So giving a connection back is no round trip.
    """
