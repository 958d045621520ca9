"""What operators watch of promises."""

from datetime import timedelta

from tests.feedback.builders import opened
from tests.feedback.service import Service

from feedback.adapters.watched import OVERDUE


async def test_a_word_that_was_not_said_in_time_is_counted(service: Service) -> None:
    await service.hear(opened())
    assert await service.pool.fetchval(OVERDUE, service.clock.moment) == 0

    await service.until(service.clock.moment + timedelta(days=60))

    assert await service.pool.fetchval(OVERDUE, service.clock.moment) == 1
