"""A service on a database of its own, with a local mail sink."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.notifications.day import Day, day_running
from tests.support.doubting import doubting


@pytest.fixture(autouse=True)
def rows_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.app.Memory", lambda: doubting("notifications"))


@pytest.fixture
async def day(database: str, tmp_path: Path) -> AsyncIterator[Day]:
    async with day_running(database, tmp_path) as running:
        yield running
