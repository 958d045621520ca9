"""The pages on a port of this machine, for a browser with a window that nobody sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, application

from scheduling.adapters import http

PICTURES = Path(__file__).parents[2] / "docs" / "pages"


@asynccontextmanager
async def serving(stage: Stage, mint: Mint) -> AsyncIterator[str]:
    """The base address, until the block ends."""
    server = http.server(application(stage, mint), host="127.0.0.1", port=0)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag and no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
