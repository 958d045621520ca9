"""One trace, from what the ATS said to the mail in the candidate's hand; PARLEY_PICTURES=1 draws docs/trace.svg anew."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.monitoring.trace_picture import Shown, picture
from tests.notifications.day import Day, day_running
from tests.scheduling.building import ANNA, CANDIDATE, RECRUITER, a_person, a_profile, a_request
from tests.scheduling.building import APPLICATION as APPLICATION_ID
from tests.scheduling.stage import Stage, on_stage

from notifications.adapters.record import Record
from parley_contracts.applications import ApplicationOpened
from parley_contracts.cloudevents import encode
from parley_contracts.event import Event
from parley_contracts.plan import HiringTeam, Job
from relay import kafka, postgres

pytestmark = pytest.mark.postgres

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ATS_SPAN = "00f067aa0ba902b7"
PICTURE = Path(__file__).parents[2] / "docs" / "trace.svg"
SERVICES = ("scheduling", "notifications")
EXPECTED = [
    ("scheduling", "process ats.applications.v1"),
    ("scheduling", "fire find_slots"),
    ("notifications", "process parley.interviews.v1"),
    ("notifications", "fire compose"),
    ("notifications", "hand over mail"),
]


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """As `export_spans` sets it up, a provider for each service, but into memory."""
    exporter = InMemorySpanExporter()
    for service in SERVICES:
        provider = TracerProvider(resource=Resource.create({"service.name": service}))
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        own = SimpleNamespace(**vars(trace))
        own.get_tracer_provider = lambda provider=provider: provider
        own.get_tracer = provider.get_tracer
        monkeypatch.setattr(import_module(f"{service}.adapters.traces"), "trace", own)
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def scheduling(database: str) -> AsyncIterator[Stage]:
    async with on_stage(database) as stage:
        yield stage


@pytest.fixture
async def notifications(another_database: str, tmp_path: Path) -> AsyncIterator[Day]:
    async with day_running(another_database, tmp_path) as day:
        yield day


def opened() -> ApplicationOpened:
    return ApplicationOpened(
        application_id=APPLICATION_ID,
        candidate_id=CANDIDATE,
        job=Job(title="Backend engineer"),
        hiring_team=HiringTeam(recruiter_id=RECRUITER),
    )


def people() -> list[Event]:
    return [
        a_person(one, email=f"{one.removeprefix('ats:')}@corp.example", revision=1)
        for one in (CANDIDATE, RECRUITER, ANNA)
    ]


async def asked_for(scheduling: Stage) -> None:
    """The ATS's own span is the parent of all."""
    request = encode(
        a_request(),
        id="ask",
        source="ats",
        time=scheduling.clock.moment,
        traceparent=f"00-{TRACE}-{ATS_SPAN}-01",
    )
    record: Any = import_module("scheduling.adapters.record").Record
    raw = record(request.topic, 0, 900, request.key.encode(), request.value, request.headers)
    await scheduling.batch.ingest([raw])
    await scheduling.settle()


async def relayed(scheduling: Stage) -> list[Record]:
    """The outbox as the relay reads it, and the headers that it writes."""
    connection = await asyncpg.connect(scheduling.dsn)
    try:
        rows = await postgres.read(connection, without=[], limit=100)
    finally:
        await connection.close()
    return [
        Record(
            row.aggregatetype, 0, row.seq, row.aggregateid.encode(), row.payload,
            tuple(kafka.headers(row)),
        )
        for row in rows
        if row.aggregatetype == "parley.interviews.v1"
    ]  # fmt: skip


def shown(spans: tuple[ReadableSpan, ...]) -> list[Shown]:
    found = []
    for one in sorted(spans, key=lambda span: span.start_time or 0):
        assert one.context is not None
        if one.context.trace_id == int(TRACE, 16):
            parent = f"{one.parent.span_id:016x}" if one.parent is not None else None
            service = str(one.resource.attributes["service.name"])
            begins, ends = one.start_time or 0, one.end_time or 0
            found.append(
                Shown(service, one.name, f"{one.context.span_id:016x}", parent, begins, ends)
            )
    return found


def way(spans: list[Shown], last: Shown) -> list[Shown]:
    """From a span up to the ATS."""
    by_id: Mapping[str, Shown] = {one.id: one for one in spans}
    found = [last]
    while (parent := found[0].parent) != ATS_SPAN:
        assert parent is not None
        found.insert(0, by_id[parent])
    return found


async def test_one_trace_leads_from_the_ats_to_the_mail(
    scheduling: Stage, notifications: Day, collected: InMemorySpanExporter
) -> None:
    await scheduling.told(*people(), a_profile(ANNA), opened())
    await notifications.hear(*people(), opened())
    await notifications.settle()

    await asked_for(scheduling)
    await notifications.service.batch.ingest(await relayed(scheduling))
    await notifications.settle()

    spans = shown(collected.get_finished_spans())
    (sent,) = (one for one in spans if one.name == "hand over mail")
    led = way(spans, sent)
    assert [(one.service, one.name) for one in led] == EXPECTED
    mails = [one["Traceparent"] or "" for one in notifications.sink.mails]
    assert [one for one in mails if TRACE in one]
    drawn = picture(led, TRACE)
    assert all(one.name in drawn for one in led)
    if os.environ.get("PARLEY_PICTURES") == "1":
        PICTURE.write_text(drawn)
    assert [name for _, name in EXPECTED if name not in PICTURE.read_text()] == []
