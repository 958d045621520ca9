"""What the relay needs, looked at before it starts: nothing is changed, locked or sent."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from relay import postgres
from relay.kafka_access import KafkaAccess
from relay.kafka_look import ANSWER_MS, WRITE, TopicSeen, topics_seen, why
from relay.postgres import Connection, NoOutboxYet, OutboxContractBroken, Password

POOLED = "leads through a pooler, where the relay's lock is lost: name the server itself"
RIGHTS = """
select relname || ': ' || "right" as lacking
from (values ('outbox', 'select'), ('outbox', 'insert'), ('outbox', 'delete'), ('published', 'select'),
    ('published', 'insert'), ('published', 'delete')) as wanted (name, "right")
join pg_class on relname = name and relnamespace = current_schema()::regnamespace
where not has_table_privilege(oid, "right")
union all
select proname || ': execute' from pg_proc
where proname in ('make_published_day', 'drop_published_before')
    and pronamespace = current_schema()::regnamespace and not has_function_privilege(oid, 'execute')
order by 1
"""
MEANS = {
    "UnknownTopicOrPartitionError": "is not there",
    "TopicAuthorizationFailedError": "this user may not even see it (ACL Describe, Write)",
}
"""By Kafka's name of the error."""


@dataclass(slots=True)
class Findings:
    fine: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = (
            [f"! {one}" for one in self.missing],
            [f"{about}: {what}" for about, what in self.fine.items()],
            self.notes,
        )
        return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


async def look(
    dsn: str,
    password: Password | None,
    bootstrap: str,
    access: KafkaAccess,
    topics: Sequence[str],
) -> Findings:
    """`topics`, as Kafka names them, are those that the service of this database publishes."""
    findings = Findings()
    await _look_at_database(dsn, password, findings)
    await _look_at_kafka(bootstrap, access, topics, findings)
    return findings


async def _look_at_database(dsn: str, password: Password | None, findings: Findings) -> None:
    setting = "RELAY_DATABASE_URL"
    try:
        connection = await postgres.connect(dsn, password)
    except asyncpg.ProtocolViolationError:
        findings.missing.append(f"{setting}: {POOLED}")
        return
    except asyncpg.InvalidAuthorizationSpecificationError:
        findings.missing.append(f"{setting}: the login is refused")
        return
    except (asyncpg.PostgresError, OSError, TimeoutError, ValueError) as trouble:
        nobody = f"no PostgreSQL answers there: {type(trouble).__name__}"
        findings.missing.append(f"{setting}: {nobody}")
        return
    try:
        lacking = await _lacking(connection)
    except NoOutboxYet:
        lacking = []
        findings.notes.append(f"{setting}: there is no outbox yet, for no migration has run")
    finally:
        with suppress(OSError, TimeoutError):
            await connection.close(timeout=2)
    findings.missing += [f"{setting}: {one}" for one in lacking]
    if not lacking:
        findings.fine[setting] = "PostgreSQL answers"


async def _lacking(connection: Connection) -> list[str]:
    if await connection.fetchval("show idle_session_timeout") != "15s":
        return [POOLED]
    try:
        await postgres.check_columns(connection)
    except OutboxContractBroken as broken:
        return [f"the outbox is not the one that this relay knows: {broken}"]
    return [f"no right to {row['lacking']}" for row in await connection.fetch(RIGHTS)]


async def _look_at_kafka(
    bootstrap: str, access: KafkaAccess, topics: Collection[str], findings: Findings
) -> None:
    setting = "RELAY_KAFKA_BOOTSTRAP"
    try:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=bootstrap.split(","),
            request_timeout_ms=ANSWER_MS,
            **access.client(),
        )
        try:
            await admin.start()
            seen = await topics_seen(admin, topics)
        finally:
            await admin.close()
    except (KafkaError, OSError, TimeoutError, ValueError) as trouble:
        findings.missing.append(f"{setting}: {await why(trouble, bootstrap, access.client)}")
        return
    findings.fine[setting] = bootstrap
    for name in topics:
        if lacking := _lacking_of_topic(seen[name]):
            findings.missing.append(f"topic {name}: {lacking}")
        else:
            findings.fine[f"topic {name}"] = "may be written"


def _lacking_of_topic(seen: TopicSeen) -> str | None:
    if seen.trouble is not None:
        return MEANS.get(seen.trouble, seen.trouble)
    return None if seen.may(WRITE) else "this user has no right to write to it (ACL Write)"
