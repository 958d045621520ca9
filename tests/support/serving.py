"""A service's pages on a port of this machine, for a browser with a window that nobody sees."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.until import until
from uvicorn import Server


@asynccontextmanager
async def served(server: Server) -> AsyncIterator[str]:
    """The base address, until the block ends; the server is one for port 0."""
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or task.done())
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
