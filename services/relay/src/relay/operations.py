"""What an operator does by hand."""

from datetime import datetime

from relay import postgres
from relay.config import Database


async def republish(settings: Database, *, since: datetime, now: datetime) -> int:
    """How many rows were put back; what is older than the rows that are kept is gone."""
    connection = await postgres.connect(
        str(settings.database_url), postgres.password_in(settings.database_password_file)
    )
    try:
        return await postgres.republish(connection, since=since, until=now)
    finally:
        await connection.close()
