"""A process is made of what its roles ask for, and its probes look at just that."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tests.conformance.tally import NOW, Plumbing

Build = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
async def build(plumbing: Plumbing, database: str) -> Build:
    """The service's own composition root, on its own migrated database."""
    service = plumbing.service
    app, config = import_module(f"{service}.app"), import_module(f"{service}.config")
    await plumbing.migrate.migrate(database, plumbing.migrate.migrations(service), applied_at=NOW)
    settings = config.Settings(database_url=database, kafka_bootstrap="127.0.0.1:1")

    def built(*roles: str) -> AbstractAsyncContextManager[Any]:
        found: AbstractAsyncContextManager[Any] = app.build(settings, roles)
        return found

    return built


@pytest.mark.parametrize("roles", [("web",), ("consume",), ("timers",), ("web", "timers")])
async def test_a_process_is_made_of_its_roles_and_of_nothing_else(
    build: Build, roles: tuple[str, ...]
) -> None:
    async with build(*roles) as service:
        loops = {service.timers is not None, getattr(service, "sender", service.timers) is not None}
        parts = {
            "web": await status(service, "/static/pico.css") == 200,
            "consume": service.consumer is not None,
            "timers": loops == {True},
        }

        assert {part for part, there in parts.items() if there} == set(roles)
        assert len(loops) == 1


async def test_who_reads_nothing_is_ready_without_kafka(build: Build) -> None:
    async with build("web", "timers") as service:
        assert await statuses(service) == {"/livez": 200, "/readyz": 200, "/startupz": 200}


async def test_a_reader_without_kafka_lives_and_is_not_ready(build: Build) -> None:
    async with build("consume") as service:
        assert await statuses(service) == {"/livez": 200, "/readyz": 503, "/startupz": 503}


async def test_a_batch_that_is_stuck_ends_the_process(
    build: Build, plumbing: Plumbing, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    at = [0.0]

    async def stuck(_: Any) -> None:
        begun.set()
        await go_on.wait()

    monkeypatch.setattr(plumbing.consumer.Consumer, "_now", staticmethod(lambda: at[0]))
    async with build("consume", "timers") as service:
        service.consumer.ingest = stuck
        service.consumer._subscriber = SimpleNamespace(tasks=(), consumer=None)
        batch = asyncio.create_task(service.consumer._consume(()))
        await begun.wait()

        at[0] = plumbing.consumer.STUCK_SECONDS - 1
        patient = await status(service, "/livez")
        at[0] = plumbing.consumer.STUCK_SECONDS
        stuck_for_a_minute = await status(service, "/livez")
        go_on.set()
        await batch

        assert (patient, stuck_for_a_minute) == (200, 503)
        assert await status(service, "/livez") == 200


async def status(service: Any, path: str) -> int:
    transport = httpx.ASGITransport(service.application)
    async with httpx.AsyncClient(transport=transport, base_url="http://parley.test") as client:
        return (await client.get(path)).status_code


async def statuses(service: Any) -> dict[str, int]:
    return {path: await status(service, path) for path in ("/livez", "/readyz", "/startupz")}
