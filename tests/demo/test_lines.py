"""A service that is killed while a page is asked for gives an error that is expected."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvloop

from parley_local.demo.browser import Lines

RESET = struct.pack("ii", 1, 0)
ASKED = 400
"""About one in twenty is cut before its socket was looked at."""


@pytest.fixture
def cutting() -> Iterator[str]:
    """The address of a server that takes each line and resets it."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as aside:
        done = aside.submit(_cut_each, server)
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        server.shutdown(socket.SHUT_RDWR)
        done.result()


def _cut_each(server: socket.socket) -> None:
    while True:
        try:
            line, _ = server.accept()
        except OSError:
            return
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        line.close()


def test_a_line_that_is_cut_while_it_opens_is_a_transport_error(cutting: str) -> None:
    uvloop.run(_ask(cutting))


async def _ask(url: str) -> None:
    async def one(client: httpx.AsyncClient) -> None:
        for _ in range(ASKED // 4):
            with pytest.raises(httpx.TransportError):
                await client.get(url)

    async with httpx.AsyncClient(transport=Lines()) as client:
        await asyncio.gather(*[one(client) for _ in range(4)])
