"""The service under test on a database of its own."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright
from tests.feedback.service import Service, a_service


@pytest.fixture
async def service(database: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with a_service(database, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The machine's Chromium; without one, tests say so, unless the environment insists."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None and os.environ.get("PARLEY_REQUIRE_BROWSER") != "1":
        pytest.skip("no Chromium here")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A phone, without the transitions that a picture would catch half way."""
    context = await chromium.new_context(
        viewport={"width": 360, "height": 740}, reduced_motion="reduce"
    )
    yield await context.new_page()
    await context.close()
