"""What timers read widely, and without locks, before their use cases run."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

import asyncpg

from scheduling.adapters.database import Connection, Pool
from scheduling.adapters.memory import Memory
from scheduling.adapters.postgres.reading import Library, read_interviews, read_library
from scheduling.adapters.postgres.tables import OFFER
from scheduling.domain.facts import ENOUGH, Affected, Found, Short
from scheduling.domain.interview import Interview, Status
from scheduling.domain.kinds import FIND_SLOTS, RECHECK_INTERVIEWER, RECHECK_OFFERS
from scheduling.domain.no_slots import LOOK_BEYOND
from scheduling.domain.offer import Offer
from scheduling.domain.slots import HORIZON, search_from, wish_of
from scheduling.domain.span import Span
from scheduling.working_set import Gather

OPEN = ("searching", "no_slots", "offered")
OPEN_FOR = """
select w.id as who, i.id
from unnest($1::text[]) as w (id)
join interview i on i.concerns @> array[w.id] and i.status = any($2)
union
select w.id, i.id
from unnest($1::text[]) as w (id)
join interviewer p on p.id = w.id
join interview i on i.pools && p.pools and i.status = any($2)
union
select w.id, i.id
from unnest($1::text[]) as w (id)
join offer o on o.people @> array[w.id]
join interview i on i.id = o.id and i.status = any($2)
order by 1, 2
"""
BOOKED_FOR = """
select distinct interviewer_id as who, interview_id as id from booking
where interviewer_id = any($1) and upper(during) > $2
order by 1, 2
"""


def gathers(pool: Pool, memory: Memory) -> Mapping[str, Gather]:
    async def find(ids: Sequence[str], *, now: datetime) -> Mapping[str, object]:
        async with pool.acquire() as connection:
            return await found(connection, ids, memory, now=now)

    async def recheck(ids: Sequence[str], *, now: datetime) -> Mapping[str, object]:
        async with pool.acquire() as connection:
            return await affected(connection, ids, now=now)

    async def recheck_short(ids: Sequence[str], *, now: datetime) -> Mapping[str, object]:
        async with pool.acquire() as connection:
            return await short(connection, ids, memory, now=now)

    return {FIND_SLOTS: find, RECHECK_INTERVIEWER: recheck, RECHECK_OFFERS: recheck_short}


async def found(
    connection: Connection, ids: Sequence[str], memory: Memory, *, now: datetime
) -> dict[str, object]:
    """Wish and diaries of each interview that is searched for."""
    interviews = await read_interviews(connection, ids, memory)
    library = await _library(connection, interviews, memory, now=now)
    wishes = ((one, wish_of(one)) for one in interviews)
    return {one.id: Found(wish, library.diaries(one)) for one, wish in wishes if wish is not None}


async def affected(
    connection: Connection, ids: Sequence[str], *, now: datetime
) -> dict[str, object]:
    searched = _by_person(await connection.fetch(OPEN_FOR, list(ids), list(OPEN)))
    booked = _by_person(await connection.fetch(BOOKED_FOR, list(ids), now))
    return {who: Affected(searched.get(who, ()), booked.get(who, ())) for who in ids}


async def short(
    connection: Connection, ids: Sequence[str], memory: Memory, *, now: datetime
) -> dict[str, object]:
    """Which open interviews have too few of their slots left."""
    searched = _by_person(await connection.fetch(OPEN_FOR, list(ids), list(OPEN)))
    wanted = {interview_id for found_ids in searched.values() for interview_id in found_ids}
    interviews = await read_interviews(connection, wanted, memory)
    library = await _library(connection, interviews, memory, now=now)
    _, offers = await OFFER.look(connection, sorted(wanted), memory=memory)
    lacking = {one.id for one in interviews if _lacks(one, offers.get(one.id), library, now=now)}
    return {
        who: Short(tuple(i for i in found_ids if i in lacking))
        for who, found_ids in searched.items()
    }


def _lacks(interview: Interview, offer: Offer | None, library: Library, *, now: datetime) -> bool:
    wish = wish_of(interview)
    if interview.status != Status.OFFERED or offer is None or wish is None:
        return interview.status == Status.NO_SLOTS
    search = search_from(wish, library.diaries(interview), now=now)
    return len(list(islice(search.still_open(offer.starts, now=now), ENOUGH))) < ENOUGH


async def _library(
    connection: Connection, interviews: Sequence[Interview], memory: Memory, *, now: datetime
) -> Library:
    """Over the union of all windows, bounded by how far a search looks."""
    windows = [one.request.window for one in interviews if one.request is not None]
    starts_at = max(now, min((one.starts_at for one in windows), default=now))
    ends_at = max((one.ends_at for one in windows), default=now) + LOOK_BEYOND
    last = max((one.starts_at for one in windows), default=now)
    ends_at = min(ends_at, max(now + timedelta(days=30), last) + HORIZON + LOOK_BEYOND)
    span = Span(starts_at, max(starts_at, ends_at))
    return await read_library(connection, interviews, span, memory)


def _by_person(rows: Sequence[asyncpg.Record]) -> dict[str, tuple[str, ...]]:
    by_person: dict[str, list[str]] = {}
    for row in rows:
        by_person.setdefault(row["who"], []).append(row["id"])
    return {who: tuple(ids) for who, ids in by_person.items()}
