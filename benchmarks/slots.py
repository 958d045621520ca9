"""A search for the slots of a panel, beside fetching the rows that it stands on and nothing more."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from benchmarks.rig import Rig
from benchmarks.town import NOW, POOL, Town, a_town, request
from scheduling.adapters.postgres.gathers import found
from scheduling.adapters.postgres.reading import A_WEEK_AND_A_DAY
from scheduling.domain.facts import Found
from scheduling.domain.no_slots import LOOK_BEYOND
from scheduling.domain.slots import search_from

INTERVIEWS = "select state from interview where id = any($1) and state is not null order by id"
INTERVIEWERS = """
select id, state from interviewer where state is not null and pools && $1::text[] order by id
"""
CALENDARS = "select state from calendar where id = any($1) and state is not null"
BOOKINGS = """
select state from booking where interviewer_id = any($1) and during && tstzrange($2, $3) order by id
"""
PANEL = 3
ROUNDS = 15


@dataclass(frozen=True, slots=True)
class Sample:
    interviewers: int
    starts: int
    first_ms: float
    """Of a process that knows nobody yet."""
    search_ms: float
    rows_ms: float

    @property
    def ratio(self) -> float:
        return self.search_ms / self.rows_ms


async def measure(rig: Rig, interviewers: int) -> Sample:
    asked = request(1, seats=PANEL)
    async with a_town(rig, interviewers) as town:
        await town.tell([asked])
        began = time.perf_counter()
        starts = await search(town, asked.interview_id)
        first = time.perf_counter() - began
        searching, fetching = [], []
        for _ in range(ROUNDS):
            searching.append(await timed(lambda: search(town, asked.interview_id)))
            fetching.append(await timed(lambda: rows(town, asked.interview_id)))
    return Sample(
        interviewers,
        starts,
        1000 * first,
        *[1000 * statistics.median(one) for one in (searching, fetching)],
    )


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def search(town: Town, interview_id: str) -> int:
    """What the timer does between its reading and its writing; how many starts there are."""
    memory = town.service.batch.store.memory
    async with town.service.pool.acquire() as connection:
        facts = (await found(connection, [interview_id], memory, now=NOW))[interview_id]
    assert isinstance(facts, Found)
    return len(search_from(facts.wish, facts.diaries, now=NOW).starts(now=NOW))


async def rows(town: Town, interview_id: str) -> int:
    async with town.service.pool.acquire() as connection:
        interviews = await connection.fetch(INTERVIEWS, [interview_id])
        people = await connection.fetch(INTERVIEWERS, [POOL])
        ids = [row["id"] for row in people]
        calendars = await connection.fetch(CALENDARS, ids)
        ends_at = request(1, seats=1).window.ends_at + LOOK_BEYOND
        bookings = await connection.fetch(
            BOOKINGS, ids, NOW - A_WEEK_AND_A_DAY, ends_at + A_WEEK_AND_A_DAY
        )
    return len(interviews) + len(people) + len(calendars) + len(bookings)
