"""What drives the system: an ATS that asks for interviews, and people who do at once what their mail asks of them.

Both use the real inputs only, the topics and the pages, and note what was acknowledged.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote

import httpx
from tests.faults.history import Command

from parley_contracts.applications import ApplicationClosed, ApplicationOpened, InterviewRequested
from parley_contracts.interviewers import InterviewerBusySet, InterviewerProfileSet
from parley_local.demo import cast, feed
from parley_local.demo.feed import STARTS_AT, Line
from parley_local.demo.people import Intention, People

AGAIN_SECONDS = 0.5
"""Of the wall: until somebody opens a page again that did not answer."""
WINDOW = timedelta(days=8)
SESSIONS_OVER = WINDOW + timedelta(days=2)
"""After the request."""
TEMPERS = (cast.Temper.STEADY, cast.Temper.MOVES, cast.Temper.CANCELS, cast.Temper.SAYS_LITTLE)
WEIGHTS = (45, 30, 15, 10)
POOL = {"pool_id": "everybody", "role": "Future colleague"}


@dataclass
class Ats:
    """As many interviews as are asked for, the same for the same seed; always enough interviewers."""

    seed: int
    interviewers: int
    tempers: dict[str, cast.Temper] = field(default_factory=dict)
    asked: int = 0
    signs: int = 0
    _writer: feed.Writer = field(init=False)
    _told: int = 0

    def __post_init__(self) -> None:
        self._writer = feed.Writer(random.Random(self.seed))

    def people(self) -> list[Line]:
        for person in cast.staff():
            self._writer.say(STARTS_AT, feed.person_event(person))
        for number in range(self.interviewers):
            person_id = interviewer(number)
            address = f"{person_id.replace(':', '.')}@{cast.COMPANY}"
            person = cast.Person(person_id, f"Interviewer {number}", address, "Europe/Lisbon", "en")
            self._writer.say(STARTS_AT, feed.person_event(person))
            self._writer.say(STARTS_AT, profile(person_id))
        return self._fresh()

    def wave(self, count: int, at: datetime) -> list[Line]:
        """So many more applications, each with a request."""
        for number in range(self.asked, self.asked + count):
            person = cast.candidate(number)
            self.tempers[person.email] = self._writer.chance.choices(TEMPERS, WEIGHTS)[0]
            self._application(number, person, at)
        self.asked += count
        return self._fresh()

    def sign_of_life(self, at: datetime) -> list[Line]:
        """Everybody's data once more, at a time of its own: every service takes it in, and nothing changes."""
        self.signs += 1
        for person in cast.staff():
            self._writer.say(at + timedelta(microseconds=self.signs), feed.person_event(person))
        return self._fresh()

    def calendar(self, person_id: str, number: int, at: datetime) -> list[Line]:
        """A meeting far away from any interview, at another minute each time."""
        far = at + timedelta(days=400)
        whole = {"starts_at": far, "ends_at": far + timedelta(days=1)}
        begins = far + timedelta(minutes=number % 1_000)
        meeting = {"starts_at": begins, "ends_at": begins + timedelta(minutes=30)}
        told = {"interviewer_id": person_id, "range": whole, "busy": [meeting]}
        self._writer.say(at, InterviewerBusySet.model_validate(told))
        return self._fresh()

    def outcomes(self, latest: int, at: datetime) -> list[Line]:
        """Every third of the latest applications is closed when its interview is over."""
        for number in range(self.asked - latest, self.asked, 3):
            closed = ApplicationClosed(
                application_id=feed.application_id(number), outcome="rejected"
            )
            self._writer.say(at, closed)
        return self._fresh()

    def _application(self, number: int, person: cast.Person, at: datetime) -> None:
        about = feed.plan(number, person, cast.RECRUITERS[number % 2])
        opened = ApplicationOpened(
            application_id=feed.application_id(number),
            candidate_id=person.person_id,
            job=about["job"],
            hiring_team=about["hiring_team"],
        )
        window = {"starts_at": at + timedelta(days=1), "ends_at": at + WINDOW}
        request = InterviewRequested.model_validate(
            about
            | {
                "application_id": opened.application_id,
                "interview_id": f"demo:int-{number:04d}",
                "sessions": [feed.session(number) | {"seats": list(self._seats(number))}],
                "window": window,
                "notice_hours": 24,
                "step_minutes": 60,
            }
        )
        for event in (feed.person_event(person), opened, request):
            self._writer.say(at, event)

    def _seats(self, number: int) -> Iterator[Mapping[str, object]]:
        named = interviewer(number % self.interviewers)
        match number % 3:
            case 0:
                yield {"interviewer_id": named, "role": "Hiring manager"}
                yield POOL
            case 1:
                yield POOL
            case _:
                others = [interviewer((number + more) % self.interviewers) for more in range(3)]
                yield {"one_of": others, "role": "From the team"}

    def _fresh(self) -> list[Line]:
        fresh = self._writer.lines[self._told :]
        self._told = len(self._writer.lines)
        return fresh


def interviewer(number: int) -> str:
    return f"staff:w-{number:03d}"


def profile(person_id: str) -> InterviewerProfileSet:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return InterviewerProfileSet.model_validate(
        {
            "interviewer_id": person_id,
            "zone": "Europe/Lisbon",
            "weekly_hours": {day: [{"start": "07:00", "end": "21:00"}] for day in days},
            "buffer_after_minutes": 15,
            "pools": [{"pool_id": "everybody"}],
        }
    )


class Prompt(People):
    """People who look at once, and again in half a second of the wall where a page does not answer."""

    waiting: list[tuple[float, Intention]]

    def due(self, now: datetime) -> bool:
        return bool(self._again()) or super().due(now)

    def read_mail(self, now: datetime) -> None:
        for ready in [one for one in self._again() if one[0] <= time.monotonic()]:
            self.waiting.remove(ready)
            plan = ready[1]
            self._plans.setdefault((plan.person, plan.purpose, plan.about), plan)
        super().read_mail(now)

    def _when(self, person: str, purpose: str, now: datetime, chance: random.Random) -> datetime:
        del person, purpose, chance
        return now

    def _try_again(self, plan: Intention, now: datetime) -> None:
        del now
        self._again().append((time.monotonic() + AGAIN_SECONDS, plan))

    def _again(self) -> list[tuple[float, Intention]]:
        if not hasattr(self, "waiting"):
            self.waiting = []
        return self.waiting


@dataclass
class Listening(httpx.AsyncBaseTransport):
    """Lets people's requests through and notes every form: with its answer, or that none came."""

    through: httpx.AsyncBaseTransport
    now: Callable[[], datetime]
    commands: list[Command] = field(default_factory=list)
    seen: dict[int, httpx.Request] = field(default_factory=dict)
    """By port: what was asked for a page that somebody saw."""
    slowest: float = 0.0
    """Seconds that somebody waited for an answer, or for none."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        status = None
        try:
            response = await self.ask(request)
            status = response.status_code
        finally:
            if request.method == "POST":
                self.commands.append(command_of(request, status, self.now()))
        if request.method == "GET" and status == httpx.codes.OK and request.url.port is not None:
            self.seen[request.url.port] = request
        return response

    async def ask(self, request: httpx.Request) -> httpx.Response:
        began = time.monotonic()
        try:
            return await self.through.handle_async_request(request)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)

    async def aclose(self) -> None:
        await self.through.aclose()


def command_of(request: httpx.Request, status: int | None, at: datetime) -> Command:
    path = unquote(request.url.path)
    form: dict[str, Sequence[str]] = dict(parse_qs(request.content.decode()))
    _, purpose, about, person, *action = path.split("/")
    said = action[-1] if action else form.get("do", ["?"])[0]
    return Command(person, purpose, about, said, form, at, status)
