"""A scheduling database with as many interviewers as are wanted, told through its own ingest, without Kafka."""

import itertools
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from benchmarks.rig import Rig
from parley_contracts.applications import InterviewRequested
from parley_contracts.cloudevents import encode
from parley_contracts.event import Event
from parley_contracts.interviewers import InterviewerBusySet, InterviewerProfileSet
from scheduling.adapters.record import Record
from scheduling.adapters.transaction import Transactions
from scheduling.app import Service, build
from scheduling.config import Settings
from scheduling.ports import Work
from scheduling.use_cases import book_slot
from scheduling.use_cases.book_slot import BookSlot
from scheduling.working_set import Step, UseCase

NOW = datetime(2027, 3, 8, 5, tzinfo=UTC)
DAYS = 30
BUSY_A_DAY = 4
POOL, CANDIDATE = "panel", "town:candidate"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
"""Nine hours a day in Lisbon, four meetings of half an hour in them."""


@dataclass
class Town:
    service: Service
    commands: Transactions[Work]
    _offsets: Iterator[int] = field(default_factory=itertools.count)

    async def tell(self, events: Iterable[Event]) -> None:
        records = [self._record(event) for event in events]
        for first in range(0, len(records), 500):
            await self.service.batch.ingest(records[first : first + 500])

    def _record(self, event: Event) -> Record:
        number = next(self._offsets)
        one = encode(event, id=f"town-{number}", source="town", time=NOW)
        return Record(one.topic, 0, number, one.key.encode(), one.value, one.headers)

    async def settle(self) -> None:
        """Whatever is due by now, a search say, until nothing is."""
        while await self.service.runner.fire_due(now=NOW):
            pass

    async def book(self, interview_id: str, at: datetime) -> bool:
        command = BookSlot(interview_id, CANDIDATE, "Europe/Lisbon", at)
        use_case = UseCase(book_slot.needs, book_slot.book_slot)
        return await self.commands.command(Step(command, use_case), now=NOW) is None

    async def people(self, interviewers: int, *, meetings: bool) -> None:
        await self.tell(profile(number) for number in range(interviewers))
        if meetings:
            await self.tell(busy(number) for number in range(interviewers))


@asynccontextmanager
async def a_town(rig: Rig, interviewers: int, *, meetings: bool = True) -> AsyncIterator[Town]:
    async with rig.stage("scheduling", NOW) as stage:
        settings = Settings(
            database_url=stage.dsn,
            database_pool=20,
            kafka_bootstrap=rig.servers.kafka.bootstrap,
            clock_file=stage.clock.path,
            link_keys=rig.keys["public"],
        )
        async with build(settings, roles=()) as service:
            town = Town(service, Transactions(service.pool, service.batch.store))
            await town.people(interviewers, meetings=meetings)
            await service.pool.execute("vacuum analyze")
            yield town


def interviewer(number: int) -> str:
    return f"town:i-{number:04d}"


def profile(number: int) -> InterviewerProfileSet:
    return InterviewerProfileSet.model_validate(
        {
            "interviewer_id": interviewer(number),
            "zone": "Europe/Lisbon",
            "weekly_hours": {day: [{"start": "09:00", "end": "18:00"}] for day in WEEKDAYS},
            "buffer_after_minutes": 15,
            "pools": [{"pool_id": POOL}],
        }
    )


def busy(number: int) -> InterviewerBusySet:
    first = NOW.replace(hour=0)
    meetings = [
        (start, start + timedelta(minutes=30))
        for day in range(DAYS)
        for one in range(BUSY_A_DAY)
        for start in [first + timedelta(days=day, hours=9 + 2 * one, minutes=30 * (number % 4))]
    ]
    return InterviewerBusySet.model_validate(
        {
            "interviewer_id": interviewer(number),
            "range": {"starts_at": first, "ends_at": first + timedelta(days=DAYS)},
            "busy": [{"starts_at": begins, "ends_at": ends} for begins, ends in meetings],
        }
    )


def request(number: int, *, seats: int) -> InterviewRequested:
    return InterviewRequested.model_validate(
        {
            "application_id": f"town:app-{number}",
            "interview_id": f"town:int-{number}",
            "candidate_id": CANDIDATE,
            "hiring_team": {"recruiter_id": "town:recruiter"},
            "job": {"title": "Engineer"},
            "stage": {"name": "Panel"},
            "sessions": [
                {
                    "session_id": "talk",
                    "title": "Talk",
                    "minutes": 60,
                    "place": {"kind": "video", "url": "https://meet.example/talk"},
                    "seats": [{"pool_id": POOL} for _ in range(seats)],
                }
            ],
            "window": {"starts_at": NOW, "ends_at": NOW + timedelta(days=DAYS)},
            "notice_hours": 24,
            "step_minutes": 30,
        }
    )
