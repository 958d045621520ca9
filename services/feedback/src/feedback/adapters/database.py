"""The pool: sessions that end when their holder is frozen, lines that may die without a word, in UTC."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import structlog

log = structlog.get_logger()

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
    "statement_timeout": "10s",
    "timezone": "UTC",
    "jit": "off",
}

TRANSACTION_SECONDS = 30
"""A line may die in the middle of a statement: the server then waits for the rest, holds what is locked, and starts
none of its other clocks.
"""
DEAD_PEER = {
    "tcp_keepalives_idle": "10s",
    "tcp_keepalives_interval": "5s",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}
KNOWS_TRANSACTION_TIMEOUT = 17
SET = """
select set_config(name, value, false) from unnest($1::text[], $2::text[]) as setting (name, value)
"""

ANSWER_SECONDS = 12
"""Longer than a statement may take: a server that has not answered by then is not there, or the line to it."""


class LivelyPool(Pool):
    """Where one connection turns out to be dead, the others are made anew before they are used again.

    A firewall that forgets lines tells nobody: each statement on such a line would wait in its turn.
    """

    async def release(
        self,
        connection: Any,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - as the pool has it
    ) -> None:
        line = connection._con  # noqa: SLF001 - what is left of the proxy once it is released
        try:
            await super().release(connection, timeout=timeout)
        except TimeoutError:
            # A dead server that does not take its leave. What was done on the line is done, and no outage.
            log.warning("line to the database given up")
        finally:
            if line is not None and line.is_closed():
                await self.expire_connections()


async def end_where_it_dies(connection: Connection) -> None:
    """What the server does with this session once nobody is there any more; PostgreSQL 16 knows the half of it."""
    settings = dict(DEAD_PEER)
    if connection.get_server_version().major >= KNOWS_TRANSACTION_TIMEOUT:
        settings["transaction_timeout"] = f"{TRANSACTION_SECONDS}s"
    await connection.execute(SET, list(settings), list(settings.values()))


Password = Callable[[], str]
"""Asked for each connection."""


def password_in(path: Path | None) -> Password | None:
    """From a file, which may be changed under us; None: as the address says."""
    return None if path is None else lambda: path.read_text().strip()


async def connect(
    dsn: str,
    *,
    size: int,
    name: str,
    password: Password | None = None,
    opened: Callable[[], None] = lambda: None,
) -> Pool:
    """A pool that opens its first connection when it is first asked for one; `opened` is told of each."""

    async def begin(connection: Connection) -> None:
        await end_where_it_dies(connection)
        opened()

    return await LivelyPool(
        dsn,
        password=password,
        min_size=0,
        max_size=size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        connection_class=asyncpg.Connection,
        record_class=asyncpg.Record,
        timeout=10,
        command_timeout=ANSWER_SECONDS,
        server_settings=SESSION | {"application_name": name},
        init=begin,
        reset=_nothing_to_undo,
    )


async def _nothing_to_undo(_: Connection) -> None:
    """No user of the pool leaves anything on a session: settings are `set local`, and who listens or
    holds a lock longer than a transaction has a connection of its own. (An open transaction is rolled
    back before this is asked.) So giving a connection back is no round trip.
    """
