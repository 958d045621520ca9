"""Kafka and PostgreSQL for every test that asks: started once, when the first one asks."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright
from tests.support import chromium as browsers

from parley_local.databases import Postgres
from parley_local.servers import AnyServers, provide
from parley_local.topics import Kafka

NEEDS = {"kafka": "kafka", "postgres": "postgres", "chromium": "browser"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test needs what its fixtures need; marked before `-m` chooses among the tests."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        for marker in {NEEDS[name] for name in names if name in NEEDS}:
            item.add_marker(marker)


class LongestFirst:
    """Whole systems take minutes, and a file goes to one worker: begun last, they would keep one waiting alone."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: not item.nodeid.startswith(("tests/faults/", "tests/demo/")))


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LongestFirst())


@pytest.fixture(scope="session")
def servers() -> Iterator[AnyServers]:
    """Nothing runs until a test asks for one of the two. The machine may crash: no fsync."""
    with provide(fsync=False) as provided:
        yield provided


@pytest.fixture(scope="session")
def kafka(servers: AnyServers) -> Kafka:
    return servers.kafka


@pytest.fixture(scope="session")
def postgres(servers: AnyServers) -> Postgres:
    return servers.postgres


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[str]:
    """The DSN of an empty database that no other test sees."""
    name = f"test_{secrets.token_hex(6)}"
    yield await postgres.create_database(name)
    await postgres.drop_database(name)


@pytest.fixture
async def another_database(postgres: Postgres) -> AsyncIterator[str]:
    """For a test that compares two."""
    name = f"test_{secrets.token_hex(6)}"
    yield await postgres.create_database(name)
    await postgres.drop_database(name)


@pytest.fixture
async def topic_prefix(kafka: Kafka) -> AsyncIterator[str]:
    """Starts the names of this test's topics and groups, which are removed after it."""
    prefix = f"{kafka.prefix}t{secrets.token_hex(6)}-"
    yield prefix
    await kafka.delete_prefixed(prefix)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One for all tests. Without any, tests say so, and fail only where one is required."""
    try:
        path = await asyncio.to_thread(browsers.find)
    except browsers.NoChromium as none:
        if browsers.required():
            raise
        pytest.skip(str(none))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()
