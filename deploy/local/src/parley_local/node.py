"""One server alone, in the foreground and reached from outside: what a container of the overlay `local` runs.

The same Kafka and PostgreSQL as everywhere else here, on fixed ports. For trying Parley out: one node each,
and no encryption.
"""

import argparse
import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import uvicorn

from parley_contracts.topics import TOPICS
from parley_local.config import Config
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.mailbox_page import mailbox_page
from parley_local.kafka import KafkaCluster
from parley_local.kafka_settings import Address, Ports
from parley_local.postgres import PostgresServer
from parley_local.topics import NamedKafka

EVERYWHERE = "0.0.0.0"
KAFKA, POSTGRES = Ports(client=9092, controller=9093), 5432
SMTP, MAILBOX = 2525, 8025
LOOK_SECONDS = 1.0
ROLES = ("migrate", "serve", "read")
RULES = """\
host all all 127.0.0.1/32 trust
host all all all scram-sha-256
"""


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("server", choices=tuple(SERVERS))
    row.add_argument("--data", type=Path, default=Path("/data"), help="(%(default)s)")
    row.add_argument("--name", default="127.0.0.1", help="under which Kafka is reached")
    row.add_argument("--database", action="append", default=[], help="to be there, with its roles")
    row.add_argument("--roles", type=Path, help="the SQL that makes a database's roles")
    row.add_argument("--password", type=Path, help="the file with the password of all roles")


def run(chosen: argparse.Namespace) -> int:
    SERVERS[chosen.server](chosen)
    return 0


def kafka(chosen: argparse.Namespace) -> None:
    cluster = KafkaCluster(chosen.data, Config.here(), lasting=True, at=reached_as(chosen.name))
    cluster.start([KAFKA])
    try:
        while all(node.alive for node in cluster.nodes):
            time.sleep(LOOK_SECONDS)
    finally:
        cluster.stop()


def reached_as(name: str) -> Address:
    return Address(listen=EVERYWHERE, advertised=name)


def topics(chosen: argparse.Namespace) -> None:
    """Those of the contracts, on a Kafka that runs elsewhere; what is there stays as it is."""
    asyncio.run(make_topics(f"{chosen.name}:{KAFKA.client}"))


async def make_topics(bootstrap: str) -> None:
    cluster = NamedKafka(bootstrap, prefix="", replication=1)
    there = await cluster.topics(prefix="")
    for topic in TOPICS.values():
        if topic.name not in there:
            await cluster.create_topics(
                [topic.name], partitions=topic.partitions, config=topic.config
            )


def postgres(chosen: argparse.Namespace) -> None:
    """With the databases that are named, and their roles; a password that is changed is set at once."""
    server = PostgresServer(chosen.data, Config.here(), lasting=True, listen=EVERYWHERE, hba=RULES)
    server.start(port=POSTGRES)
    try:
        set_to = None
        while server.alive:
            password = chosen.password.read_text()
            if password != set_to:
                asyncio.run(make_databases(server, chosen))
                set_to = password
            time.sleep(LOOK_SECONDS)
    finally:
        server.stop()


async def make_databases(server: PostgresServer, chosen: argparse.Namespace) -> None:
    names: list[str] = chosen.database
    for name in names:
        if not await has_database(server, name):
            await server.create_database(name)
        connection = await asyncpg.connect(server.dsn(name))
        await connection.execute("select set_config('parley.service', $1, false)", name)
        await connection.execute(chosen.roles.read_text())
        password = chosen.password.read_text().strip()
        for role in ROLES:
            statement = await connection.fetchval(
                "select format('alter role %I password %L', $1::text, $2::text)",
                f"{name}_{role}",
                password,
            )
            await connection.execute(statement)
        await connection.close()


async def has_database(server: PostgresServer, name: str) -> bool:
    connection = await asyncpg.connect(server.admin_dsn)
    try:
        found = await connection.fetchval("select true from pg_database where datname = $1", name)
        return found is True
    finally:
        await connection.close()


def mailbox(_: argparse.Namespace) -> None:
    asyncio.run(take_mail())


async def take_mail() -> None:
    """Everybody's mail by SMTP, and the page on which it is read; it is gone with the process."""
    box = Mailbox(now)
    await box.start(host=EVERYWHERE, port=SMTP)
    page = mailbox_page(box, now, nothing_moves, hosts=["*"])
    config = uvicorn.Config(page, host=EVERYWHERE, port=MAILBOX, log_level="warning")
    try:
        await uvicorn.Server(config).serve()
    finally:
        await box.stop()


def now() -> datetime:
    return datetime.now(UTC)


async def nothing_moves() -> None:
    """Time goes on by itself here."""


SERVERS = {"kafka": kafka, "topics": topics, "postgres": postgres, "mailbox": mailbox}
