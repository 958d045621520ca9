"""Waits for a condition, never for a time: looks again until it holds or a deadline passes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

POLL_SECONDS = 0.01


async def until(condition: Callable[[], bool], *, seconds: float = 20) -> None:

    async def look() -> bool:
        return condition()

    await until_it(look, seconds=seconds)


async def until_it(condition: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """As `until`, where looking takes a query."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - it happens outside this process
            await asyncio.sleep(POLL_SECONDS)


async def until_somebody_waits(connection: Any) -> None:
    """For a lock that somebody else holds, on the server that `connection` (or a pool) leads to."""

    async def look() -> bool:
        found: bool = await connection.fetchval(
            "select exists (select from pg_locks where not granted)"
        )
        return found

    await until_it(look)


async def turns(count: int) -> None:
    """For all others: no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)
