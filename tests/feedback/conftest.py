"""The service under test on a database of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page
from tests.feedback.service import Service, a_service


@pytest.fixture
async def service(database: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with a_service(database, tmp_path) as running:
        yield running


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A phone, without the transitions that a picture would catch half way."""
    context = await chromium.new_context(
        viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    yield await context.new_page()
    await context.close()
