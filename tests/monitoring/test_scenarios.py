"""The fault scenarios that somebody must be called for, each seen to fire its alert within five minutes.

S07, S11 and S22 are recorded: a real service is scraped before and after the harm, and promtool is given the
two values. S05 and S16 need a server of their own to be harmed: their series are scripted, in the shape
that `ServersOutOfReach` counts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from tests.conformance.stage import Process
from tests.conformance.tally import NOW, Plumbing
from tests.conformance.test_serve import Installation
from tests.monitoring import promtool
from tests.support.until import until_it

from parley_contracts.topics import PEOPLE, consumed_by
from parley_local.topics import Kafka
from parley_monitoring.__main__ import ALERTS
from parley_monitoring.rules import Case, promtool_test, promtool_tests

APP = "notifications"
FIVE_MINUTES = 5
BY_NAME = {one.name: one for one in ALERTS}
STALLED = """
insert into outbox (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values (gen_random_uuid(), 'parley.intake.v1', 'ats:a', 0, 'x', 'y', now() - interval '70 s', '{}')
"""
GUESSES = 400
Scrape = Mapping[str, float]


@pytest.fixture
async def installation(
    kafka: Kafka, database: str, topic_prefix: str, tmp_path: Path
) -> AsyncIterator[Installation]:
    plumbing = Plumbing(APP)
    await plumbing.migrate.migrate(database, plumbing.migrate.migrations(APP), applied_at=NOW)
    await kafka.create_topics([topic_prefix + topic.name for topic in consumed_by(APP)])
    found = Installation(plumbing, kafka, database, topic_prefix, tmp_path)
    yield found
    for process in found.processes:
        process.popen.kill()
        process.popen.wait()


async def scrape(process: Process) -> Scrape:
    """By the series as promtool spells them, with the label that the scrape adds."""
    page = (await process.page("/metrics")).text
    found = {}
    for family in text_string_to_metric_families(page):
        for one in family.samples:
            labels = {"app": APP, **one.labels}
            spelled = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
            found[f"{one.name}{{{spelled}}}"] = one.value
    return found


async def poison(installation: Installation) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=installation.kafka.bootstrap, acks="all")
    await producer.start()
    try:
        topic = installation.prefix + PEOPLE.name
        for number in range(100):
            await producer.send(topic, key=f"ats:{number}".encode(), value=b"{")
    finally:
        await producer.stop()


async def harmed(installation: Installation) -> tuple[Scrape, Scrape]:
    """Before and after: poisoned records, an outbox that no relay empties, links that are guessed."""
    connection = await asyncpg.connect(installation.dsn)
    await connection.execute(STALLED)
    await connection.close()
    await poison(installation)
    process = await installation.serve()
    before = await scrape(process)
    await asyncio.gather(*(process.get(f"/home/home/p{n}?token=odd") for n in range(GUESSES)))

    async def watched() -> bool:
        found = await scrape(process)
        return any(name.startswith("parley_dead_letters") for name in found)

    await until_it(watched, seconds=90)
    return before, await scrape(process)


def fires(name: str, labels: Mapping[str, str], series: Mapping[str, str], folder: Path) -> str:
    case = Case(series=series, minutes=FIVE_MINUTES, labels=labels)
    document = promtool_tests([], str(promtool.RULES))
    document["tests"] = [promtool_test(BY_NAME[name], case)]
    return promtool.failures(folder, document)


def of(scraped: Scrape, name: str) -> Scrape:
    return {series: value for series, value in scraped.items() if series.startswith(name + "{")}


@pytest.mark.kafka
@pytest.mark.postgres
async def test_recorded_harms_fire_their_alerts(installation: Installation, tmp_path: Path) -> None:
    promtool.found()
    before, after = await harmed(installation)

    stands = {
        "OutboxStalled": "parley_outbox_oldest_age_seconds",
        "DeadLetters": "parley_dead_letters",
    }
    for alert, name in stands.items():
        series = {one: f"{value:g}x10" for one, value in of(after, name).items()}
        labels = {"app": APP} | ({"topic": PEOPLE.name} if alert == "DeadLetters" else {})
        assert series
        assert fires(alert, labels, series, tmp_path) == ""

    name = "parley_tokens_refused_total"
    guessed = {
        one: f"{before.get(one, 0):g}+{value - before.get(one, 0):g}x10"
        for one, value in of(after, name).items()
    }
    assert sum(of(after, name).values()) == GUESSES
    assert fires("LinkAbuse", {}, guessed, tmp_path) == ""
    assert "FAILED" in fires("LinkAbuse", {}, dict.fromkeys(guessed, "0x10"), tmp_path)


@pytest.mark.parametrize(
    ("where", "waits"),
    [
        pytest.param("kafka", "0 0 1 2 4 5 5x5", id="S05 the broker restarts"),
        pytest.param("kafka", "0 0 8 20 32 44x5", id="S07 the broker is away"),
        pytest.param("database", "0 0 6 18 30 42x5", id="S16 the disk is full"),
    ],
)
def test_scripted_outages_fire_within_five_minutes(where: str, waits: str, tmp_path: Path) -> None:
    series = {f'parley_outages_total{{app="{APP}",where="{where}"}}': waits}

    assert fires("ServersOutOfReach", {"app": APP, "where": where}, series, tmp_path) == ""


def test_a_service_whose_relays_are_all_gone_has_no_leader(tmp_path: Path) -> None:
    series = {
        'parley_build_info{service="feedback"}': "1x10",
        'parley_build_info{service="scheduling"}': "1x10",
        'parley_relay_leading{database="scheduling"}': "1x10",
    }
    all_there = series | {'parley_relay_leading{database="feedback"}': "1x10"}

    assert fires("NoRelayLeader", {"database": "feedback"}, series, tmp_path) == ""
    assert "FAILED" in fires("NoRelayLeader", {"database": "feedback"}, all_there, tmp_path)
