"""What the mail server answers, what a crash leaves, what the brake holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    NOW,
    booked,
    closed,
    everyone,
    offered,
    opened,
    person,
)

from notifications.adapters import delivery
from notifications.adapters.smtp import OutOfReach
from notifications.domain.message import RETRIES

SENT, FAILED = "parley.notification.sent.v1", "parley.notification.failed.v1"
SUPPRESSED = "parley.notification.suppressed.v1"


class Killed(BaseException):
    pass


async def waiting(day: Day) -> int:
    found: int = await day.service.pool.fetchval("select count(*) from delivery")
    return found


@pytest.mark.parametrize("answer", ["421 closing", "451 greylisted, come back"])
async def test_put_off_mail_is_tried_again_on_schedule(day: Day, answer: str) -> None:
    day.sink.at_data = [answer, answer]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    assert day.sink.mails == []

    await day.pass_by(RETRIES[0] + RETRIES[1])

    (sent,) = await day.published(SENT)
    assert len(day.sink.mails) == 1
    assert sent["notification"]["attempts"] == 3
    assert sent["notification"]["told"][0]["type"] == "parley.interview.slots-offered.v1"


async def test_mail_that_is_put_off_for_ever_is_given_up_and_the_desk_is_told(day: Day) -> None:
    day.sink.at_data = ["451 not today"] * 6
    await day.hear(*everyone(), opened(), offered())

    await day.pass_by(sum(RETRIES, timedelta()) + timedelta(minutes=1))

    (failed,) = await day.published(FAILED)
    assert failed["reason"] == "gave_up"
    assert "A mail did not reach Ana Silva" in day.sink.subjects("ruth@")
    assert "undelivered" in await day.items("ats:ruth")


async def test_refused_mail_fails_at_once_and_a_corrected_address_gets_it(day: Day) -> None:
    day.sink.at_rcpt = ["550 no such mailbox"]
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    (failed,) = await day.published(FAILED)
    assert failed["reason"] == "refused"
    assert day.sink.to("ana@") == []
    assert len(day.sink.to("cora@")) == 1

    await day.hear(person(CANDIDATE, email="ana.silva@mail.example", revision=2))
    await day.settle()

    (mail,) = day.sink.to("ana.silva@mail.example")
    assert str(mail["Subject"]).startswith("Pick a time")
    assert "undelivered" not in await day.items("ats:ruth")


async def test_line_is_kept_from_turn_to_turn_until_nothing_is_due(day: Day) -> None:
    alone = replace(day.post, rules=replace(day.post.rules, workers=1))
    day = replace(day, post=alone)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    await day.hear(booked(), name="later")
    await day.settle()
    first, *others = day.sink.lines
    assert others
    assert all(one is first for one in others)

    await day.post.hang_up()
    await day.pass_by(timedelta(days=60))

    assert day.sink.lines[-1] is not first


async def test_line_that_breaks_after_data_gives_one_more_copy_with_the_same_id(day: Day) -> None:
    day.sink.drop_after_data = 1
    await day.hear(*everyone(), opened(), booked())
    await day.settle()

    await day.pass_by(RETRIES[0])

    copies = [mail["Message-ID"] for mail in day.sink.mails]
    assert len(copies) == len(set(copies)) + 1
    assert await waiting(day) == 0


async def test_server_out_of_reach_is_an_outage_and_costs_no_attempt(day: Day) -> None:
    port, day.sink.port = day.sink.port, 0
    await day.hear(*everyone(), opened(), offered())
    await day.service.runner.fire_due(now=day.clock.moment)
    server = day.post.server
    object.__setattr__(day.post, "server", type(server)(host="127.0.0.1", port=1))

    with pytest.raises(OutOfReach):
        await day.post.send_due()

    object.__setattr__(day.post, "server", type(server)(host="127.0.0.1", port=port))
    await day.settle()
    (sent,) = await day.published(SENT)
    assert sent["notification"]["attempts"] == 1


async def test_crash_after_the_server_answered_sends_one_more_copy_with_the_same_id(
    day: Day,
) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.service.runner.fire_due(now=day.clock.moment)
    record = day.post.record

    async def killed(*_: object) -> None:
        raise Killed

    object.__setattr__(day.post, "record", killed)
    with pytest.raises(Killed):
        await day.post.send_due()
    object.__setattr__(day.post, "record", record)
    await delivery.release_all(day.service.pool)
    await day.settle()

    first, second = day.sink.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert day.sink.raw[0] == day.sink.raw[1]
    assert len(await day.published(SENT)) == 1


async def test_leased_delivery_is_nobody_elses(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.service.runner.fire_due(now=day.clock.moment)
    wall = day.service.clock.wall()
    taken = await delivery.claim(day.service.pool, now=day.clock.moment, wall=wall, limit=9)

    again = await delivery.claim(day.service.pool, now=day.clock.moment, wall=wall, limit=9)
    later = await delivery.claim(
        day.service.pool, now=day.clock.moment, wall=wall + delivery.LEASE, limit=9
    )

    assert (len(taken), len(again), len(later)) == (1, 0, 1)


async def test_pause_holds_everything_and_resume_lets_it_go(day: Day) -> None:
    await day.service.brake.pause("operator", now=NOW)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    assert day.sink.mails == []
    assert (await day.service.brake.status(now=NOW))["reason"] == "operator"

    await day.service.brake.resume(now=NOW)
    await day.settle()

    assert len(day.sink.mails) == 1


async def test_fuse_stops_a_flood_until_a_person_resumes(day: Day) -> None:
    few = day.with_rules(fuse=2)
    await few.hear(*everyone(), opened(), booked())
    await few.settle()
    assert len(few.sink.mails) == 2
    assert await few.service.brake.paused()

    await few.service.brake.resume(now=few.clock.moment)
    await few.settle()

    assert len(few.sink.mails) == 3


async def test_only_allowed_addresses_get_mail(day: Day) -> None:
    staging = day.with_rules(only_to=("@corp.example",))
    await staging.hear(*everyone(), opened(), booked())
    await staging.settle()

    assert staging.sink.to("ana@") == []
    assert len(staging.sink.to("ivan@")) == 1
    (held,) = await staging.published(SUPPRESSED)
    assert held["reason"] == "outside_allowed"


async def test_whoever_is_not_to_be_contacted_gets_nothing(day: Day) -> None:
    await day.hear(*everyone(), person(CANDIDATE, contact="none", revision=2), opened(), offered())
    await day.settle()

    (held,) = await day.published(SUPPRESSED)
    assert (held["reason"], day.sink.mails) == ("contact_none", [])


async def test_person_without_an_address_is_a_failure_that_the_desk_hears_of(day: Day) -> None:
    await day.hear(*everyone(), person(CANDIDATE, email=None, revision=2), opened(), offered())
    await day.settle()

    (failed,) = await day.published(FAILED)
    assert failed["reason"] == "no_address"
    assert len(day.sink.to("ruth@")) == 1


async def test_mail_whose_outcome_cannot_be_stored_is_not_sent_again_until_somebody_resumes(
    day: Day,
) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.service.runner.fire_due(now=day.clock.moment)
    record = day.post.record

    async def broken(*_: object) -> None:
        raise TypeError

    object.__setattr__(day.post, "record", broken)
    await day.settle()
    object.__setattr__(day.post, "record", record)
    await delivery.release_all(day.service.pool)
    await day.pass_by(timedelta(hours=1))

    assert len(day.sink.mails) == 1
    status = await day.post.brake.status(now=day.clock.moment)
    assert status["deliveries_set_aside"] == 1

    await day.post.brake.resume(now=day.clock.moment)
    await day.settle()
    assert len(day.sink.mails) == 1
    await day.post.brake.resume(now=day.clock.moment, set_aside=True)
    await day.settle()
    first, second = day.sink.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert await waiting(day) == 0


@pytest.mark.parametrize("revision", [2**31, 2**53 - 1])
async def test_word_of_a_high_revision_is_told_as_such(day: Day, revision: int) -> None:
    """Some systems count in milliseconds."""
    await day.hear(*everyone(), opened(), closed("rejected", revision=revision))
    await day.settle()

    (sent,) = await day.published(SENT)
    assert sent["notification"]["told"][0]["revision"] == revision
    assert len(day.sink.mails) == 1


@pytest.mark.parametrize(
    "email", ["jörg@corp.example", "taro..s@corp.example", f"ruth@{'ö' * 70}.example"]
)
async def test_coordinators_odd_address_stops_nobody_elses_mail(day: Day, email: str) -> None:
    await day.hear(*everyone(), person("ats:cora", email=email, revision=2), opened(), offered())
    await day.settle()

    (mail,) = day.sink.to("ana@")
    assert mail["Reply-To"] == (f"Cora Lind <{email}>" if ".." in email else None)


async def test_whoever_is_to_end_begins_no_other_mail_and_leaves_the_rest(day: Day) -> None:
    day = day.with_rules(workers=1)
    await day.hear(*everyone(), opened(), booked())
    await day.service.runner.fire_due(now=day.clock.moment)
    there = await waiting(day)
    assert there > 2

    ending = replace(day.post, going_on=lambda: not day.sink.mails)
    await ending.send_due()

    assert len(day.sink.mails) == 1
    await day.post.send_due()
    assert (len(day.sink.mails), await waiting(day)) == (there, 0)
