"""A service on a database of its own, with a local mail sink."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.notifications.day import Day, day_running


@pytest.fixture
async def day(database: str, tmp_path: Path) -> AsyncIterator[Day]:
    async with day_running(database, tmp_path) as running:
        yield running
