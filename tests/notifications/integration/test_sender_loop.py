"""The loop wakes when a delivery is stored, hands over to another when it ends, and ends when asked."""

import asyncio

from tests.notifications.day import Day
from tests.notifications.events import everyone, offered, opened
from tests.support.until import until

from notifications.adapters.sender_loop import SenderLoop


async def test_stored_delivery_wakes_the_leader_and_the_other_takes_over(day: Day) -> None:
    dsn = str(day.service.settings.database_url)
    first, second = (SenderLoop(dsn, day.post, day.service.clock) for _ in range(2))
    async with asyncio.TaskGroup() as group:
        group.create_task(first.run())
        await until(lambda: first.leading)
        group.create_task(second.run())

        await day.hear(*everyone(), opened(), offered())
        await day.service.runner.fire_due(now=day.clock.moment)
        await until(lambda: len(day.sink.mails) == 1, seconds=0.9)
        assert not second.leading

        first.stop()
        await until(lambda: second.leading)
        second.stop()
