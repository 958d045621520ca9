"""Figures are those of one process: who does not lead tells none, and a lost database leaves a gap."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import asyncpg
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, FixedClock, Plumbing

LETTER = """
insert into dead_letter (topic, partition, "offset", headers, reason, kept_at)
values ('ats.people.v1', 0, $1, '[]', 'odd', now())
"""
OUTBOX = """
insert into outbox (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values (gen_random_uuid(), 'parley.intake.v1', 'ats:a', 0, 'x', 'y', $1::timestamptz - interval '90 s', '{}')
"""
WAITS = f"""
select 'x' as kind, 0 as rows, null::timestamptz as since
union all select 'y', 3, '{NOW.isoformat()}'::timestamptz - interval '1 minute'
"""


@dataclass
class Broker:
    answers: bool = True

    async def lag(self, topics: Any) -> dict[str, int | None]:
        if not self.answers:
            raise TimeoutError
        return {"ats.people.v1": 7, "ats.missing.v1": None}


@dataclass
class Slow(Broker):
    """One that is asked while somebody scrapes."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def lag(self, topics: Any) -> dict[str, int | None]:
        self.asked.set()
        await self.may_answer.wait()
        return await super().lag(topics)


@dataclass
class Gone:
    """A pool whose server is away."""

    async def fetchrow(self, *_: object) -> None:
        raise asyncpg.CannotConnectNowError


@dataclass
class Watched:
    plumbing: Plumbing
    pool: Any
    leads: bool = True
    broker: Broker = field(default_factory=Broker)

    def watch(self) -> Any:
        figures = self.plumbing.figures
        source = figures.Source(self.pool, self.broker, ["ats.people.v1"], WAITS, ())
        return figures.Watch(source, FixedClock(), leads=lambda: self.leads)


def samples(watch: Any) -> dict[tuple[str, str], float]:
    return {
        (one.name, ",".join(one.labels.values())): one.value
        for family in watch.collect()
        for one in family.samples
    }


async def test_who_leads_tells_what_waits(bench: Bench) -> None:
    await bench.pool.execute(LETTER, 1)
    await bench.pool.execute(OUTBOX, NOW)
    watch = Watched(bench.plumbing, bench.pool).watch()
    await watch.look()

    found = samples(watch)
    assert found["parley_dead_letters", "ats.people.v1"] == 1
    assert found["parley_outbox_unpublished_rows", ""] == 1
    assert found["parley_outbox_oldest_age_seconds", ""] == 90
    assert found["parley_consumer_lag_records", "ats.people.v1"] == 7
    assert (found["parley_waiting_rows", "x"], found["parley_waiting_rows", "y"]) == (0, 3)
    assert found["parley_waiting_oldest_seconds", "x"] == 0
    assert found["parley_waiting_oldest_seconds", "y"] == 60
    assert ("parley_consumer_lag_records", "ats.missing.v1") not in found


async def test_a_scrape_while_the_broker_is_asked_finds_the_lag_of_before(bench: Bench) -> None:
    watch = Watched(bench.plumbing, bench.pool).watch()
    await watch.look()
    slow = Slow()
    watch.source = replace(watch.source, kafka=slow)

    looking = asyncio.create_task(watch.look())
    await slow.asked.wait()
    found = samples(watch)
    slow.may_answer.set()
    await looking

    assert found["parley_consumer_lag_records", "ats.people.v1"] == 7


async def test_who_leads_no_more_tells_nothing(bench: Bench) -> None:
    watched = Watched(bench.plumbing, bench.pool)
    watch = watched.watch()
    await watch.look()
    assert samples(watch)
    watched.leads = False
    await watch.look()

    assert samples(watch) == {}


async def test_a_silent_broker_leaves_out_the_lag_alone(bench: Bench) -> None:
    watch = Watched(bench.plumbing, bench.pool, broker=Broker(answers=False)).watch()
    await watch.look()

    names = {name for name, _ in samples(watch)}
    assert "parley_outbox_unpublished_rows" in names
    assert "parley_consumer_lag_records" not in names


async def test_a_database_that_is_away_leaves_a_gap(bench: Bench) -> None:
    watch = Watched(bench.plumbing, bench.pool).watch()
    await watch.look()
    object.__setattr__(watch.source, "pool", Gone())
    await watch.look()

    assert samples(watch) == {}
