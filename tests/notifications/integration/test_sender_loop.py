"""The loop wakes when a delivery is stored, hands over to another when it ends, and ends when asked."""

import asyncio
from collections import Counter
from dataclasses import replace

from tests.notifications.day import Day
from tests.notifications.events import booked, everyone, offered, opened
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


CUT = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sender' and datname = $1"


async def test_whoever_lost_the_lock_begins_no_mail_beside_the_one_in_hand(day: Day) -> None:
    dsn = str(day.service.settings.database_url)
    post = replace(day.post, rules=replace(day.post.rules, workers=1), lines=[])
    first, second = (SenderLoop(dsn, replace(post, lines=[]), day.service.clock) for _ in range(2))
    await day.hear(*everyone(), opened(), offered(), booked(2))
    await day.service.runner.fire_due(now=day.clock.moment)
    written = await day.service.pool.fetchval("select count(*) from delivery")
    assert written > 2
    day.sink.answers_at = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(first.run())
        await until(lambda: len(day.sink.mails) == 1)
        await day.service.pool.execute(CUT, dsn.rpartition("/")[2])
        group.create_task(second.run())
        await until(lambda: second.leading)
        day.sink.answers_at.set()
        await until(lambda: len(day.sink.mails) == written + 1)
        first.stop()
        second.stop()

    counts = Counter(str(mail["Message-ID"]) for mail in day.sink.mails)
    assert sorted(counts.values()) == [1] * (written - 1) + [2]
