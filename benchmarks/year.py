"""A year of a small company in minutes: ten thousand interviews through one service, from first record to last mail.

The same run stands for two and a half working days of a million interviews a year.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.ingest import Ingest
from benchmarks.timers import until_nothing_is_due

PATIENCE_SECONDS = 1800.0
SIZE = "select pg_database_size(current_database())"


@dataclass(frozen=True, slots=True)
class Sample:
    records: int
    published: int
    seconds: float
    cpu: Mapping[str, float]
    """Seconds by program."""
    bytes: int
    """Of the database, empty pages and indexes among it."""


async def measure(one: Ingest) -> Sample:
    """One process with all roles, and a relay."""
    async with one.rig.stage(one.service, one.day.starts_at) as stage:
        stage.add_service()
        stage.add_relay()
        await stage.ready()
        await stage.until_joined()
        records = one.records()
        before, began = stage.cpu_seconds(), time.perf_counter()
        fed = await stage.feed(records)
        await stage.until_done(fed, moving=one.span, patience=PATIENCE_SECONDS)
        await until_nothing_is_due(one, stage, patience=PATIENCE_SECONDS)
        await stage.until_done(0)
        seconds = time.perf_counter() - began
        cpu = {name: used - before[name] for name, used in stage.cpu_seconds().items()}
        written = sum((await stage.written()).values()) - fed
        async with stage.connection() as connection:
            await connection.execute("vacuum analyze", timeout=None)
            size = await connection.fetchval(SIZE)
    return Sample(fed, written, seconds, cpu, size)
