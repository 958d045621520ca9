"""The pages: server-rendered, whole without JavaScript."""

from fastapi import FastAPI

from notifications.ports import Clock, Commands, LinkAddresses, Links, Reader
from notifications.web import home, renew
from notifications.web.frame import Frame


def install(
    application: FastAPI,
    *,
    commands: Commands,
    reader: Reader,
    links: Links,
    addresses: LinkAddresses,
    clock: Clock,
    renew_url: str | None,
    secure: bool,
) -> None:
    frame = Frame("notifications", "notifications", links, renew_url, secure)
    frame.install(application)
    application.include_router(home.pages(frame, reader, addresses, clock))
    application.include_router(renew.pages(frame, reader, commands, links, clock))
