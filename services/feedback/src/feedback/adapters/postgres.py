"""This service's tables, in lock order, and what is read beside the working set."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.adapters.database import Pool
from feedback.adapters.dead_letter import KEPT_RECORDS
from feedback.adapters.table import Table
from feedback.adapters.transaction import Store
from feedback.domain.application import Application
from feedback.domain.page import RoundPage, page_of
from feedback.domain.person import Person
from feedback.domain.round import Round
from feedback.ports import Work
from feedback.working_set import Gather

PEOPLE: Table[Person] = Table(
    name="person",
    type=Person,
    columns=("merged_into",),
    matching={
        "merged_into": "select merged_into as value, id from person where merged_into = any($1)",
    },
    kin=frozenset({"merged_into"}),
    insert="""
insert into person (id, state, merged_into)
select * from unnest($1::text[], $2::jsonb[], $3::text[]) returning id, xmin as stamp
""",
    update="""
update person set state = n.state, merged_into = n.merged_into, version = n.version + 1
from unnest($1::text[], $2::int[], $3::jsonb[], $4::text[]) as n (id, version, state, merged_into)
where person.id = n.id and person.version = n.version returning person.id, person.xmin as stamp
""",
)
APPLICATIONS: Table[Application] = Table(
    name="application",
    type=Application,
    placeholder="""
insert into application (id) select unnest($1::text[]) on conflict do nothing
""",
    insert="""
insert into application (id, state) select * from unnest($1::text[], $2::jsonb[]) returning id, xmin as stamp
""",
    update="""
update application set state = n.state, version = n.version + 1
from unnest($1::text[], $2::int[], $3::jsonb[]) as n (id, version, state)
where application.id = n.id and application.version = n.version returning application.id, application.xmin as stamp
""",
)
ROUNDS: Table[Round] = Table(
    name="round",
    type=Round,
    columns=("application_id", "people_line"),
    matching={
        "application_id": """
select application_id as value, id from round where application_id = any($1)
""",
        "people": """
select person as value, id from round, unnest(people) as person
where people && $1::text[] and person = any($1)
""",
    },
    insert="""
insert into round (id, state, application_id, people)
select id, state, application_id, string_to_array(people_line, ' ')
from unnest($1::text[], $2::jsonb[], $3::text[], $4::text[])
    as n (id, state, application_id, people_line)
returning id, xmin as stamp
""",
    update="""
update round
set state = n.state, application_id = n.application_id,
    people = string_to_array(n.people_line, ' '), version = n.version + 1
from unnest($1::text[], $2::int[], $3::jsonb[], $4::text[], $5::text[])
    as n (id, version, state, application_id, people_line)
where round.id = n.id and round.version = n.version returning round.id, round.xmin as stamp
""",
)
ROUND_REVISIONS = """
select id, (state ->> 'revision')::bigint as revision from round
where id > $1 and state is not null order by id limit $2
"""
"""What has been told of each, in pages."""
APPLICATION_REVISIONS = """
select id, (state ->> 'revision')::bigint as revision from application
where id > $1 and state is not null order by id limit $2
"""
"""What has been told of each, in pages."""
STORE: Store[Work] = Store(
    tables=(PEOPLE, APPLICATIONS, ROUNDS, KEPT_RECORDS),
    new_work=Work,
    source="parley/feedback",
)

READ_ROUND = """
select round.state as round, application.state as application
from round left join application on application.id = round.application_id
where round.id = $1 and round.state is not null
"""
READ_PEOPLE = """
with recursive line (asked, id) as (
    select id, id from unnest($1::text[]) as id
    union
    select line.asked, person.merged_into from line join person on person.id = line.id
    where person.merged_into is not null
)
select distinct on (line.asked) line.asked, person.state
from line join person on person.id = line.id
where person.state is not null
order by line.asked, person.merged_into is not null
"""
"""Of each the last one of those that it was merged into, one after the other."""
KNOWN_AS = """
with recursive known (id) as (
    select $1::text union select person.id from person join known on person.merged_into = known.id
)
select id from known where id = any($2::text[]) order by id limit 1
"""


def gathers(pool: Pool) -> Mapping[str, Gather]:
    """What timers read widely, by kind."""
    del pool
    return {}


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool

    async def page(self, interview_id: str, person_id: str) -> RoundPage | None:
        """The round itself stays here: what leaves has come through the seals."""
        row = await self.pool.fetchrow(READ_ROUND, interview_id)
        if row is None:
            return None
        round_ = ROUNDS.codec.validate_json(row["round"])
        application = None
        if row["application"] is not None:
            application = APPLICATIONS.codec.validate_json(row["application"])
        known_as = person_id
        if person_id not in round_.people:
            found = await self.pool.fetchval(KNOWN_AS, person_id, list(round_.people))
            known_as = found if found is not None else person_id
        return page_of(round_, application, known_as)

    async def people(self, ids: tuple[str, ...]) -> Mapping[str, Person]:
        rows = await self.pool.fetch(READ_PEOPLE, list(ids))
        return {row["asked"]: PEOPLE.codec.validate_json(row["state"]) for row in rows}
