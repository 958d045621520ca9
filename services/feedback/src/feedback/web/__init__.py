"""The pages: server-rendered, whole without JavaScript."""

from fastapi import FastAPI

from feedback.ports import Clock, Commands, Links, Reader
from feedback.web.frame import Frame


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
    frame = Frame("feedback", "feedback", links, renew_url, secure)
    frame.install(application)
    del commands, reader, clock
