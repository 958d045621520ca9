"""A process that starts before its database is migrated lives, is not ready, and begins once it is."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.conformance.tally import Plumbing
from tests.support.typed import run
from tests.support.until import until_it

from parley_local.ports import LOOPBACK, free_ports
from parley_local.topics import Kafka


@pytest.fixture
async def address(
    plumbing: Plumbing, database: str, kafka: Kafka, topic_prefix: str
) -> AsyncIterator[str]:
    """Of the service, and of its relay under the next port."""
    ports, name = free_ports(2), plumbing.service.upper()
    given = {
        f"{name}_DATABASE_URL": database,
        f"{name}_KAFKA_BOOTSTRAP": kafka.bootstrap,
        f"{name}_KAFKA_TOPIC_PREFIX": topic_prefix,
        f"{name}_PORT": str(ports[0]),
        "RELAY_DATABASE_URL": database,
        "RELAY_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "RELAY_PORT": str(ports[1]),
    }
    processes = [
        await asyncio.create_subprocess_exec(
            *[sys.executable, "-m", program, "serve", *roles], env=os.environ | given
        )
        for program, roles in ((plumbing.service, ["--roles", "web,timers"]), ("relay", []))
    ]
    yield f"http://{LOOPBACK}:{ports[0]} http://{LOOPBACK}:{ports[1]}"
    for one in processes:
        one.send_signal(signal.SIGTERM)
        assert await one.wait() == 0


async def test_it_waits_and_then_begins(plumbing: Plumbing, database: str, address: str) -> None:
    async with httpx.AsyncClient() as client:

        async def answers(path: str, status: int) -> bool:
            try:
                found = [await client.get(one + path) for one in address.split()]
            except httpx.TransportError:
                return False
            return all(one.status_code == status for one in found)

        await until_it(lambda: answers("/livez", 200))
        assert await answers("/readyz", 503)

        done = await run(plumbing.service, database, "migrate")

        assert done.status == 0, done.error
        await until_it(lambda: answers("/readyz", 200))
        assert await answers("/livez", 200)
