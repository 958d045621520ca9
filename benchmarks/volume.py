"""What an interview leaves behind, from its first record to its last mail: rows and bytes of each database."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.ingest import Ingest
from benchmarks.timers import until_nothing_is_due

SIZES = """
select case when c.relispartition then 'published' else c.relname end as name,
    sum(coalesce(s.n_live_tup, 0))::bigint as rows, sum(pg_total_relation_size(c.oid))::bigint as bytes
from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
group by 1 having sum(coalesce(s.n_live_tup, 0)) > 0 order by 3 desc
"""


@dataclass(frozen=True, slots=True)
class Sample:
    interviews: int
    tables: Mapping[str, tuple[int, int]]
    """Rows and bytes, indexes among them, of each table that has any."""

    @property
    def bytes_of_each(self) -> float:
        return sum(size for _, size in self.tables.values()) / self.interviews


async def measure(one: Ingest, interviews: int) -> Sample:
    async with one.rig.stage(one.service, one.day.starts_at) as stage:
        stage.add_service()
        stage.add_relay()
        await stage.ready()
        await stage.until_joined()
        await stage.until_done(await stage.feed(one.records()), moving=one.span)
        await until_nothing_is_due(one, stage)
        await stage.until_done(0)
        async with stage.connection() as connection:
            await connection.execute("vacuum analyze", timeout=None)
        found = await stage.fetch(SIZES)
    return Sample(interviews, {row["name"]: (row["rows"], row["bytes"]) for row in found})
