"""What pages, digests and the sender read, without locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from notifications.adapters.database import Pool
from notifications.adapters.postgres.tables import APPLICATIONS, DOSSIERS, PERSONS
from notifications.domain.application import Application
from notifications.domain.correspondence import Line
from notifications.domain.desk import Open
from notifications.domain.dossier import Dossier
from notifications.domain.items import TO_KNOW, Item
from notifications.domain.person import Person
from notifications.ports import Home

PERSONS_OF = "select id, state from person where id = any($1) and state is not null"
DOSSIERS_OF = "select state from dossier where id = any($1) and state is not null"
DOSSIERS_OPEN_FOR = """
select state from dossier where open_for && $1 order by id limit 500
"""
APPLICATIONS_OPEN_FOR = """
select state from application where open_for && $1 order by id limit 500
"""
KNOWN_AS = """
with recursive known (id) as (
    select $1::text union select person.id from person join known on person.merged_into = known.id
)
select id from known
"""
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool

    async def person(self, person_id: str) -> Person | None:
        return (await self.persons([person_id])).get(person_id)

    async def persons(self, ids: Sequence[str]) -> dict[str, Person]:
        rows = await self.pool.fetch(PERSONS_OF, list(ids))
        return {row["id"]: PERSONS.codec.validate_json(row["state"]) for row in rows}

    async def dossier(self, interview_id: str) -> Dossier | None:
        found = await self.dossiers([interview_id])
        return found[0] if found else None

    async def dossiers(self, ids: Sequence[str]) -> list[Dossier]:
        rows = await self.pool.fetch(DOSSIERS_OF, list(ids))
        return [DOSSIERS.codec.validate_json(row["state"]) for row in rows]

    async def home(self, person_id: str) -> Home | None:
        person = await self.person(person_id)
        if person is None or person.erased:
            return None
        known_as = await self.known_as(person_id)
        dossiers, applications = await self._open_for(sorted(known_as))
        mentioned = {one.candidate_id for one in dossiers}
        mentioned |= {one.candidate_id for one in applications}
        mentioned |= {one.team.recruiter_id for one in applications if one.team is not None}
        mentioned |= {item.about_id for one in dossiers for item in one.items}
        mentioned |= {item.about_id for one in applications for item in one.items}
        for dossier in dossiers:
            sessions = dossier.interview.sessions if dossier.interview is not None else ()
            mentioned.update(one for session in sessions for one in session.holders)
        named = await self.persons([one for one in mentioned if one is not None])
        names = {key: one.name for key, one in named.items() if one.name is not None}
        return Home(person, known_as, dossiers, applications, names)

    async def known_as(self, person_id: str) -> frozenset[str]:
        return frozenset([row["id"] for row in await self.pool.fetch(KNOWN_AS, person_id)])

    async def open_lines(self, ids: Sequence[str], *, now: datetime) -> Mapping[str, object]:
        """What is to be done by each of these people, oldest first."""
        del now
        found: dict[str, object] = {}
        for person_id in ids:
            dossiers, applications = await self._open_for([person_id])
            lines = [
                (item.since or _FAR, _line(item, one.id, one.candidate_id, one.job_title))
                for one in dossiers
                for item in _to_do(one.items, person_id)
            ] + [
                (item.since or _FAR, _line(item, None, one.candidate_id, one.job_title))
                for one in applications
                for item in _to_do(one.items, person_id)
            ]
            ordered = sorted(lines, key=lambda pair: pair[0])
            found[person_id] = Open(tuple(line for _, line in ordered))
        return found

    async def _open_for(self, ids: Sequence[str]) -> tuple[list[Dossier], list[Application]]:
        dossiers = await self.pool.fetch(DOSSIERS_OPEN_FOR, ids)
        applications = await self.pool.fetch(APPLICATIONS_OPEN_FOR, ids)
        return (
            [DOSSIERS.codec.validate_json(row["state"]) for row in dossiers],
            [APPLICATIONS.codec.validate_json(row["state"]) for row in applications],
        )


def _to_do(items: Sequence[Item], person_id: str) -> list[Item]:
    return [one for one in items if one.person_id == person_id and one.kind not in TO_KNOW]


def _line(
    item: Item, interview_id: str | None, candidate_id: str | None, job_title: str | None
) -> Line:
    return Line(
        kind=item.kind,
        interview_id=interview_id,
        candidate_id=candidate_id,
        job_title=job_title,
        at=item.since,
    )
