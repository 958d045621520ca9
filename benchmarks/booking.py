"""Fifty hands on one time: the booking itself beside a bare insert that the same constraint judges."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from benchmarks.rig import Rig
from benchmarks.town import NOW, Town, a_town, interviewer, request

HANDS = 50
BARE = """
create table bare (
    interviewer_id text not null,
    during tstzrange not null,
    exclude using gist (interviewer_id with =, during with &&)
)
"""
TAKE = """
insert into bare select who, tstzrange($2::timestamptz, $2::timestamptz + interval '1 hour') from unnest($1::text[]) as who
order by who on conflict do nothing returning 1
"""
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


@dataclass(frozen=True, slots=True)
class Sample:
    seats: int
    ours_ms: float
    bare_ms: float
    winners: int
    deadlocks: int

    @property
    def ratio(self) -> float:
        return self.ours_ms / self.bare_ms


async def measure(rig: Rig, *, seats: int, rounds: int = 5) -> list[Sample]:
    async with a_town(rig, interviewers=seats, meetings=False) as town:
        await town.service.pool.execute(BARE)
        return [await one_round(town, number, seats=seats) for number in range(rounds)]


async def one_round(town: Town, number: int, *, seats: int) -> Sample:
    """A pool of as many people as there are seats: whoever is first has them all."""
    first = number * HANDS
    asked = [request(first + n, seats=seats) for n in range(HANDS)]
    await town.tell(asked)
    await town.settle()
    at = (NOW + timedelta(days=7 + number)).replace(hour=11)
    ours, winners = await hands([town.book(one.interview_id, at) for one in asked])
    people = [interviewer(n) for n in range(seats)]
    bare, _ = await hands([take(town, people, at) for _ in range(HANDS)])
    deadlocks = await town.service.pool.fetchval(DEADLOCKS)
    return Sample(seats, 1000 * ours, 1000 * bare, winners, deadlocks)


async def hands(work: Sequence[Coroutine[Any, Any, bool]]) -> tuple[float, int]:
    """Seconds until the last has its answer, and how many won."""
    began = time.perf_counter()
    won = await asyncio.gather(*work)
    return time.perf_counter() - began, sum(won)


async def take(town: Town, people: Sequence[str], at: datetime) -> bool:
    async with town.service.pool.acquire() as connection, connection.transaction():
        taken = await connection.fetch(TAKE, people, at)
        return len(taken) == len(people)
