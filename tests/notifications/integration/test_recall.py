"""A database that was put back learns from its own topic which mails went out, and goes on as if it had never forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar
from tests.notifications.day import Day, day_running
from tests.notifications.events import (
    STARTS,
    booked,
    closed,
    everyone,
    interview,
    offered,
    opened,
    session,
)

from notifications.adapters import postgres
from notifications.adapters.recall import Recall
from notifications.adapters.record import Record
from notifications.adapters.told import Told
from notifications.app import RECALL
from parley_contracts.cloudevents import encode
from parley_contracts.interviews import InterviewRescheduled, SessionMove
from parley_contracts.topics import DELIVERIES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOVED = InterviewRescheduled(
    revision=3,
    interview=interview(sessions=(session(starts_at=STARTS + DAY, ends_at=STARTS + DAY + HOUR),)),
    by="candidate",
    moves=(SessionMove(session_id="s1", was_at=STARTS),),
)


@pytest.fixture
async def put_back(another_database: str, tmp_path: Path) -> AsyncIterator[Day]:
    """Does what `day` did, until it is put back."""
    folder = tmp_path / "put-back"
    folder.mkdir()
    async with day_running(another_database, folder) as running:
        yield running


async def recall(put_back: Day, day: Day) -> None:
    told = Told("parley/notifications", (DELIVERIES.name,))
    rows = await day.service.pool.fetch("select * from outbox order by seq")
    for offset, row in enumerate(rows):
        event = DELIVERIES.events[row["type"]].model_validate_json(row["payload"])
        made = encode(event, id=str(row["id"]), source=row["source"], time=row["occurred_at"])
        record = Record(made.topic, 0, offset, made.key.encode(), made.value, made.headers)
        told.take([record])
    service = put_back.service
    await Recall(service.pool, postgres.STORE, RECALL, service.clock)(told)


def letters(day: Day, since: int = 0) -> list[tuple[str, str, str | None]]:
    """To whom, under which Message-ID, with which SEQUENCE."""
    return sorted(
        (str(mail["To"]), str(mail["Message-ID"]), _sequence(mail))
        for mail in day.sink.mails[since:]
    )


def _sequence(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            return str(Calendar.from_ical(part.get_content()).walk("VEVENT")[0]["sequence"])
    return None


async def test_what_was_told_is_not_told_again_and_what_comes_then_goes_on(
    day: Day, put_back: Day
) -> None:
    for one in (day, put_back):
        await one.hear(*everyone(), opened())
    await day.hear(offered())
    await day.settle()
    await day.hear(booked())
    await day.settle()
    mailed = len(day.sink.mails)

    await recall(put_back, day)
    await recall(put_back, day)
    await put_back.hear(offered(), booked())
    await put_back.settle()
    told_again = letters(put_back)
    for one in (day, put_back):
        await one.hear(MOVED, closed("withdrawn"))
        await one.settle()

    assert mailed > 3
    assert told_again == []
    assert letters(put_back) == letters(day, since=mailed)
    assert {sequence for _, _, sequence in letters(put_back)} >= {"1"}


async def test_what_was_about_to_be_written_or_sent_when_it_was_put_back_is_not(
    day: Day, put_back: Day
) -> None:
    for one in (day, put_back):
        await one.hear(*everyone(), opened(), offered())
    await put_back.service.runner.fire_due(now=put_back.clock.moment)
    await put_back.hear(booked())
    await day.settle()
    await day.hear(booked())
    await day.settle()

    await recall(put_back, day)
    await put_back.settle()

    assert await put_back.service.pool.fetchval("select count(*) from delivery") == 0
    assert letters(put_back) == []


async def test_a_reminder_that_went_out_is_not_due_again(day: Day, put_back: Day) -> None:
    for one in (day, put_back):
        await one.hear(*everyone(), opened(), booked())
        await one.pass_to(STARTS - 2 * DAY)
    mailed = len(day.sink.mails)
    await day.pass_to(STARTS - DAY)
    reminded = len(day.sink.mails)

    await recall(put_back, day)
    await put_back.pass_to(STARTS - DAY)
    told_again = len(put_back.sink.mails) - mailed
    for one in (day, put_back):
        await one.pass_to(STARTS - HOUR)

    assert reminded > mailed
    assert told_again == 0
    assert letters(put_back, since=mailed) == letters(day, since=reminded)
