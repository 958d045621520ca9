"""The HTTP server, as a task among others: signals belong to the program around it."""

import socket
from contextlib import AbstractContextManager, nullcontext

import uvicorn
from fastapi import FastAPI


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
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # narrower than a generator
        return nullcontext()


def server(application: FastAPI) -> Server:
    """Without an access log: paths of first visits hold tokens."""
    return Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
