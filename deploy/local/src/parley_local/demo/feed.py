"""What the ATS says during the day: people, calendars, applications, requests, outcomes.

The same seed and number give the same feed, to the byte. A feed file has one JSON object a line:
`at` (when the ATS sends it), `topic`, `key`, `headers` and `value`, all as text.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parley_contracts import cloudevents
from parley_contracts.applications import (
    ApplicationAdvanced,
    ApplicationClosed,
    ApplicationOpened,
    CandidateContacted,
    InterviewImported,
    InterviewRequested,
)
from parley_contracts.event import Event, Upstream
from parley_contracts.interviewers import InterviewerBusySet, InterviewerProfileSet
from parley_contracts.people import PersonUpserted
from parley_local.demo import cast

SOURCE = "demo-ats"
FIRST_DAY = date(2027, 3, 8)
"""A Monday; clocks go forward in America on the 14th and in Europe on the 28th."""
STARTS_AT = datetime(2027, 3, 8, 5, tzinfo=UTC)
LASTS = timedelta(days=32)
HOUR = timedelta(hours=1)
"""How often this ATS says what is new."""
QUARTER = timedelta(minutes=15)
VISITED_AT = STARTS_AT + LASTS - timedelta(hours=16)
"""When the last application is opened: its times are on offer when the visitor comes."""
HIRED_AFTER = timedelta(days=15)
"""From then: later than the latest time on offer and the days in which both decide."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record as the ATS sends it."""

    at: datetime
    topic: str
    key: str
    headers: tuple[tuple[str, str], ...]
    value: str

    def to_json(self) -> str:
        row = {
            "at": self.at.isoformat(),
            "topic": self.topic,
            "key": self.key,
            "headers": dict(self.headers),
            "value": self.value,
        }
        return json.dumps(row, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Feed:
    lines: tuple[Line, ...]
    tempers: dict[str, cast.Temper]
    """Of candidates by address: what the simulated people are like."""
    visitor: str
    """The application that is left for whoever watches."""
    afterwards: tuple[Line, ...] = ()
    """What the ATS says of it once the day is over, as the visitor goes on in time."""

    @property
    def starts_at(self) -> datetime:
        return self.lines[0].at

    @property
    def ends_at(self) -> datetime:
        return max(self.lines[0].at + LASTS, self.lines[-1].at + QUARTER)


def make(*, applications: int, seed: int) -> Feed:
    writer = Writer(random.Random(seed))  # noqa: S311 - a game, and no secret
    for person in cast.staff():
        writer.say(STARTS_AT, person_event(person))
    for row in cast.STAFF:
        writer.say(STARTS_AT, profile(row[0], row[2]))
        writer.say(STARTS_AT, busy(row[0], row[2], writer.chance))
    tempers: dict[str, cast.Temper] = {}
    for number in range(applications):
        temper = cast.temper_of(number, chance=writer.chance)
        last = number == applications - 1
        person = cast.visitor(number) if last else cast.candidate(number)
        tempers[person.email] = temper
        writer.application(number, person, last=last)
    writer.broken(STARTS_AT + timedelta(hours=6))
    said = sorted(writer.lines, key=lambda line: line.at)
    over_at = STARTS_AT + LASTS
    return Feed(
        tuple(line for line in said if line.at < over_at),
        tempers,
        application_id(applications - 1),
        tuple(line for line in said if line.at >= over_at),
    )


def application_id(number: int) -> str:
    return f"demo:app-{number:04d}"


class Writer:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[Line] = []

    def say(self, at: datetime, event: Event) -> None:
        number = len(self.lines) + 1
        trace = f"00-{self.chance.getrandbits(128):032x}-{self.chance.getrandbits(64):016x}-01"
        record = cloudevents.encode(
            event, id=f"{SOURCE}-{number}", source=SOURCE, time=at, traceparent=trace
        )
        headers = tuple((name, value.decode()) for name, value in record.headers)
        self.lines.append(Line(at, record.topic, record.key, headers, record.value.decode()))

    def broken(self, at: datetime) -> None:
        """A request whose session lasts minus thirty minutes: somebody's export went wrong."""
        good = next(one for one in self.lines if '"sessions"' in one.value)
        data = json.loads(good.value) | {"interview_id": "demo:int-broken"}
        data["sessions"][0]["minutes"] = -30
        headers = dict(good.headers) | {"ce_id": f"{SOURCE}-broken"}
        self.lines.append(Line(at, good.topic, good.key, tuple(headers.items()), json.dumps(data)))

    def application(self, number: int, person: cast.Person, *, last: bool) -> None:
        opened_at = STARTS_AT + timedelta(days=number % 5, hours=1 + number % 6)
        if last:
            opened_at = VISITED_AT
        recruiter = cast.RECRUITERS[number % 2]
        about = plan(number, person, recruiter)
        if last:
            about["decide_in"] = "parley"
        self.say(opened_at - HOUR, person_event(person))
        self.say(
            opened_at,
            ApplicationOpened(
                application_id=application_id(number),
                candidate_id=person.person_id,
                job=about["job"],
                hiring_team=about["hiring_team"],
                upstream=Upstream(system="demo", refs={"requisition": f"R-{number % 7}"}),
            ),
        )
        request_at = opened_at + HOUR
        if number % 10 == 9 and not last:
            self.say(request_at, imported(number, about, request_at))
        else:
            self.say(request_at, requested(number, about, request_at))
        if last:
            hired = ApplicationClosed(application_id=application_id(number), outcome="hired")
            self.say(opened_at + HIRED_AFTER, hired)
        else:
            self.outcome(number, about["decide_in"])

    def outcome(self, number: int, decide_in: object) -> None:
        """What the ATS decides in the end; number 7 is rejected in mid-flow. Most people are called
        in between, and a sixth of them hear nothing for longer than was promised.
        """
        app = application_id(number)
        if number % 60 == 7:
            self.say(
                STARTS_AT + timedelta(days=8, hours=5),
                ApplicationClosed(application_id=app, outcome="rejected"),
            )
            return
        if number % 6 != 5:
            for day in (7, 12):
                said_at = STARTS_AT + timedelta(days=day, hours=10)
                self.say(said_at, CandidateContacted(application_id=app, channel="phone"))
        ended_at = STARTS_AT + timedelta(days=15 + number % 3, hours=9)
        if decide_in == "ats" and number % 4 != 3:
            self.say(
                STARTS_AT + timedelta(days=14, hours=8),
                ApplicationAdvanced(application_id=app, stage_name="Offer"),
            )
        outcome = ("hired", "rejected", "rejected", "job_closed")[number % 4]
        self.say(ended_at, ApplicationClosed(application_id=app, outcome=outcome))


JOBS = (
    ("Backend engineer", "Payments", "EUR", "68000", "84000"),
    ("Product designer", "Booking", "EUR", "60000", "75000"),
    ("Site reliability engineer", "Platform", "GBP", "72000", "90000"),
    ("Data engineer", "Insights", "EUR", "65000", "82000"),
)


def plan(number: int, person: cast.Person, recruiter: str) -> dict[str, object]:
    title, team, currency, least, most = JOBS[number % len(JOBS)]
    return {
        "candidate_id": person.person_id,
        "hiring_team": {
            "recruiter_id": recruiter,
            "coordinator_id": cast.COORDINATOR,
            "decider_ids": ["staff:ines"],
        },
        "job": {"title": title, "team": team, "location": "Lisbon, or from home"},
        "pay": {"currency": currency, "minimum": least, "maximum": most, "period": "year"},
        "stage": {
            "name": "Team interview",
            "assesses": ["How you take a problem apart", "Working with others"],
        },
        "materials": [
            {
                "label": "How we work",
                "url": "https://northwind.example/how-we-work",
                "audience": "candidate",
            },
            {
                "label": "Interview kit",
                "url": "https://northwind.example/kits/team",
                "audience": "interviewers",
            },
        ],
        "zone": "Europe/Lisbon",
        "decide_in": "ats" if number % 5 == 4 else "parley",
    }


def seats_of(number: int) -> list[Mapping[str, object]]:
    pool: Mapping[str, object] = {"pool_id": "engineers", "role": "Future colleague"}
    names = [row[0] for row in cast.STAFF]
    match number % 6:
        case 0:
            return [{"interviewer_id": names[number % 8], "role": "Hiring manager"}, pool]
        case 1:
            return [pool]
        case 2:
            team = [names[8], names[9], names[10]]
            return [{"one_of": team, "role": "From the team"}]
        case 3:
            shadow: Mapping[str, object] = {
                "interviewer_id": names[11],
                "shadow": True,
                "role": "Learning with us",
            }
            return [pool, shadow]
        case 4:
            return [
                {"interviewer_id": names[number % 8], "role": "Engineer", "scorecard": "ats"},
                pool,
            ]
        case _:
            return [{"interviewer_id": names[(number // 6) % 12], "role": "Engineer"}]


def session(number: int) -> dict[str, object]:
    kinds = (
        {"kind": "video", "url": f"https://meet.northwind.example/{number:04d}"},
        {"kind": "video", "url": f"https://meet.northwind.example/{number:04d}"},
        {"kind": "phone", "dial_in": "+351 21 000 0000"},
        {
            "kind": "onsite",
            "address": "Rua do Exemplo 12, Lisbon",
            "instructions": "Ring at Northwind.",
        },
    )
    return {
        "session_id": "team",
        "title": "Talking shop with the team",
        "minutes": 60 if number % 6 else 45,
        "candidate_minutes": 15,
        "about": "We look at a real problem of ours together; then it is your turn to ask.",
        "place": kinds[number % 4],
    }


def requested(number: int, about: dict[str, object], at: datetime) -> InterviewRequested:
    return InterviewRequested.model_validate(
        about
        | {
            "application_id": application_id(number),
            "interview_id": f"demo:int-{number:04d}",
            "sessions": [session(number) | {"seats": seats_of(number)}],
            "window": {"starts_at": at + timedelta(days=1), "ends_at": at + timedelta(days=8)},
            "notice_hours": 24,
            "step_minutes": 60,
        }
    )


def imported(number: int, about: dict[str, object], at: datetime) -> InterviewImported:
    """Two sessions that somebody arranged elsewhere, on the third working day from then."""
    starts_at = datetime.combine(at.date() + timedelta(days=2), time(13), UTC)
    seats = [{"interviewer_id": cast.STAFF[number // 10 % 8][0], "role": "Hiring manager"}]
    later = starts_at + timedelta(minutes=90)
    second = session(number) | {"session_id": "design", "title": "Designing something together"}
    return InterviewImported.model_validate(
        about
        | {
            "application_id": application_id(number),
            "interview_id": f"demo:int-{number:04d}",
            "sessions": [
                session(number) | {"seats": seats, "starts_at": starts_at},
                second | {"seats": seats, "starts_at": later},
            ],
        }
    )


def person_event(person: cast.Person) -> PersonUpserted:
    return PersonUpserted(
        person_id=person.person_id,
        name=person.name,
        email=person.email,
        zone=person.zone,
        locale=person.locale,
        title=person.title,
        pronouns=person.pronouns,
        bio=person.bio,
    )


def profile(person_id: str, zone: str) -> InterviewerProfileSet:
    day = [{"start": "09:00", "end": "12:30"}, {"start": "13:30", "end": "17:30"}]
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), day)
    return InterviewerProfileSet.model_validate(
        {
            "interviewer_id": person_id,
            "zone": zone,
            "weekly_hours": week,
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 15,
            "limits": {"per_day": 3, "per_week": 10},
            "pools": [{"pool_id": "engineers"}],
        }
    )


def busy(person_id: str, zone: str, chance: random.Random) -> InterviewerBusySet:
    """Four weeks of a calendar: a meeting or two on most days."""
    meetings = []
    for day in working_days(FIRST_DAY, 28):
        for hour in chance.sample((9, 10, 11, 14, 15, 16), chance.choice((0, 1, 1, 2))):
            starts_at = datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
            meetings.append({"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)})
    whole = {"starts_at": STARTS_AT - timedelta(days=1), "ends_at": STARTS_AT + timedelta(days=30)}
    return InterviewerBusySet.model_validate(
        {"interviewer_id": person_id, "range": whole, "busy": meetings}
    )


def working_days(first: date, count: int) -> Iterator[date]:
    days: Sequence[date] = [first + timedelta(days=number) for number in range(count)]
    return (day for day in days if day.weekday() < 5)
