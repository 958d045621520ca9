"""The pages: server-rendered, whole without JavaScript."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from scheduling.ports import Clock, Commands, Links, Reader
from scheduling.web import arrange, book, seat
from scheduling.web.frame import Frame
from scheduling.web.pages import Pages, Spent


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
    frame = Frame("scheduling", "scheduling", links, renew_url, secure)
    frame.install(application)
    pages = Pages(frame, commands, reader, clock)
    for module in (book, seat, arrange):
        application.include_router(module.router(pages))

    async def spent(request: Request, error: Exception) -> Response:
        del request, error
        return frame.page("spent.html", 410)

    application.add_exception_handler(Spent, spent)
