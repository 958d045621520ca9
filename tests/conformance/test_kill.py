"""kill -9 at each point between claim, commit, offset, publish and delete: nothing lost, nothing twice."""

import signal
from collections.abc import AsyncIterator

import pytest
from tests.conformance.stage import Stage, stage_on
from tests.conformance.tally import Plumbing

from parley_local.databases import Postgres
from parley_local.topics import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]


@pytest.fixture
async def stage(plumbing: Plumbing, kafka: Kafka, postgres: Postgres) -> AsyncIterator[Stage]:
    async with stage_on(plumbing, kafka, postgres) as found:
        yield found


async def test_killed_at_each_point_nothing_is_lost_or_doubled(stage: Stage) -> None:
    stage.relay()
    for point in ("after_claim", "before_commit", "after_commit_before_offset"):
        await stage.send(100)
        process = stage.service(kill=point)
        assert await process.wait() == -signal.SIGKILL
    for point in ("after_publish_before_delete", "after_delete"):
        await stage.send(100)
        relay = stage.processes[0] if point == "after_publish_before_delete" else None
        if relay is not None:
            relay.signal(signal.SIGTERM)
            await relay.wait()
        killed = stage.relay(kill=point)
        service = stage.service()
        assert await killed.wait() == -signal.SIGKILL
        await service.until_ready()
        service.signal(signal.SIGTERM)
        assert await service.wait() == 0

    stage.relay()
    stage.service()
    await stage.until_published()
    await stage.check()


async def test_sigterm_ends_the_batch_in_hand_and_leaves_cleanly(stage: Stage) -> None:
    first = stage.service()
    stage.relay()
    await first.until_ready()
    await stage.send(2000, keys=200)

    first.signal(signal.SIGTERM)
    assert await first.wait(seconds=25) == 0
    second = stage.service()
    await second.until_ready()
    await stage.until_published()

    await stage.check()
    assert "batch waits" not in first.log.read_text()
