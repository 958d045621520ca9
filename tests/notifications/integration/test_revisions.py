"""Newer is applied, older skipped, a gap counted: of everything whose revisions are compared here."""

from datetime import timedelta
from typing import Any

import pytest
from tests.notifications.day import Day
from tests.notifications.events import (
    APPLICATION,
    CANDIDATE,
    IVAN,
    NOW,
    booked,
    clock_state,
    closed,
    opened,
    person,
    round_,
)

from notifications.adapters import metrics
from parley_contracts.applications import ApplicationOnHold
from parley_contracts.candidate_updates import CandidateUpdated
from parley_contracts.event import Event
from parley_contracts.people import PersonMerged
from parley_contracts.plan import Job
from parley_contracts.rounds import PreparationReady
from parley_contracts.topics import CANDIDATE_UPDATES, INTERVIEWS, PEOPLE, ROUNDS, TOPICS

STATE = """
select 'person' as kind, id, state from person where state is not null
union all select 'application', id, state from application where state is not null
union all select 'dossier', id, state from dossier where state is not null
union all select 'message', id, state from message
order by kind, id
"""


def updated(revision: int, days: int) -> CandidateUpdated:
    state = clock_state(next_word_due_at=NOW + timedelta(days=days))
    return CandidateUpdated(revision=revision, application=state)


def ready(revision: int, stage_name: str) -> PreparationReady:
    return PreparationReady(revision=revision, round=round_("preparing", stage_name=stage_name))


CASES: dict[str, tuple[Event, ...]] = {
    PEOPLE.name: (
        person(IVAN, revision=2),
        person(IVAN, revision=5, name="Iwan"),
        person(IVAN, revision=4, name="Older"),
        PersonMerged(person_id=IVAN, into_id=CANDIDATE, revision=9),
    ),
    INTERVIEWS.name: (
        booked(2),
        booked(5, job=Job(title="Engineer")),
        booked(4, job=Job(title="Older")),
        booked(9, job=Job(title="Lead")),
    ),
    ROUNDS.name: (ready(2, "A"), ready(5, "B"), ready(4, "Older"), ready(9, "C")),
    CANDIDATE_UPDATES.name: (updated(2, 1), updated(5, 2), updated(4, 9), updated(9, 3)),
}


def gaps() -> dict[str, float]:
    name = "parley_revision_gaps_total"
    found = {one: metrics.REGISTRY.get_sample_value(name, {"topic": one}) for one in TOPICS}
    return {topic: count for topic, count in found.items() if count}


async def standing(day: Day) -> list[Any]:
    return [tuple(row) for row in await day.service.pool.fetch(STATE)]


@pytest.mark.parametrize("topic", CASES)
async def test_newer_is_applied_older_skipped_and_a_gap_counted(day: Day, topic: str) -> None:
    first, newer, older, last = CASES[topic]
    before = gaps().get(topic, 0)
    await day.hear(first)
    known = await standing(day)

    await day.hear(newer)
    applied = await standing(day)
    await day.hear(older)

    assert known != applied
    assert await standing(day) == applied
    assert gaps().get(topic, 0) - before == 1
    assert await day.service.pool.fetchval("select count(*) from dead_letter") == 0
    await day.hear(last)
    assert await standing(day) != applied
    assert gaps().get(topic, 0) - before == 2


@pytest.mark.parametrize("topic", CASES)
async def test_one_after_another_is_no_gap(day: Day, topic: str) -> None:
    before = gaps().get(topic, 0)

    for revision, event in enumerate(CASES[topic], start=7):
        await day.hear(event.model_copy(update={"revision": revision}))

    assert gaps().get(topic, 0) == before


async def test_older_word_of_an_application_changes_nothing_and_a_gap_says_nothing(
    day: Day,
) -> None:
    """Its revisions count events that are not read here."""
    before = gaps()
    await day.hear(opened(), closed("rejected", revision=7))
    applied = await standing(day)

    await day.hear(ApplicationOnHold(application_id=APPLICATION, until=NOW, revision=6))

    assert await standing(day) == applied
    assert gaps() == before


async def test_each_source_counts_for_itself(day: Day) -> None:
    """Another system, or the next one, begins at 1."""
    await day.hear(person(CANDIDATE, revision=40), opened(revision=40))

    await day.hear(
        person(CANDIDATE, revision=1, email="new@mail.example"),
        closed("rejected", revision=1),
        ats="test/next-ats",
    )
    await day.hear(person(CANDIDATE, revision=39, email="older@mail.example"))
    await day.settle()

    (mail,) = day.sink.mails
    assert mail["To"] == "Ana Silva <new@mail.example>"
    assert len(await day.published("parley.notification.sent.v1")) == 1


async def test_erased_person_comes_back_by_a_source_that_was_known_alone(day: Day) -> None:
    await day.hear(person(CANDIDATE, revision=4))
    await day.erase(CANDIDATE)
    erased = "select (state ->> 'erased')::bool from person where id = $1"

    await day.hear(person(CANDIDATE, revision=9), ats="test/next-ats")
    assert await day.service.pool.fetchval(erased, CANDIDATE)
    await day.hear(person(CANDIDATE, revision=5))
    assert not await day.service.pool.fetchval(erased, CANDIDATE)
