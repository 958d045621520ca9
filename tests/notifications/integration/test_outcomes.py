"""Outcomes that wait at the same moment are stored together; one that cannot be holds no other."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.notifications.day import Day
from tests.notifications.events import booked, everyone, opened

from notifications.adapters import postgres
from notifications.adapters.outcomes import Outcomes
from notifications.app import RECORD
from notifications.domain.message import Outcome, Status
from notifications.working_set import Needs, UseCase

SENT = "parley.notification.sent.v1"
TRANSACTIONS = "select count(distinct xmin::text) from outbox where type = $1"


class Bug(Exception):
    pass


async def queued(day: Day) -> list[str]:
    await day.hear(*everyone(), opened(), booked())
    await day.service.runner.fire_due(now=day.clock.moment)
    return [row["id"] for row in await day.service.pool.fetch("select id from delivery")]


def outcomes(day: Day, use_case: UseCase[Outcome, Any] = RECORD) -> Outcomes:
    return Outcomes(day.service.pool, postgres.STORE, use_case, day.service.clock)


async def test_those_that_wait_share_a_transaction_and_keep_their_own_traces(day: Day) -> None:
    found = outcomes(day)
    ids = await queued(day)
    assert len(ids) > 1
    traces = [f"00-{number:032x}-{number:016x}-01" for number in range(1, len(ids) + 1)]

    await asyncio.gather(
        *(
            found.record(Outcome(message_id=one, status=Status.SENT), trace)
            for one, trace in zip(ids, traces, strict=True)
        )
    )

    assert await day.service.pool.fetchval(TRANSACTIONS, SENT) == 1
    rows = await day.service.pool.fetch("select traceparent from outbox where type = $1", SENT)
    assert sorted(row["traceparent"] for row in rows) == traces


async def test_one_that_breaks_is_told_so_and_the_others_are_stored(day: Day) -> None:
    ids = await queued(day)

    def run(message: Outcome, work: Any, *, now: Any) -> Any:
        if message.message_id == ids[0]:
            raise Bug
        return RECORD.run(message, work, now=now)

    found = outcomes(day, replace(RECORD, run=run))
    answers = await asyncio.gather(
        *(found.record(Outcome(message_id=one, status=Status.SENT), None) for one in ids),
        return_exceptions=True,
    )

    assert isinstance(answers[0], Bug)
    assert answers[1:] == [None] * (len(ids) - 1)
    assert len(await day.published(SENT)) == len(ids) - 1


async def test_an_outage_that_lasts_is_told_to_all(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.adapters.outcomes.AGAIN_AFTER", (0.0,))
    ids = await queued(day)

    def run(message: Outcome, work: Any, *, now: Any) -> Any:
        raise ConnectionResetError

    found = outcomes(day, UseCase(lambda *_: Needs(), run))
    answers = await asyncio.gather(
        *(found.record(Outcome(message_id=one, status=Status.SENT), None) for one in ids),
        return_exceptions=True,
    )

    assert [type(one) for one in answers] == [ConnectionResetError] * len(ids)
    assert await day.published(SENT) == []
