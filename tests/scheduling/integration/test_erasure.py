"""Erased people: nothing that they were called or wrote is kept, under whichever id."""

import asyncio

import pytest
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    INTERVIEW,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
)
from tests.scheduling.stage import CANCEL, DECLINE, MOVE, Stage
from tests.support.until import until_somebody_waits

from parley_contracts.people import PersonMerged
from parley_contracts.topics import PEOPLE
from scheduling.domain.interview import By
from scheduling.use_cases import cancel_interview, decline_seat, move_interview

ALL_STATES = """
select string_agg(state::text, ' ')
from (select state from person union all select state from interview) as known
"""
MOVED = move_interview.MoveInterview(
    INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9), at(3, 10), "ill", "my own words"
)


async def _booked(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_profile(BORIS), a_request())
    assert await stage.book(at(3, 9)) is None


async def test_an_erased_candidate_is_called_off_and_forgotten(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE, name="Cara Lindqvist", revision=4))
    await _booked(stage)
    await stage.command(MOVE, MOVED)

    await stage.batch.ingest([stage.tombstone(PEOPLE.name, CANDIDATE)])
    await stage.told(a_person(CANDIDATE, name="Cara Lindqvist", revision=4))

    assert (await stage.last()).interview.cancelled.reason == "person_erased"
    everything = await stage.pool.fetchval(ALL_STATES)
    assert CANDIDATE in everything
    assert "Lindqvist" not in everything
    assert "my own" not in everything
    await stage.told(a_person(CANDIDATE, name="Cara Lindqvist", revision=5))
    assert "Lindqvist" in await stage.pool.fetchval("select state::text from person")


@pytest.mark.parametrize("erased_first", [True, False])
async def test_words_under_an_id_of_long_ago_go_with_whoever_remains(
    stage: Stage,
    erased_first: bool,  # noqa: FBT001 - a case
) -> None:
    await _booked(stage)
    await stage.command(MOVE, MOVED)
    merges = (
        PersonMerged(person_id=CANDIDATE, into_id="ats:between", revision=2),
        PersonMerged(person_id="ats:between", into_id="ats:remains", revision=2),
    )
    gone = stage.tombstone(PEOPLE.name, "ats:remains")
    if erased_first:
        await stage.batch.ingest([gone])
        await stage.told(merges[1], merges[0])
    else:
        await stage.told(*merges)
        await stage.batch.ingest([gone])
        await stage.settle()

    assert (await stage.last()).interview.cancelled.reason == "person_erased"
    assert "my own" not in await stage.pool.fetchval(ALL_STATES)
    erased = "select bool_and((state ->> 'erased')::bool) from person"
    assert await stage.pool.fetchval(erased)


async def test_a_merge_brings_nobody_back(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE, revision=1))
    await stage.batch.ingest([stage.tombstone(PEOPLE.name, CANDIDATE)])
    await stage.told(PersonMerged(person_id=CANDIDATE, into_id="ats:remains", revision=2))

    assert (
        await stage.pool.fetchval("select merged_into from person where id = $1", CANDIDATE) is None
    )


async def test_words_of_whoever_sits_there_no_more_go_with_them(stage: Stage) -> None:
    seat = a_seat(one_of=[ANNA, BORIS])
    await stage.told(a_profile(ANNA), a_profile(BORIS), a_request(a_session(seat)))
    assert await stage.book(at(3, 9)) is None
    sits = (await stage.interview()).sessions[0].seats[0].interviewer_id
    assert sits is not None
    decline = decline_seat.DeclineSeat(INTERVIEW, "talk", sits, at(3, 9), "other", "in my words")
    assert await stage.command(DECLINE, decline) is None
    cancel = cancel_interview.CancelInterview(
        INTERVIEW, COORDINATOR, By.HIRING_TEAM, "other", "and in theirs"
    )
    assert await stage.command(CANCEL, cancel) is None
    await stage.settle()
    assert "in my words" in await stage.pool.fetchval(ALL_STATES)

    for one in (sits, COORDINATOR):
        await stage.batch.ingest([stage.tombstone(PEOPLE.name, one)])

    everything = await stage.pool.fetchval(ALL_STATES)
    assert ("in my words" in everything, "and in theirs" in everything) == (False, False)


MERGES = """
update person set state = state || '{"merged_into": "ats:remains"}', version = version + 1 where id = $1
"""


async def test_a_merge_that_is_on_its_way_is_waited_for_and_seen(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE), a_person("ats:remains"))
    async with stage.pool.acquire() as other:
        merging = other.transaction()
        await merging.start()
        await other.execute("select from person where id = 'ats:remains' for share")
        await other.execute(MERGES, CANDIDATE)
        gone = [stage.tombstone(PEOPLE.name, "ats:remains")]
        erasing = asyncio.create_task(stage.batch.ingest(gone))
        await until_somebody_waits(other)
        await merging.commit()
    await erasing

    erased = "select bool_and((state ->> 'erased')::bool) from person"
    assert await stage.pool.fetchval(erased)
