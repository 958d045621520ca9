"""A merge and an erasure at the same moment: one of the two sees the other."""

import asyncio

import pytest
from tests.feedback.builders import CANDIDATE
from tests.feedback.service import Service
from tests.support.until import until_somebody_waits

from parley_contracts.people import PersonMerged, PersonUpserted
from parley_contracts.topics import PEOPLE

REMAINS = "ats:remains"
MERGES = """
update person set merged_into = $2, version = version + 1,
    state = state || jsonb_build_object('merged_into', $2::text)
where id = $1
"""
MEETS = """
insert into person (id, state) values ($1, jsonb_build_object('id', $1::text))
"""


@pytest.mark.parametrize("known", [True, False])
async def test_a_merge_that_is_on_its_way_is_waited_for_and_seen(
    service: Service,
    known: bool,  # noqa: FBT001 - a case
) -> None:
    await service.hear(PersonUpserted(person_id=CANDIDATE, name="Cara", revision=1))
    if known:
        await service.hear(PersonUpserted(person_id=REMAINS, name="Cara", revision=1))
    async with service.pool.acquire() as other:
        merging = other.transaction()
        await merging.start()
        if known:
            await other.execute("select from person where id = $1 for share", REMAINS)
        else:
            await other.execute(MEETS, REMAINS)
        await other.execute(MERGES, CANDIDATE, REMAINS)
        record = service.record(PersonMerged(person_id=REMAINS, into_id="ats:x"))
        gone = type(record)(PEOPLE.name, 0, 999, REMAINS.encode(), None, ())
        erasing = asyncio.create_task(service.batch.ingest([gone]))
        await until_somebody_waits(other)
        await merging.commit()
    await erasing

    erased = "select array_agg((state ->> 'erased')::bool) from person"
    assert await service.pool.fetchval(erased) == [True, True]


async def test_whoever_is_merged_into_is_there_to_be_met(service: Service) -> None:
    await service.hear(PersonMerged(person_id=CANDIDATE, into_id=REMAINS, revision=2))

    assert await service.pool.fetchval("select count(*) from person where id = $1", REMAINS) == 1
