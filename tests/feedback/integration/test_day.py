"""The recorded day through the shell, on PostgreSQL: taken in once, whatever comes again."""

from itertools import chain

from tests.feedback.day import LATER, the_day
from tests.feedback.service import Service


async def test_day_sent_again_with_new_ids_is_no_event(service: Service) -> None:
    service.clock.moment = LATER
    day = sorted(chain(*the_day().values()), key=lambda one: one[0])
    await service.batch.ingest([service.record(event, at=at) for at, event in day])
    before = await service.outbox()
    assert len(before) > 20
    await service.batch.ingest([service.record(event, at=at) for at, event in day])
    assert await service.outbox() == before
    assert await service.pool.fetchval("select count(*) from dead_letter") == 0
    assert await service.pool.fetchval("select count(*) from round") == 5


async def test_batch_of_one_and_batch_of_all_end_the_same(service: Service) -> None:
    service.clock.moment = LATER
    for at, event in chain(*the_day().values()):
        await service.hear(event, at=at)
    alone = await service.pool.fetch("select id, state from round order by id")
    await service.pool.execute("truncate round, application, person, inbox, timer, outbox")
    await service.batch.ingest(
        [service.record(event, at=at) for at, event in chain(*the_day().values())]
    )
    assert await service.pool.fetch("select id, state from round order by id") == alone
