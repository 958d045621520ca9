"""The fault scenarios that somebody must be called for, each seen to fire its alert within five minutes.

All are recorded: a real service is scraped before, while and after it is harmed, and promtool is given
these values. That a broker stays away (S07) is told by its outbox, recorded, and by outages, scripted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from tests.conformance.stage import Process
from tests.conformance.tally import NOW, Plumbing
from tests.conformance.test_serve import Installation
from tests.faults.disk import SmallDisk, cannot_mount
from tests.monitoring import promtool
from tests.support.until import until_it

from parley_contracts.topics import PEOPLE, consumed_by
from parley_local.servers import EmbeddedServers, embedded
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
ENOUGH = 3
"""Outages within five minutes, above which somebody is called."""
Scrape = Mapping[str, float]


@dataclass(frozen=True)
class Own:
    installation: Installation
    servers: EmbeddedServers


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


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Own]:
    """A service on servers that may be harmed."""
    plumbing = Plumbing(APP)
    with embedded(fsync=False) as servers:
        database = await servers.postgres.create_database("own")
        await plumbing.migrate.migrate(database, plumbing.migrate.migrations(APP), applied_at=NOW)
        await servers.kafka.create_topics([topic.name for topic in consumed_by(APP)])
        found = Installation(plumbing, servers.kafka, database, "", tmp_path)
        yield Own(found, servers)
        for process in found.processes:
            process.popen.kill()
            process.popen.wait()


async def outages(process: Process, where: str) -> float:
    found = of(await scrape(process), "parley_outages_total")
    return sum(value for name, value in found.items() if f'where="{where}"' in name)


async def recorded(own: Own, where: str, harm: Callable[[], None], mend: Callable[[], None]) -> str:
    """A sample a minute, in promtool's notation: what was counted before, while it was harmed, and after."""
    process = await own.installation.serve()
    before = await outages(process, where)
    await asyncio.to_thread(harm)
    if where == "database":
        await own.installation.send_people(200)

    async def noticed() -> bool:
        return await outages(process, where) > before + ENOUGH

    await until_it(noticed, seconds=60)
    during = await outages(process, where)
    await asyncio.to_thread(mend)
    await process.until_ready(seconds=60)
    return f"{before:g} {before:g} {during:g} {await outages(process, where):g}x7"


async def test_a_broker_that_restarts_fires(own: Own, tmp_path: Path) -> None:
    """S05."""
    promtool.found()
    (node,) = own.servers.kafka.nodes

    series = await recorded(own, "kafka", node.stop, node.start)

    waits = {f'parley_outages_total{{app="{APP}",where="kafka"}}': series}
    assert fires("ServersOutOfReach", {"app": APP, "where": "kafka"}, waits, tmp_path) == ""


@pytest.mark.skipif(cannot_mount() is not None, reason=str(cannot_mount()))
async def test_a_disk_that_is_full_fires(own: Own, tmp_path: Path) -> None:
    """S16."""
    promtool.found()
    postgres = own.servers.postgres
    disk = SmallDisk(postgres.data, 300)
    await asyncio.to_thread(postgres.stop)
    await asyncio.to_thread(disk.put_in_place)
    try:
        await asyncio.to_thread(postgres.start)
        series = await recorded(own, "database", disk.fill, disk.free)
    finally:
        for process in own.installation.processes:
            process.popen.kill()
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(disk.take_away)

    waits = {f'parley_outages_total{{app="{APP}",where="database"}}': series}
    assert fires("ServersOutOfReach", {"app": APP, "where": "database"}, waits, tmp_path) == ""


@pytest.mark.parametrize(
    ("where", "waits"),
    [pytest.param("kafka", "0 0 8 20 32 44x5", id="S07 the broker is away")],
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
