"""A consumer that is stuck in a batch is told from one that waits for records; one that has not heard from the broker is not ready."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conformance.tally import Plumbing

LONG_SECONDS = 3600.0


@dataclass
class LoopTime:
    at: float = 0.0


@contextmanager
def consumer_at(
    plumbing: Plumbing, time: LoopTime, ingest: Any, patch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """One whose loop runs; what it takes in comes from the test."""
    consumer = plumbing.consumer.Consumer(bootstrap="", group="g", topics=(), ingest=ingest)
    patch.setattr(plumbing.consumer.Consumer, "_now", staticmethod(lambda: time.at))
    running = asyncio.get_running_loop().create_future()
    patch.setattr(consumer, "_subscriber", SimpleNamespace(tasks=[running], consumer=None))
    yield consumer
    running.cancel()


async def test_waiting_for_records_is_alive_however_long(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = LoopTime()

    async def ingest(_: Any) -> None:
        return

    with consumer_at(plumbing, time, ingest, monkeypatch) as consumer:
        await consumer._consume((), None, plumbing.lookahead.Lookahead(ingest))
        time.at += LONG_SECONDS
        assert consumer.alive()


async def test_a_batch_that_never_ends_is_not(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    time, begun, go_on = LoopTime(), asyncio.Event(), asyncio.Event()

    async def ingest(_: Any) -> None:
        begun.set()
        await go_on.wait()

    with consumer_at(plumbing, time, ingest, monkeypatch) as consumer:
        ahead = plumbing.lookahead.Lookahead(ingest)
        batch = asyncio.create_task(consumer._consume((), None, ahead))
        await begun.wait()
        assert consumer.alive()
        time.at += LONG_SECONDS
        assert not consumer.alive()
        go_on.set()
        await batch
        assert consumer.alive()


async def test_nor_is_a_loop_that_has_ended(
    plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ingest(_: Any) -> None:
        return

    with consumer_at(plumbing, LoopTime(), ingest, monkeypatch) as consumer:
        assert consumer.alive()
        consumer._subscriber.tasks[0].set_result(None)
        assert not consumer.alive()


@pytest.mark.parametrize(
    ("heard_ms", "busy_since", "answer"),
    [
        ((None, None), None, "not ready"),
        ((None, 999_000), None, "ready"),
        ((1_000, 2_000), None, "not ready"),
        ((1_000, 2_000), 0.0, "ready"),
    ],
    ids=["assigned, not heard yet", "heard of one", "silent for long", "in a batch"],
)
async def test_ready_is_who_has_heard_from_the_broker(
    plumbing: Plumbing,
    monkeypatch: pytest.MonkeyPatch,
    heard_ms: tuple[int | None, ...],
    busy_since: float | None,
    answer: str,
) -> None:
    """An operator sends lost records again once all are ready: nobody may then still ask for a place behind them."""
    member = SimpleNamespace(
        assignment=lambda: range(len(heard_ms)), last_poll_timestamp=heard_ms.__getitem__
    )
    with consumer_at(plumbing, LoopTime(), None, monkeypatch) as consumer:
        consumer._subscriber.consumer = member
        consumer._busy_since = busy_since
        monkeypatch.setattr(plumbing.consumer, "time", SimpleNamespace(time=lambda: 1_000.0))
        assert consumer.ready() is (answer == "ready")
