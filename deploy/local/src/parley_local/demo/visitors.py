"""After the day: the pages, the mailbox and the metrics stay open, and time runs as it does outside."""

import asyncio
import contextlib
from collections.abc import Iterator

import uvicorn
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parley_local.demo.conductor import Conductor
from parley_local.demo.feed import Feed
from parley_local.demo.mailbox import Mail
from parley_local.demo.mailbox_page import mailbox_page
from parley_local.demo.system import System
from parley_local.ports import free_ports

TICK_SECONDS = 1.0


class Server(uvicorn.Server):
    """Leaves Ctrl-C and SIGTERM to the program that it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def stay(stage: Conductor, running: System, day: Feed, console: Console) -> None:
    """Until Ctrl-C. Simulated people go on with theirs; one application waits for the visitor."""
    stage.clock.set(stage.clock.now(), rate=1)
    (port,) = free_ports(1)
    moving = asyncio.Lock()

    async def go_on() -> None:
        async with moving:
            await stage.step()

    page = mailbox_page(stage.people.mailbox, stage.clock.now, go_on)
    config = uvicorn.Config(page, host="127.0.0.1", port=port, log_level="warning", lifespan="off")
    server = Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        address = f"http://127.0.0.1:{port}"
        console.print(addresses(address, running))
        console.print(what_now(address, stage, day))
        while not serving.done():
            async with moving:
                await stage.tick()
            await asyncio.sleep(TICK_SECONDS)
    finally:
        server.should_exit = True
        await serving


def addresses(mailbox: str, running: System) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_row("Everybody’s mailbox", Text(mailbox, style="bold"))
    for name, program in running.programs.items():
        table.add_row(f"Metrics of {name}", f"{program.url}/metrics")
    return table


def what_now(address: str, stage: Conductor, day: Feed) -> Text:
    """What each of the three could do next, and by which mail."""
    text = Text("\nWhat you can do now\n", style="bold")
    mails = stage.people.mailbox.mails
    offer = newest(mails, "/book/", stage.people.left_alone)
    if offer is not None:
        text.append(
            f"  Be the candidate: {address}/mail/{offer.number} asks you, as {offer.recipient}, to "
            "pick a time. Book one, prepare, ask something; press “Go to the next thing” in the "
            "mailbox until the interview is over, then say how it was and decide.\n",
            style="not bold",
        )
    elif not day.visitor:
        text.append("  The events were your own: everybody in them is simulated.\n", "not bold")
    text.append(
        "  Be the interviewer: once a time is booked, the mailbox has their invite. Read the "
        "preparation, answer the question, give up the seat, or write the scorecard afterwards.\n"
        f"  Be the recruiter: {address}/?person=recruiter has the digest of each morning; its desk "
        "shows what waits for a person. Decide, and release feedback to the candidate.\n"
        "  Simulated people leave this application alone for a day each time, so that you come "
        "first.\n\nCtrl-C ends it, and leaves nothing behind.",
        style="not bold",
    )
    return text


def newest(mails: list[Mail], part: str, recipients: frozenset[str]) -> Mail | None:
    return next(
        (one for one in reversed(mails) if one.recipient in recipients and part in one.text), None
    )
