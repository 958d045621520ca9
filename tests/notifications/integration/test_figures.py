"""What operators watch of the mail."""

from datetime import timedelta

from tests.notifications.day import Day
from tests.notifications.events import everyone, offered, opened

from notifications.adapters.figures import Reading, Watch
from notifications.adapters.sender_loop import SenderLoop


async def read(day: Day) -> Reading:
    watch = day.service.watch
    assert isinstance(watch, Watch)
    return await watch.source.read(now=day.clock.moment)


async def test_an_offer_that_has_not_gone_out_is_told_with_its_age(day: Day) -> None:
    assert isinstance(day.service.sender, SenderLoop)
    await day.hear(*everyone(), opened(), offered(1))
    while await day.service.runner.fire_due(now=day.clock.moment):
        pass
    day.clock.moment += timedelta(minutes=11)

    found = await read(day)
    unsent = dict(found["parley_mails_unsent"])
    ages = dict(found["parley_mails_unsent_oldest_seconds"])
    assert unsent["offer"] == 1
    assert ages["offer"] >= 660

    await day.settle()
    assert "offer" not in dict((await read(day))["parley_mails_unsent"])


async def test_who_holds_the_mail_is_told(day: Day) -> None:
    assert (await read(day))["parley_mail_held"] == []
    await day.service.brake.pause("maintenance of Mr Smith", now=day.clock.moment)
    assert (await read(day))["parley_mail_held"] == [("hand", 1.0)]
    await day.service.brake.resume(now=day.clock.moment)
    await day.service.brake.pause("fuse", now=day.clock.moment)
    assert (await read(day))["parley_mail_held"] == [("fuse", 1.0)]
