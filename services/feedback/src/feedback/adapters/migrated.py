"""Waits until the database is what this program knows."""

import asyncio
from collections.abc import Sequence

import structlog

from feedback.adapters.database import Pool
from feedback.adapters.migrate import Migration, pending
from feedback.adapters.transaction import OUTAGES

log = structlog.get_logger()

LOOK_SECONDS = 1.0


async def until_migrated(pool: Pool, wanted: Sequence[Migration], stopped: asyncio.Event) -> None:
    """On a schema that it does not know yet, a program would take its own errors for those of records.

    Ends too when it is to stop.
    """
    while not stopped.is_set() and not await _migrated(pool, wanted):
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await stopped.wait()
        except TimeoutError:
            continue


async def _migrated(pool: Pool, wanted: Sequence[Migration]) -> bool:
    try:
        missing = await pending(pool, wanted)
    except OUTAGES as outage:
        log.warning("waits for the database", because=type(outage).__name__)
        return False
    if missing:
        log.warning("waits for migrations", missing=missing)
    return not missing
