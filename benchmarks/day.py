"""What the ingest is fed with: every record of a real demo day, and as many such days side by side as are wanted.

A copy of the day has people, interviewers, interviews and event ids of its own; all else is as it was.
"""

import asyncio
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from parley_local.demo import feed, play
from parley_local.demo.clock import ConductedClock
from parley_local.demo.evidence import read_raw
from parley_local.demo.mailbox import Mailbox
from parley_local.servers import AnyServers, provide

APPLICATIONS, SEED = 60, 1
OURS = (b"demo:", b"cand:", b"cand.")
STAFF = (b"staff:", b"staff.")
NO_VALUE = b""


@dataclass(frozen=True, slots=True)
class Said:
    """One record of the day, without its topic's prefix."""

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Day:
    starts_at: datetime
    ends_at: datetime
    records: tuple[Said, ...]
    """In the order in which the broker took them."""

    def told_to(self, topics: Sequence[str]) -> tuple[Said, ...]:
        return tuple(one for one in self.records if one.topic in topics)

    @classmethod
    def read(cls, file: Path) -> "Day":
        found = pickle.loads(file.read_bytes())  # noqa: S301 - our own file of a moment ago
        assert isinstance(found, cls)
        return found


def side_by_side(
    records: Sequence[Said], days: int, *, first: int = 0, shared_staff: bool = False
) -> Iterator[Said]:
    """So many copies of a day, each of its records for all of them before the next."""
    copies = [Copy(number, shared_staff=shared_staff) for number in range(first, first + days)]
    for record in records:
        for copy in copies:
            yield copy.of(record)


def in_turn(records: Sequence[Said], days: int) -> Iterator[Said]:
    """So many copies of a day, each begun a while after the one before: at no time do all of them end."""
    copies = [Copy(number) for number in range(days)]
    shift = -(-len(records) // days)
    order = sorted(
        (place + number * shift, number, place)
        for number in range(days)
        for place in range(len(records))
    )
    for _, number, place in order:
        yield copies[number].of(records[place])


@dataclass(frozen=True, slots=True)
class Copy:
    number: int
    shared_staff: bool = False

    def of(self, record: Said) -> Said:
        headers = tuple(
            (name, raw + b"-%d" % self.number if name == "ce_id" else self._renamed(raw))
            for name, raw in record.headers
        )
        value = None if record.value is None else self._renamed(record.value)
        return Said(record.topic, self._renamed(record.key), value, headers)

    def _renamed(self, text: bytes) -> bytes:
        for name in OURS if self.shared_staff else OURS + STAFF:
            text = text.replace(name, b"%s%d%s" % (name[:-1], self.number, name[-1:]))
        return text


def played(console: Console) -> Day:
    """The demo's own day, with the demo's own people, on servers of its own."""
    with provide(fsync=False) as servers:
        servers.start()
        return asyncio.run(_played(servers, console))


async def _played(servers: AnyServers, console: Console) -> Day:
    day = feed.make(applications=APPLICATIONS, seed=SEED)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parley-bench-")))
        clock = ConductedClock(folder / "clock.json")
        clock.set(day.starts_at, rate=0)
        mailbox = Mailbox(clock.now)
        await mailbox.start()
        stack.push_async_callback(mailbox.stop)
        running = await play.begin(
            stack, servers, folder, clock=clock, mailbox=mailbox, console=console
        )
        people = play.crowd(mailbox, day, SEED)
        stack.push_async_callback(people.close)
        stage = await play.open_stage(stack, servers, running, clock=clock, people=people, day=day)
        await stage.play(day.ends_at)
        raw = await read_raw(servers.kafka.bootstrap, running.prefix)
    in_order = sorted(raw, key=lambda one: (one.timestamp, one.topic, one.partition, one.offset))
    records = tuple(
        Said(
            one.topic.removeprefix(running.prefix),
            one.key or NO_VALUE,
            one.value,
            tuple(one.headers),
        )
        for one in in_order
    )
    return Day(day.starts_at, day.ends_at, records)


def keep(day: Day, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(day))
