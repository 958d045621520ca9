"""What an operator does by hand."""

from collections.abc import Sequence
from datetime import datetime

from relay import postgres
from relay.app import access_of
from relay.check import Findings, look
from relay.config import Database, Settings


async def republish(settings: Database, *, since: datetime, now: datetime) -> int:
    """How many rows were put back; what is older than the rows that are kept is gone."""
    connection = await postgres.connect(
        str(settings.database_url), postgres.password_in(settings.database_password_file)
    )
    try:
        return await postgres.republish(connection, since=since, until=now)
    finally:
        await connection.close()


async def check(settings: Settings, topics: Sequence[str]) -> Findings:
    """`topics` without the prefix of their names."""
    return await look(
        str(settings.database_url),
        postgres.password_in(settings.database_password_file),
        settings.kafka_bootstrap,
        access_of(settings),
        [settings.kafka_topic_prefix + one for one in topics],
    )
