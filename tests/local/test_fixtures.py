"""What a test gets from the session's servers."""

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from parley_local.topics import Kafka


async def test_database_is_empty_and_takes_extensions(database: str) -> None:
    connection = await asyncpg.connect(database)
    tables = await connection.fetch("select from pg_tables where schemaname = 'public'")

    await connection.execute("create extension btree_gist; create table kept (id int)")
    await connection.close()

    assert tables == []


async def test_record_comes_back_stamped_by_the_broker(kafka: Kafka, topic_prefix: str) -> None:
    topic = f"{topic_prefix}records"
    await kafka.create_topics([topic])

    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait(topic, b"value", key=b"key", timestamp_ms=1)
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        record = await consumer.getone()

    assert (record.key, record.value) == (b"key", b"value")
    assert record.timestamp_type == 1
    assert record.timestamp > 1_700_000_000_000
