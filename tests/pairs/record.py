"""`python -m tests.pairs.record [LUCK]`: plays five applications with the whole system, and keeps what came and what people did.

People act side by side, so that the same luck need not give the same day twice; a day in which something is missing
is not kept. Where a timer and a record met at the same quarter of an hour, either may have been first, and
`test_recording.py` may find that the day cannot be replayed to the letter: then play it again, with other luck.
"""

import asyncio
import base64
import json
import sys
import tempfile
import time
from bisect import bisect_right
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import httpx
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from rich.console import Console
from tests.pairs.recorded_day import FILE, Arrival, Deed, Happening, missing, write

from parley_contracts.topics import TOPICS
from parley_local.demo import cast, feed, play
from parley_local.demo.clock import ConductedClock
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.system import SERVICES, System
from parley_local.servers import AnyServers, provide

SEED = 1
OF, SAID_BY = 60, "staff:"
TEMPERS = {
    0: cast.Temper.STEADY,
    1: cast.Temper.CANCELS,
    2: cast.Temper.MOVES,
    3: cast.Temper.STAYS_AWAY,
    7: cast.Temper.STEADY,
}
"""By number in the demo's day; the ATS rejects number 7 in mid-flow."""


@dataclass(slots=True)
class NotingClock(ConductedClock):
    """Remembers at which millisecond of the machine's, as brokers count, which domain time began."""

    walls: list[float] = field(default_factory=list)
    moments: list[datetime] = field(default_factory=list)

    def set(self, moment: datetime, *, rate: float) -> None:
        self.walls.append(int(time.time() * 1000) / 1000)
        self.moments.append(moment)
        ConductedClock.set(self, moment, rate=rate)

    def moment_of(self, wall: float) -> datetime:
        return self.moments[max(0, bisect_right(self.walls, wall) - 1)]


@dataclass
class Listening(httpx.AsyncBaseTransport):
    """Lets people's requests through, and remembers what they sent, in the order in which it was done."""

    through: httpx.AsyncBaseTransport
    clock: NotingClock
    services: dict[int | None, str]
    deeds: list[tuple[float, Deed]] = field(default_factory=list)
    _generations: dict[str, int] = field(default_factory=dict)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self.through.handle_async_request(request)
        path = unquote(request.url.path)
        if token := request.url.params.get("token"):
            self._generations[path] = claims_of(token)["generation"]
        if request.method == "POST":
            deed = self._deed(request, path, response.status_code)
            self.deeds.append((time.time(), deed))
        return response

    def _deed(self, request: httpx.Request, path: str, status: int) -> Deed:
        _, purpose, about, person, *action = path.split("/")
        return Deed(
            at=self.clock.now(),
            service=self.services[request.url.port],
            purpose=purpose,
            about=about,
            person=person,
            action="/".join(action),
            generation=self._generations[f"/{purpose}/{about}/{person}"],
            form=request.content.decode(),
            answered=status,
        )


def claims_of(token: str) -> dict[str, int]:
    part = token.split(".")[1]
    found: dict[str, int] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def five_applications() -> feed.Feed:
    whole = feed.make(applications=OF, seed=SEED)
    people = {number: cast.candidate(number) for number in TEMPERS}
    told = {person.person_id for person in people.values()}
    told |= {feed.application_id(number) for number in TEMPERS}
    lines = [line for line in whole.lines if line.key in told or line.key.startswith(SAID_BY)]
    tempers = {people[number].email: temper for number, temper in TEMPERS.items()}
    return replace(whole, lines=tuple(lines), tempers=tempers, visitor="")


async def played(servers: AnyServers, day: feed.Feed, luck: int) -> list[Happening]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-recorded-")))
        clock = NotingClock(folder / "clock.json")
        clock.set(day.starts_at, rate=0)
        mailbox = Mailbox(clock.now)
        await mailbox.start()
        stack.push_async_callback(mailbox.stop)
        running = await play.begin(
            stack, servers, folder, clock=clock, mailbox=mailbox, console=Console()
        )
        people = play.crowd(mailbox, day, luck)
        stack.push_async_callback(people.close)
        services: dict[int | None, str] = {running.programs[one].port: one for one in SERVICES}
        ears = Listening(people._transport, clock, services)
        people._transport = ears  # type: ignore[assignment]  # people ask for no more than any transport does
        stage = await play.open_stage(stack, servers, running, clock=clock, people=people, day=day)
        await stage.play(day.ends_at)
        said = await arrivals(servers.kafka.bootstrap, running, clock)
        happened: list[tuple[float, Happening]] = [*said, *ears.deeds]
        return [one for _, one in sorted(happened, key=lambda one: one[0])]


async def arrivals(
    bootstrap: str, running: System, clock: NotingClock
) -> list[tuple[float, Arrival]]:
    """Everything on every topic, in the order in which the broker took it."""
    found: list[tuple[float, Arrival]] = []
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        places = [
            TopicPartition(running.prefix + topic.name, number)
            for topic in TOPICS.values()
            for number in range(topic.partitions)
        ]
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    wall = record.timestamp / 1000
                    headers = tuple((name, raw.decode()) for name, raw in record.headers)
                    one = Arrival(
                        at=clock.moment_of(wall),
                        topic=place.topic.removeprefix(running.prefix),
                        partition=place.partition,
                        offset=record.offset,
                        key=record.key.decode(),
                        headers=headers,
                        value=None if record.value is None else record.value.decode(),
                    )
                    found.append((wall, one))
    finally:
        await consumer.stop()
    return found


def main() -> None:
    luck = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    day = five_applications()
    with provide(fsync=False) as servers:
        servers.start()
        happened = asyncio.run(played(servers, day, luck))
    if lacks := missing(happened):
        raise SystemExit(f"nothing of this in the day, so it is not kept: {', '.join(lacks)}")
    write(happened)
    print(f"{len(happened)} happenings in {FILE}")  # noqa: T201 - a command's answer


if __name__ == "__main__":
    main()
