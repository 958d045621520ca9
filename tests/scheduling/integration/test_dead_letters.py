"""What was kept of broken records goes with the person whom it names."""

from tests.scheduling.building import ANNA, APPLICATION, BORIS, a_person
from tests.scheduling.stage import Stage

from parley_contracts.topics import APPLICATIONS, BUSY, INTERVIEWERS, PEOPLE
from scheduling.adapters.record import Record


def broken(stage: Stage, topic: str, key: str) -> Record:
    return Record(topic, 0, next(stage.offsets), key.encode(), b"not json", ())


async def kept(stage: Stage) -> list[tuple[str, str]]:
    return [(one["topic"], one["key"].decode()) for one in await stage.letters()]


async def test_dead_letters_of_an_erased_person_go_too(stage: Stage) -> None:
    """Those of the tombstone's own batch as well, which are kept after it was run."""
    await stage.take(a_person(ANNA))
    await stage.batch.ingest([broken(stage, INTERVIEWERS.name, ANNA)])
    others = [(INTERVIEWERS.name, BORIS), (APPLICATIONS.name, APPLICATION)]
    await stage.batch.ingest(
        [
            broken(stage, BUSY.name, ANNA),
            *(broken(stage, topic, key) for topic, key in others),
            stage.tombstone(PEOPLE.name, ANNA),
        ]
    )
    assert len(await kept(stage)) == 4

    await stage.settle()

    assert await kept(stage) == others


async def test_dead_letters_of_who_is_back_before_they_go_are_kept(stage: Stage) -> None:
    await stage.take(a_person(ANNA, revision=1))
    await stage.batch.ingest(
        [
            broken(stage, INTERVIEWERS.name, ANNA),
            stage.tombstone(PEOPLE.name, ANNA),
            stage.record(a_person(ANNA, revision=2)),
        ]
    )

    await stage.settle()

    assert await kept(stage) == [(INTERVIEWERS.name, ANNA)]
