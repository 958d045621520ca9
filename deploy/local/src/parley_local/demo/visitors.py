"""After the day: the pages, the mailbox and the metrics stay open, and time runs as it does outside."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import uvicorn
from rich.console import Console
from rich.table import Table
from rich.text import Text

from parley_local.demo import feed
from parley_local.demo.conductor import Conductor
from parley_local.demo.feed import Feed
from parley_local.demo.mailbox import Mail
from parley_local.demo.mailbox_page import mailbox_page
from parley_local.demo.people import People
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
        console.print(what_now(address, stage.people, day))
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


def what_now(address: str, people: People, day: Feed) -> Text:
    """What each of the four could do next, and in whose mailbox it stands."""
    text = Text("\nWhat you can do now\n", style="bold")
    if not day.visitor:
        text.append("  The events were your own: everybody in them is simulated.\n", "not bold")
    for line in roles(address, people, day) if day.visitor else ():
        text.append(f"  {line}\n", "not bold")
    return text.append("\nCtrl-C ends it, and leaves nothing behind.", "not bold")


def roles(address: str, people: People, day: Feed) -> Iterator[str]:
    asked = requested(day)
    team = asked["hiring_team"]
    offer = newest(people.mailbox.mails, "/book/", people.left_alone)
    if offer is not None:
        yield (
            f"Be the candidate: {address}/mail/{offer.number} asks you, as {offer.recipient}, to "
            "pick a time. Book one, prepare, ask something; press “Go to the next thing” in the "
            "mailbox until the interview is over, then say how it was and decide."
        )
    yield (
        f"Be the interviewer: once a time is booked, {interviewers(address, asked, day)}. Read the "
        "preparation, answer the question, give up the seat, or write the scorecard afterwards."
    )
    yield (
        f"Be the one who decides: {mailboxes(address, team['decider_ids'], day)} is asked once the "
        "interview is over."
    )
    yield (
        f"Be the recruiter: {mailboxes(address, [team['recruiter_id']], day)} has the digest of each "
        "morning; its desk shows what waits for a person. Release feedback to the candidate there."
    )
    yield (
        f"See how it ends: {feed.HIRED_AFTER.days} days after it was opened, the ATS closes the "
        "application, hired; a week later the team reads what the candidate’s review addresses to it."
    )
    yield (
        "Simulated people leave this application alone for a day each time, so that you come first."
    )


def requested(day: Feed) -> Any:
    """What the ATS asked for, for the visitor."""
    own = (json.loads(line.value) for line in day.lines if line.key == day.visitor)
    return next(one for one in own if "sessions" in one)


def interviewers(address: str, asked: Any, day: Feed) -> str:
    """By name where the ATS names them; else whoever is found free gets the seat."""
    seats = [seat for session in asked["sessions"] for seat in session["seats"]]
    named = dict.fromkeys(one["interviewer_id"] for one in seats if one.get("interviewer_id"))
    if named:
        return f"{mailboxes(address, list(named), day)} has the invite"
    return f"the newest invites at {address} say who was found for the seat"


def mailboxes(address: str, person_ids: list[str], day: Feed) -> str:
    """Somebody's name, and where their mail is read; at least one of them is there."""
    rows = (json.loads(line.value) for line in day.lines if line.topic == "ats.people.v1")
    known = {row["person_id"]: row for row in rows}
    found = [known[one] for one in person_ids]
    return " or ".join(
        f"{row['name']} ({address}/?person={quote(row['email'], safe='@')})" for row in found
    )


def newest(mails: list[Mail], part: str, recipients: frozenset[str]) -> Mail | None:
    return next(
        (one for one in reversed(mails) if one.recipient in recipients and part in one.text), None
    )
