"""How interviews stand, told again: never an older state behind a newer one, and nothing of what is not told yet."""

import asyncio
from typing import Any

import asyncpg
from tests.scheduling.building import APPLICATION, CANDIDATE, INTERVIEW, a_request, later
from tests.scheduling.integration.test_changes import _booked, _round
from tests.scheduling.stage import Stage
from tests.support.until import until_it

from parley_contracts.interviews import InterviewSnapshot
from parley_contracts.rounds import RoundSnapshot
from scheduling.adapters import postgres
from scheduling.adapters.snapshot import Owner
from scheduling.app import STREAMS
from scheduling.working_set import Restate

MOVE_ON = """
update interview set version = version + 1,
    state = jsonb_set(state, '{revision}', to_jsonb((state ->> 'revision')::int + 1))
where id = $1
"""
WAITS = "select count(*) from pg_locks where not granted"


def owner(stage: Stage) -> Owner[Any]:
    return Owner(stage.pool, postgres.STORE, STREAMS)


async def test_a_snapshot_waits_for_whoever_changes_the_interview(stage: Stage) -> None:
    await _booked(stage)
    before = (await stage.interview()).revision
    page = await asyncpg.connect(stage.dsn)
    change = page.transaction()
    await change.start()
    await page.execute(MOVE_ON, INTERVIEW)

    telling = asyncio.create_task(owner(stage).tell_all(now=stage.clock.now()))

    async def waiting() -> bool:
        return bool(await stage.pool.fetchval(WAITS)) or telling.done()

    await until_it(waiting)
    assert not telling.done()
    await change.commit()
    await page.close()
    await telling
    told = await stage.last()
    assert isinstance(told, InterviewSnapshot)
    assert told.revision == before + 1


async def test_what_nobody_was_told_of_is_not_told_by_a_snapshot(stage: Stage) -> None:
    await stage.take(a_request())

    told = await owner(stage).tell_all(now=stage.clock.now())

    assert told == {"parley.interviews.v1": 0}
    assert await stage.published() == []


async def test_a_snapshot_above_what_was_told_lifts_revision_and_generation_once(
    stage: Stage,
) -> None:
    await _booked(stage)
    (stream,) = STREAMS
    message = Restate(INTERVIEW, above=20, generation=7)

    first = await owner(stage).restate(stream, [message], now=stage.clock.now())
    second = await owner(stage).restate(stream, [message], now=stage.clock.now())

    told, interview = await stage.last(), await stage.interview()
    assert (first, second) == ([True], [False])
    assert (told.revision, told.interview.generation) == (21, 7)
    assert (interview.revision, interview.generation) == (21, 7)


async def test_a_decline_is_heard_from_a_snapshot_too(stage: Stage) -> None:
    await _booked(stage)
    decline = {"told": {"decision": "decline", "told_at": later(hours=1)}, "recorded": True}
    snapshot = RoundSnapshot(revision=9, round=_round(candidate=decline))

    await stage.told(snapshot)
    called_off = await stage.last()
    stage.clock.moment = later(hours=2)
    await stage.told(snapshot)

    assert called_off.interview.cancelled.reason == "candidate_declined"
    assert (await stage.last()).revision == called_off.revision
    assert (called_off.interview.application_id, called_off.interview.candidate_id) == (
        APPLICATION,
        CANDIDATE,
    )
