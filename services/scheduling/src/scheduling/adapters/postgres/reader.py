"""What pages read, without locks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from scheduling.adapters.database import Pool
from scheduling.adapters.memory import Memory
from scheduling.adapters.postgres.reading import read_interviews, read_library
from scheduling.adapters.postgres.tables import APPLICATION, OFFER, PERSON
from scheduling.domain.application import NoShow
from scheduling.domain.interview import Interview
from scheduling.domain.offer import Offer
from scheduling.domain.person import Person
from scheduling.domain.slots import Diary
from scheduling.domain.span import Span

ONE_OFFER = "select state from offer where id = $1"
ONE_APPLICATION = "select state from application where id = $1"
PERSONS = """
with recursive line (asked, id) as (
    select id, id from unnest($1::text[]) as id
    union
    select line.asked, person.merged_into from line join person on person.id = line.id
    where person.merged_into is not null
)
select distinct on (line.asked) line.asked as id, person.state
from line join person on person.id = line.id
where person.state is not null
order by line.asked, person.merged_into is not null
"""
"""Of each the last one of those that it was merged into, one after the other."""
KNOWN_AS = """
with recursive known (id) as (
    select $1::text union select person.id from person join known on person.merged_into = known.id
)
select id from known
"""


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool
    memory: Memory

    async def interview(self, interview_id: str) -> Interview | None:
        async with self.pool.acquire() as connection:
            found = await read_interviews(connection, [interview_id], self.memory)
        return found[0] if found else None

    async def offer(self, interview_id: str) -> Offer | None:
        state = await self.pool.fetchval(ONE_OFFER, interview_id)
        return None if state is None else OFFER.codec.validate_json(state)

    async def persons(self, ids: Collection[str]) -> Mapping[str, Person]:
        rows = await self.pool.fetch(PERSONS, sorted(ids))
        found = {row["id"]: PERSON.codec.validate_json(row["state"]) for row in rows}
        return {one_id: replace(one, id=one_id) for one_id, one in found.items()}

    async def known_as(self, person_id: str) -> frozenset[str]:
        rows = await self.pool.fetch(KNOWN_AS, person_id)
        return frozenset(row["id"] for row in rows)

    async def no_shows(self, interview: Interview) -> tuple[NoShow, ...]:
        state = await self.pool.fetchval(ONE_APPLICATION, interview.application_id)
        if state is None:
            return ()
        reports = APPLICATION.codec.validate_json(state).no_shows
        return tuple(one for one in reports if one.interview_id == interview.id)

    async def diaries(self, interview: Interview, span: Span) -> Mapping[str, Diary]:
        async with self.pool.acquire() as connection:
            library = await read_library(connection, [interview], span, self.memory)
        return library.diaries(interview)
