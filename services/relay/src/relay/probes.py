"""Probes and metrics over HTTP: five paths need no framework."""

import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from relay import metrics

Send = Callable[[dict[str, Any]], Awaitable[None]]
Check = Callable[[], bool]


def app(checks: Mapping[str, Check]) -> Callable[..., Awaitable[None]]:
    """An ASGI application: each path of `checks` answers 200 or 503, /metrics the metrics."""

    async def serve(scope: dict[str, Any], receive: object, send: Send) -> None:
        del receive
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/metrics":
            await _answer(send, 200, CONTENT_TYPE_LATEST, generate_latest(metrics.REGISTRY))
        elif path in checks:
            good = checks[path]()
            await _answer(send, 200 if good else 503, "text/plain", b"ok" if good else b"not now")
        else:
            await _answer(send, 404, "text/plain", b"no such page")

    return serve


async def _answer(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [(b"content-type", kind.encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class AddressTaken(Exception):
    """Somebody else listens there, or it is no address of this machine."""


def listen(host: str, port: int) -> socket.socket:
    """Before anything else is started: what cannot be reached need not run."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressTaken(f"{host}:{port} cannot be listened on: {error.strerror}") from None


class Server(uvicorn.Server):
    """Leaves signals to the program around it."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # narrower than a generator
        return nullcontext()


def server(application: Callable[..., Awaitable[None]]) -> Server:
    return Server(uvicorn.Config(application, log_config=None, access_log=False, lifespan="off"))
