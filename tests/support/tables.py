"""All that a database holds, to be compared with what it holds later."""

from collections.abc import Mapping, Sequence

from asyncpg import Pool, Record

TABLES = """
select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1
"""


async def everything(pool: "Pool[Record]") -> Mapping[str, Sequence[str]]:
    """Every row of every table."""
    names = [str(row["relname"]) for row in await pool.fetch(TABLES)]
    found = {}
    for name in names:
        rows = await pool.fetch(f'select row::text as row from "{name}" as row order by 1')  # noqa: S608 - the database's own word
        found[name] = [str(row["row"]) for row in rows]
    return found
