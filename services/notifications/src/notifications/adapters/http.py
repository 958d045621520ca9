"""The HTTP server, as a task among others: signals belong to the program around it."""

from contextlib import AbstractContextManager, nullcontext

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # narrower than a generator
        return nullcontext()


def server(application: FastAPI, *, host: str, port: int) -> Server:
    """Without an access log: paths of first visits hold tokens."""
    return Server(
        uvicorn.Config(
            application,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
