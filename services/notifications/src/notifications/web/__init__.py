"""The pages: server-rendered, whole without JavaScript."""

from fastapi import FastAPI

from notifications.ports import Clock, Commands, Links, Reader
from notifications.web.frame import Frame


def install(
    application: FastAPI,
    *,
    commands: Commands,
    reader: Reader,
    links: Links,
    clock: Clock,
    renew_url: str | None,
    secure: bool,
) -> None:
    frame = Frame("notifications", "notifications", links, renew_url, secure)
    frame.install(application)
    del commands, reader, clock
