"""Certificates, passwords and tokens from files, on servers that ask for them; and what happens when they are rotated."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import trustme
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.conformance.conftest import Bench
from tests.conformance.secured import (
    WAYS,
    SecuredKafka,
    SecuredPostgres,
    give_certificate,
    replace_text,
    secured_kafka,
    secured_postgres,
)
from tests.conformance.tally import Plumbing
from tests.support.until import until, until_it

from relay.kafka import Kafka as Broker
from relay.kafka_access import KafkaAccess as RelayAccess
from relay.relay import Relay

TOPIC = "sounds"
STORE = """
insert into outbox
    (id, aggregatetype, aggregateid, partition, type, source, occurred_at, payload)
values (gen_random_uuid(), 'sounds', 'ats:a', 0, 'sound', 'test', $1, $2)
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secured(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SecuredKafka]:
    with secured_kafka(tmp_path_factory.mktemp("kafka"), authority) as kafka:
        yield kafka


@pytest.fixture(scope="module")
async def database_server(
    authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SecuredPostgres]:
    with secured_postgres(authority, tmp_path_factory.mktemp("postgres") / "ca.crt") as server:
        await server.begin()
        yield server


@asynccontextmanager
async def consuming(
    plumbing: Plumbing, bootstrap: str, topic: str, access: Any, heard: list[bytes]
) -> AsyncIterator[Any]:
    async def ingest(records: Sequence[Any]) -> None:
        heard.extend(one.value for one in records)

    consumer = plumbing.consumer.Consumer(
        bootstrap, f"{topic}-group", (topic,), ingest, access=access, session_timeout_ms=6_000
    )
    running = asyncio.create_task(consumer.run())
    try:
        yield consumer
    finally:
        consumer.stop()
        await running


async def say(secured: SecuredKafka, topic: str, *words: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=secured.cluster.bootstrap)
    async with producer:
        for word in words:
            await producer.send_and_wait(topic, word)


@pytest.mark.parametrize("way", WAYS)
async def test_a_service_reads_and_its_commands_ask_by_each_way_of_proof(
    plumbing: Plumbing, secured: SecuredKafka, authority: trustme.CA, tmp_path: Path, way: str
) -> None:
    topic = f"{plumbing.service}-{way}"
    access = plumbing.kafka_access.KafkaAccess(**secured.access(way, tmp_path, authority))
    await secured.cluster.create_topics([topic], partitions=1)
    heard: list[bytes] = []

    async with consuming(plumbing, secured.bootstrap(way), topic, access, heard):
        await say(secured, topic, b"a", b"b")
        await until(lambda: heard == [b"a", b"b"])

    asking = plumbing.kafka.Kafka(secured.bootstrap(way), "nobody", access=access)
    assert await asking.answers()


async def test_a_stranger_is_not_answered(
    plumbing: Plumbing, secured: SecuredKafka, authority: trustme.CA, tmp_path: Path
) -> None:
    given = secured.access("scram", tmp_path, authority)
    (tmp_path / "password").write_text("guessed")
    access = plumbing.kafka_access.KafkaAccess(**given)

    assert not await plumbing.kafka.Kafka(secured.bootstrap("scram"), "g", access=access).answers()


async def test_a_password_is_rotated_and_no_record_is_lost(
    plumbing: Plumbing,
    secured: SecuredKafka,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The broker is restarted after it: whoever still had the old password would stand outside."""
    monkeypatch.setattr(plumbing.consumer, "LOOK_SECONDS", 0.2)
    topic = f"{plumbing.service}-rotated"
    access = plumbing.kafka_access.KafkaAccess(**secured.access("scram", tmp_path, authority))
    await secured.cluster.create_topics([topic], partitions=1)
    heard: list[bytes] = []
    async with consuming(plumbing, secured.bootstrap("scram"), topic, access, heard) as consumer:
        await say(secured, topic, b"a")
        await until(lambda: heard == [b"a"])
        first = consumer._broker

        await asyncio.to_thread(secured.set_password, "second")
        replace_text(tmp_path / "password", "second")
        await until(lambda: consumer._broker not in (first, None))
        await asyncio.to_thread(secured.restart)
        await say(secured, topic, b"b")

        await until(lambda: heard == [b"a", b"b"], seconds=40)
    await asyncio.to_thread(secured.set_password, "first")


def test_a_file_that_is_missing_for_a_moment_ends_no_client(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("first")
    access = plumbing.kafka_access.KafkaAccess(password=file)
    made_with = access.stamp()

    file.rename(tmp_path / "aside")
    assert not access.changed_since(made_with)
    replace_text(file, "second")
    assert access.changed_since(made_with)


async def test_a_certificate_is_rotated(
    plumbing: Plumbing,
    secured: SecuredKafka,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plumbing.consumer, "LOOK_SECONDS", 0.2)
    topic = f"{plumbing.service}-certified"
    access = plumbing.kafka_access.KafkaAccess(**secured.access("mutual_tls", tmp_path, authority))
    await secured.cluster.create_topics([topic], partitions=1)
    heard: list[bytes] = []
    where = secured.bootstrap("mutual_tls")
    async with consuming(plumbing, where, topic, access, heard) as consumer:
        await say(secured, topic, b"a")
        await until(lambda: heard == [b"a"])
        first = consumer._broker

        give_certificate(authority, tmp_path)
        await until(lambda: consumer._broker not in (first, None))
        await say(secured, topic, b"b")

        await until(lambda: heard == [b"a", b"b"], seconds=40)


@pytest.mark.parametrize("plumbing", ["scheduling"], indirect=True)  # there is one relay
async def test_the_relay_sends_on_with_a_rotated_password(
    bench: Bench, secured: SecuredKafka, authority: trustme.CA, tmp_path: Path
) -> None:
    prefix = f"{bench.plumbing.service}-"
    await secured.cluster.create_topics([prefix + TOPIC], partitions=1)
    access = RelayAccess(**secured.access("scram", tmp_path, authority))  # type: ignore[arg-type]  # by name, of several kinds
    broker = Broker(secured.bootstrap("scram"), prefix, access)
    relay = Relay(bench.dsn, broker)
    running = asyncio.create_task(relay.run())

    async def sent() -> bool:
        return not await bench.pool.fetchval("select count(*) from outbox")

    await bench.pool.execute(STORE, bench.clock.now(), b"a")
    await until_it(sent)
    first = broker._producer
    await asyncio.to_thread(secured.set_password, "second")
    replace_text(tmp_path / "password", "second")
    await until(lambda: broker._producer not in (first, None))
    await asyncio.to_thread(secured.restart)
    await bench.pool.execute(STORE, bench.clock.now(), b"b")

    await until_it(sent, seconds=40)
    relay.stop()
    await running
    await asyncio.to_thread(secured.set_password, "first")
    assert await said(secured, prefix + TOPIC) == [b"a", b"b"]


async def said(secured: SecuredKafka, topic: str) -> list[bytes | None]:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=secured.cluster.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        return [(await consumer.getone()).value for _ in range(2)]


async def test_a_database_password_is_rotated_over_tls(
    plumbing: Plumbing, database_server: SecuredPostgres, tmp_path: Path
) -> None:
    await database_server.set_password("first")
    file = tmp_path / "password"
    file.write_text("first\n")
    pool = await plumbing.database.connect(
        database_server.dsn("postgres"),
        size=2,
        name="test",
        password=plumbing.database.password_in(file),
    )
    encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"
    assert await pool.fetchval(encrypted)

    await database_server.set_password("second")
    await pool.expire_connections()
    with pytest.raises(asyncpg.InvalidPasswordError) as trouble:
        await pool.fetchval(encrypted)
    assert isinstance(trouble.value, plumbing.transaction.OUTAGES)
    replace_text(file, "second")

    assert await pool.fetchval(encrypted)
    await pool.close()
