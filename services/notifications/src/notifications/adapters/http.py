"""The HTTP server, as a task among others: signals belong to the program around it."""

import socket
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from notifications.adapters import metrics

PROBES = frozenset({"livez", "readyz", "startupz", "metrics"})


class AddressTaken(Exception):
    """Somebody else listens there, or it is no address of this machine."""


def listen(host: str, port: int) -> socket.socket:
    """Before anything else is started: what cannot be reached need not run."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise AddressTaken(f"{host}:{port} cannot be listened on: {error.strerror}") from None


@dataclass(frozen=True, slots=True)
class Measured:
    """Times each page by its first word, which is ours; paths hold ids. Probes are left out."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            _count(scope, status, time.perf_counter() - began)


def _count(scope: Scope, status: int, seconds: float) -> None:
    template = getattr(scope.get("route"), "path", "")
    page = template.strip("/").partition("/")[0] or "none"
    if page in PROBES:
        return
    metrics.PAGE_SECONDS.labels(page).observe(seconds)
    metrics.PAGES.labels(page, f"{status // 100}xx").inc()
    if (why := scope.get("parley.refused")) is not None:
        metrics.TOKENS_REFUSED.labels(why).inc()


class Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # narrower than a generator
        return nullcontext()


def server(application: FastAPI) -> Server:
    """Without an access log: paths of first visits hold tokens."""
    return Server(
        uvicorn.Config(
            Measured(application),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
