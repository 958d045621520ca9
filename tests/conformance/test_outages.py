"""Brokers and databases that stop, processes that freeze: the rest goes on, and all is made good."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.conformance.stage import Process, Stage, stage_on
from tests.conformance.tally import Plumbing
from tests.support.until import until_it

from parley_local.servers import EmbeddedServers, embedded

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]

READY_AGAIN = 30
SESSION_TIMEOUT = 6


@pytest.fixture(scope="module")
def servers_of_our_own() -> Iterator[EmbeddedServers]:
    """Stopped and started by these tests, so never shared ones."""
    with embedded(fsync=False) as servers:
        yield servers


@pytest.fixture
async def stage(plumbing: Plumbing, servers_of_our_own: EmbeddedServers) -> AsyncIterator[Stage]:
    kafka, postgres = servers_of_our_own.kafka, servers_of_our_own.postgres
    async with stage_on(plumbing, kafka, postgres) as found:
        yield found


@pytest.fixture
async def one_stage(servers_of_our_own: EmbeddedServers) -> AsyncIterator[Stage]:
    """For what is the same in all copies."""
    kafka, postgres = servers_of_our_own.kafka, servers_of_our_own.postgres
    async with stage_on(Plumbing("scheduling"), kafka, postgres) as found:
        yield found


async def test_servers_stop_and_start_in_the_middle_of_a_batch(
    stage: Stage, servers_of_our_own: EmbeddedServers
) -> None:
    service, relay = stage.service(), stage.relay()
    await service.until_ready()

    await hold_in_the_middle(stage, service)
    await asyncio.to_thread(servers_of_our_own.postgres.stop, "immediate")
    service.signal(signal.SIGCONT)
    assert await service.get("/livez") == 200
    await asyncio.to_thread(servers_of_our_own.postgres.start)
    await service.until_ready(seconds=READY_AGAIN)
    await stage.until_counted()

    await hold_in_the_middle(stage, service)
    await asyncio.to_thread(servers_of_our_own.kafka.nodes[0].stop)
    service.signal(signal.SIGCONT)
    assert await service.get("/livez") == 200
    await asyncio.to_thread(servers_of_our_own.kafka.nodes[0].start)
    await service.until_ready(seconds=READY_AGAIN)
    await stage.send(100)

    await stage.until_published(seconds=90)
    await stage.check()
    assert (service.ended, relay.ended) == (None, None)


async def test_a_frozen_consumer_holds_nobody_and_comes_back_harmless(one_stage: Stage) -> None:
    frozen = one_stage.service()
    await frozen.until_ready()
    one_stage.relay()
    await one_stage.send(200, keys=50)
    await one_stage.until_counted()
    other = one_stage.service()
    await other.until_ready()

    frozen.signal(signal.SIGSTOP)
    await one_stage.send(500, keys=50)
    await one_stage.until_counted(seconds=SESSION_TIMEOUT * 2 + 30)
    frozen.signal(signal.SIGCONT)
    await one_stage.send(200, keys=50)

    await one_stage.until_published()
    await one_stage.check()
    await frozen.until_ready()


async def test_a_frozen_relay_loses_its_lock_and_another_goes_on(one_stage: Stage) -> None:
    one_stage.service()
    frozen = one_stage.relay()
    await one_stage.send(100)
    await one_stage.until_published()
    other = one_stage.relay()
    await other.until_ready()

    frozen.signal(signal.SIGSTOP)
    await one_stage.send(300)
    await one_stage.until_published(seconds=60)
    frozen.signal(signal.SIGCONT)
    await one_stage.send(100)

    await one_stage.until_published()
    await one_stage.check()


async def test_one_partition_without_a_leader_does_not_hold_the_others() -> None:
    with embedded(kafka_nodes=3, fsync=False) as servers:
        kafka = servers.kafka
        kafka.replication = 1
        async with stage_on(Plumbing("scheduling"), kafka, servers.postgres) as stage:
            service = stage.service()
            await service.until_ready()
            await stage.send(600, keys=100)
            await stage.until_counted()

            await asyncio.to_thread(kafka.nodes[2].kill)
            stage.relay()
            await until_unpublished_at_most(stage, 400)
            held = await stage.unpublished()
            await asyncio.to_thread(kafka.nodes[2].start)

            await stage.until_published()
            await stage.check()
            assert 0 < held < 600


async def hold_in_the_middle(stage: Stage, service: Process) -> None:
    """A fresh load of which some is counted, and not all: there the service is frozen."""
    before = await stage.counted()
    service.signal(signal.SIGSTOP)
    await stage.send(2000, keys=200)
    service.signal(signal.SIGCONT)

    async def some() -> bool:
        return await stage.counted() > before

    await until_it(some)
    service.signal(signal.SIGSTOP)
    assert before < await stage.counted() < stage.sent


async def until_unpublished_at_most(stage: Stage, most: int) -> None:
    async def few() -> bool:
        return await stage.unpublished() <= most

    await until_it(few, seconds=60)
