"""A search for the slots of a panel, beside fetching the rows that it stands on and nothing more."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.rig import Rig
from benchmarks.town import NOW, POOL, Town, a_town, request
from scheduling.adapters.postgres.gathers import found
from scheduling.adapters.postgres.reading import (
    A_WEEK_AND_A_DAY,
    BOOKINGS,
    CALENDARS,
    INTERVIEWERS,
    INTERVIEWS,
)
from scheduling.domain.facts import Found
from scheduling.domain.no_slots import LOOK_BEYOND
from scheduling.domain.slots import search_from

PANEL = 3
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Sample:
    interviewers: int
    starts: int
    search_ms: float
    rows_ms: float

    @property
    def ratio(self) -> float:
        return self.search_ms / self.rows_ms


async def measure(rig: Rig, interviewers: int) -> Sample:
    asked = request(1, seats=PANEL)
    async with a_town(rig, interviewers) as town:
        await town.tell([asked])
        starts = await search(town, asked.interview_id)
        searching, fetching = [], []
        for _ in range(ROUNDS):
            searching.append(await timed(lambda: search(town, asked.interview_id)))
            fetching.append(await timed(lambda: rows(town, asked.interview_id)))
    return Sample(
        interviewers, starts, *[1000 * statistics.median(one) for one in (searching, fetching)]
    )


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def search(town: Town, interview_id: str) -> int:
    """What the timer does between its reading and its writing; how many starts there are."""
    async with town.service.pool.acquire() as connection:
        facts = (await found(connection, [interview_id], now=NOW))[interview_id]
    assert isinstance(facts, Found)
    return len(search_from(facts.wish, facts.diaries, now=NOW).starts(now=NOW))


async def rows(town: Town, interview_id: str) -> int:
    async with town.service.pool.acquire() as connection:
        interviews = await connection.fetch(INTERVIEWS, [interview_id])
        people = await connection.fetch(
            INTERVIEWERS.replace("select state", "select id, state"), [], [POOL]
        )
        ids = [row["id"] for row in people]
        calendars = await connection.fetch(CALENDARS, ids)
        ends_at = request(1, seats=1).window.ends_at + LOOK_BEYOND
        bookings = await connection.fetch(
            BOOKINGS, ids, NOW - A_WEEK_AND_A_DAY, ends_at + A_WEEK_AND_A_DAY
        )
    return len(interviews) + len(people) + len(calendars) + len(bookings)
