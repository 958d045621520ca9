"""A service's pages on a port of this machine, for a browser with a window that nobody sees."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.until import until
from uvicorn import Server


@asynccontextmanager
async def served(server: Server) -> AsyncIterator[str]:
    """The base address, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        task = asyncio.create_task(server.serve(sockets=[door]))
        try:
            await until(lambda: server.started or task.done())
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
