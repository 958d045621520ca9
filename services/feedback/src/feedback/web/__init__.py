"""The pages: server-rendered, whole without JavaScript."""

from fastapi import FastAPI

from feedback.ports import Clock, Commands, Links, Reader
from feedback.web import decide, prepare, release, review, round_page, scorecard
from feedback.web.frame import Frame
from feedback.web.visit import Visits


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
    visits = Visits(frame, commands, reader, clock)
    for page in (prepare, scorecard, review, decide, release, round_page):
        application.include_router(page.router(visits))
