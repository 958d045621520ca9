"""Newer is applied, older skipped, a gap counted: of everything whose revisions are compared here."""

from typing import Any

import pytest
from tests.scheduling.building import ANNA, CANDIDATE, a_person, a_profile, a_request, at, busy
from tests.scheduling.stage import Stage

from parley_contracts.event import Event
from parley_contracts.people import PersonMerged
from parley_contracts.topics import BUSY, INTERVIEWERS, PEOPLE, TOPICS
from scheduling.adapters import metrics

STATE = """
select 'person' as kind, id, state from person where state is not null
union all select 'interviewer', id, state from interviewer where state is not null
union all select 'calendar', id, state from calendar
union all select 'interview', id, state from interview
order by kind, id
"""
HOURS = (at(3, 9), at(3, 12))
CASES = {
    PEOPLE.name: (
        a_person(ANNA, name="Ann", revision=2),
        a_person(ANNA, name="Anne", revision=5),
        a_person(ANNA, name="Older", revision=4),
        PersonMerged(person_id=ANNA, into_id=CANDIDATE, revision=9),
    ),
    INTERVIEWERS.name: (
        a_profile(revision=2),
        a_profile(revision=5, zone="Asia/Tokyo"),
        a_profile(revision=4, zone="Africa/Lagos"),
        a_profile(revision=9, zone="Europe/Kyiv"),
    ),
    BUSY.name: (
        busy(ANNA, revision=2),
        busy(ANNA, HOURS, revision=5),
        busy(ANNA, revision=4),
        busy(ANNA, revision=9),
    ),
}


def gaps() -> dict[str, float]:
    name = "parley_revision_gaps_total"
    found = {one: metrics.REGISTRY.get_sample_value(name, {"topic": one}) for one in TOPICS}
    return {topic: count for topic, count in found.items() if count}


async def state(stage: Stage) -> list[Any]:
    return [tuple(row) for row in await stage.pool.fetch(STATE)]


@pytest.mark.parametrize("topic", CASES)
async def test_newer_is_applied_older_skipped_and_a_gap_counted(stage: Stage, topic: str) -> None:
    first, newer, older, last = CASES[topic]
    before = gaps().get(topic, 0)
    await stage.told(first)
    known = await state(stage)

    await stage.told(newer)
    applied = await state(stage)
    await stage.told(older)

    assert known != applied
    assert await state(stage) == applied
    assert gaps().get(topic, 0) - before == 1
    assert await stage.letters() == []
    await stage.told(last)
    assert await state(stage) != applied
    assert gaps().get(topic, 0) - before == 2


@pytest.mark.parametrize("topic", CASES)
async def test_one_after_another_is_no_gap(stage: Stage, topic: str) -> None:
    before = gaps().get(topic, 0)

    for revision, event in enumerate(CASES[topic], start=7):
        await stage.told(_numbered(event, revision))

    assert gaps().get(topic, 0) == before


def _numbered(event: Event, revision: int) -> Event:
    return event.model_copy(update={"revision": revision})


async def test_gap_among_requests_says_nothing(stage: Stage) -> None:
    """An application's revisions count events that are not read here."""
    before = gaps()

    await stage.told(a_request(revision=3), a_request(minutes=45, revision=9))

    assert gaps() == before
