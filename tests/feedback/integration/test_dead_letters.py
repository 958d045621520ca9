"""What was kept of records that could not be taken in goes with the person whom they name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tests.feedback.builders import ANNA, CANDIDATE
from tests.feedback.service import Service

from feedback.adapters.record import Record
from feedback.ports import Work
from feedback.working_set import UseCase
from parley_contracts.cloudevents import Received
from parley_contracts.people import PersonUpserted
from parley_contracts.topics import PEOPLE


def stumble(message: Received, work: Work, *, now: datetime) -> None:
    raise ArithmeticError


def tombstone(service: Service, person_id: str) -> Record:
    return Record(PEOPLE.name, 0, next(service.offsets), person_id.encode(), None, ())


async def hear_with_a_bug(service: Service, *people: PersonUpserted) -> None:
    """A broken person is kept by notifications; here only a bug of ours keeps one."""
    known = service.batch.subscriptions
    sound = known.events[PersonUpserted]
    events: Mapping[type, UseCase[Received, Work]] = {
        **known.events,
        PersonUpserted: UseCase(sound.needs, stumble),
    }
    batch = replace(service.batch, subscriptions=replace(known, events=events))
    await batch.ingest([service.record(one) for one in people])


async def kept(service: Service) -> list[str]:
    rows = await service.pool.fetch("select key from dead_letter order by id")
    return [row["key"].decode() for row in rows]


async def test_dead_letters_of_an_erased_person_go_too(service: Service) -> None:
    await hear_with_a_bug(
        service,
        PersonUpserted(person_id=CANDIDATE, name="Nia", revision=1),
        PersonUpserted(person_id=ANNA, name="Anna", revision=1),
    )
    assert await kept(service) == [CANDIDATE, ANNA]

    await service.batch.ingest([tombstone(service, CANDIDATE)])
    await service.until(service.clock.moment)

    assert await kept(service) == [ANNA]


async def test_dead_letters_of_who_is_back_before_they_go_are_kept(service: Service) -> None:
    await service.hear(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=1))
    await hear_with_a_bug(service, PersonUpserted(person_id=CANDIDATE, name="Nia", revision=2))
    back = service.record(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=3))

    await service.batch.ingest([tombstone(service, CANDIDATE), back])
    await service.until(service.clock.moment)

    assert await kept(service) == [CANDIDATE]
