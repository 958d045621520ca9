"""Records that nobody can read come out of Kafka itself: each is kept and answered, the good go on."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.conformance.stage import Place, Raw, Stage, stage_on
from tests.conformance.tally import NOW, Plumbing
from tests.support.until import until_it

from parley_contracts.applications import CandidateContacted
from parley_contracts.cloudevents import encode
from parley_local.databases import Postgres
from parley_local.topics import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

LETTERS = 'select partition, "offset", field from dead_letter'


@pytest.fixture
async def stage(plumbing: Plumbing, kafka: Kafka, postgres: Postgres) -> AsyncIterator[Stage]:
    async with stage_on(plumbing, kafka, postgres) as found:
        yield found


def a_record(event_id: str, **changed: Any) -> Raw:
    """A good one, but for what is said; headers replace those of the same name."""
    event = CandidateContacted(application_id="ats:0", channel="phone")
    good = encode(event, id=event_id, source="ats", time=NOW)
    headers = dict(good.headers) | changed.get("headers", {})
    key, value = changed.get("key", good.key.encode()), changed.get("value", good.value)
    return Raw(key, value, tuple(headers.items()))


BROKEN = [
    ("ce_source", a_record("no-utf8", headers={"ce_source": b"\xff"})),
    ("value", a_record("null", value=None)),
    ("data", a_record("cut-off", value=b"{")),
    ("data", a_record("cut-off-too", value=b"{", headers={"ce_time": b"2027-03-02T09:00:00Z"})),
    ("data", a_record("deep", value=b"[" * 10_000 + b"]" * 10_000)),
    (
        "data.application_id",
        a_record("huge", value=b'{"application_id":"' + b"x" * 1_000_000 + b'"}'),
    ),
    ("key", a_record("long-key", key=random.Random(1).randbytes(10_000))),
    ("data", a_record("odd-name", value=b"", headers={"a\0name": b"x"})),
]
GOOD = [
    a_record("foreign", headers={"x-trace": b"\xff"}),
    a_record("foreign-name", headers={"a\0name": b"x", "ce_time": b"2027-03-03T09:00:00Z"}),
]


async def test_each_bad_record_is_kept_and_answered_and_the_good_are_counted(stage: Stage) -> None:
    service = stage.service()
    await service.until_ready()
    stage.relay()

    places = await stage.put([record for _, record in BROKEN] + GOOD)
    stage.sent += len(GOOD)
    await stage.send(50, keys=1)
    await until_it(lambda: _kept(stage, len(BROKEN)), seconds=30)
    await stage.until_published(seconds=30)

    refused = {place: field for place, (field, _) in zip(places, BROKEN, strict=False)}
    assert await stage.counted() == stage.sent
    assert await letters(stage) == refused
    assert await answers(stage) == refused


async def _kept(stage: Stage, count: int) -> bool:
    return len(await letters(stage)) >= count


async def letters(stage: Stage) -> dict[Place, str]:
    connection = await asyncpg.connect(stage.dsn)
    try:
        return {(row[0], row[1]): row["field"] for row in await connection.fetch(LETTERS)}
    finally:
        await connection.close()


async def answers(stage: Stage) -> dict[Place, str]:
    found = [json.loads(record.value) for record in await stage.read("parley.intake.v1")]
    return {(one["record"]["partition"], one["record"]["offset"]): one["field"] for one in found}
