"""Newer is applied, older skipped, a gap counted: of everything whose revisions are compared here."""

from typing import Any

import pytest
from tests.feedback.builders import ANNA, APPLICATION, CANDIDATE, START, booked, opened
from tests.feedback.service import Service

from feedback.adapters import metrics
from parley_contracts.applications import ApplicationClosed, ApplicationOnHold
from parley_contracts.event import Event
from parley_contracts.people import PersonMerged, PersonUpserted
from parley_contracts.plan import Job
from parley_contracts.topics import INTERVIEWS, PEOPLE, TOPICS

STATE = """
select 'person' as kind, id, state from person where state is not null
union all select 'application', id, state from application where state is not null
union all select 'round', id, state from round where state is not null
order by kind, id
"""
CASES: dict[str, tuple[Event, ...]] = {
    PEOPLE.name: (
        PersonUpserted(person_id=ANNA, name="Ann", revision=2),
        PersonUpserted(person_id=ANNA, name="Anne", revision=5),
        PersonUpserted(person_id=ANNA, name="Older", revision=4),
        PersonMerged(person_id=ANNA, into_id=CANDIDATE, revision=9),
    ),
    INTERVIEWS.name: (
        booked(2),
        booked(5, job=Job(title="Engineer")),
        booked(4, job=Job(title="Older")),
        booked(9, job=Job(title="Lead")),
    ),
}


def gaps() -> dict[str, float]:
    name = "parley_revision_gaps_total"
    found = {one: metrics.REGISTRY.get_sample_value(name, {"topic": one}) for one in TOPICS}
    return {topic: count for topic, count in found.items() if count}


async def standing(service: Service) -> list[Any]:
    return [tuple(row) for row in await service.pool.fetch(STATE)]


@pytest.mark.parametrize("topic", CASES)
async def test_newer_is_applied_older_skipped_and_a_gap_counted(
    service: Service, topic: str
) -> None:
    first, newer, older, last = CASES[topic]
    before = gaps().get(topic, 0)
    await service.hear(first)
    known = await standing(service)

    await service.hear(newer)
    applied, published = await standing(service), await service.outbox()
    await service.hear(older)

    assert known != applied
    assert (await standing(service), await service.outbox()) == (applied, published)
    assert gaps().get(topic, 0) - before == 1
    assert await service.pool.fetchval("select count(*) from dead_letter") == 0
    await service.hear(last)
    assert await standing(service) != applied
    assert gaps().get(topic, 0) - before == 2


@pytest.mark.parametrize("topic", CASES)
async def test_one_after_another_is_no_gap(service: Service, topic: str) -> None:
    before = gaps().get(topic, 0)

    for revision, event in enumerate(CASES[topic], start=7):
        await service.hear(event.model_copy(update={"revision": revision}))

    assert gaps().get(topic, 0) == before


async def test_older_word_of_an_application_changes_nothing_and_a_gap_says_nothing(
    service: Service,
) -> None:
    """Its revisions count the requests too, which are not read here."""
    before = gaps()
    await service.hear(
        opened(revision=1),
        ApplicationClosed(application_id=APPLICATION, outcome="rejected", revision=7),
    )
    applied, published = await standing(service), await service.outbox()

    await service.hear(ApplicationOnHold(application_id=APPLICATION, until=START, revision=6))

    assert (await standing(service), await service.outbox()) == (applied, published)
    assert gaps() == before


async def test_each_source_counts_for_itself(service: Service) -> None:
    """Another system, or the next one, begins at 1."""
    await service.hear(
        PersonUpserted(person_id=ANNA, name="Anna", revision=40), opened(revision=40)
    )
    await service.hear(
        PersonUpserted(person_id=ANNA, name="Anne", revision=1),
        ApplicationClosed(application_id=APPLICATION, outcome="rejected", revision=1),
        source="next-ats",
    )
    await service.hear(PersonUpserted(person_id=ANNA, name="Older", revision=39))

    found = {(row[0], row[1]): row[2] for row in await standing(service)}
    assert '"Anne"' in found["person", ANNA]
    assert '"rejected"' in found["application", APPLICATION]
