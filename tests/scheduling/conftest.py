from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.scheduling.stage import Stage, on_stage
from tests.scheduling.visiting import Mint


@pytest.fixture
async def stage(database: str) -> AsyncIterator[Stage]:
    async with on_stage(database) as one:
        yield one
        assert not await one.parked()


@pytest.fixture
async def other(another_database: str) -> AsyncIterator[Stage]:
    """Where the same is done another way."""
    async with on_stage(another_database) as one:
        yield one
        assert not await one.parked()


@pytest.fixture
def mint(tmp_path: Path) -> Mint:
    return Mint(tmp_path)
