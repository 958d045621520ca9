"""Events as an ATS and the other services publish them, and a small world to play them in."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from feedback.consumers import SUBSCRIPTIONS
from feedback.domain.round import Round
from feedback.ports import Work
from feedback.timers import USE_CASES
from feedback.working_set import Fired, Needs, NotLoaded, Refusal, UseCase
from parley_contracts import applications, cloudevents, interviews, plan
from parley_contracts.cloudevents import Received, Tombstone
from parley_contracts.event import Event
from parley_contracts.topics import TOPICS, published_as

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
APPLICATION = "ats:a1"
INTERVIEW = "ats:i1"
CANDIDATE = "ats:candidate"
ANNA, BOB, SHADOW, ATS_SEAT = "ats:anna", "ats:bob", "ats:shadow", "ats:upstream"
RECRUITER, DECIDER, COORDINATOR = "ats:recruiter", "ats:decider", "ats:coordinator"
TEAM = plan.HiringTeam(recruiter_id=RECRUITER, coordinator_id=COORDINATOR, decider_ids=(DECIDER,))
JOB = plan.Job(title="Engineer", job_id="ats:j1", team="Payments")
STAGE = plan.Stage(name="Onsite", assesses=("Design", "Teamwork"))
SESSION_AT = START + timedelta(days=3)
AT_ONCE = 10
"""How often one timer may come due at one moment."""


def seat(interviewer_id: str, **values: Any) -> interviews.Seat:
    return interviews.Seat(interviewer_id=interviewer_id, status="seated", **values)


SEATS = (
    seat(ANNA, role="Hiring manager"),
    seat(BOB),
    seat(SHADOW, shadow=True),
    seat(ATS_SEAT, scorecard="ats"),
)


def a_session(session_id: str = "s1", **values: Any) -> interviews.Session:
    starts_at = values.pop("starts_at", SESSION_AT)
    return interviews.Session(
        **{
            "session_id": session_id,
            "title": "System design",
            "minutes": 60,
            "about": "We talk about a system that you know.",
            "place": plan.Place(kind="video", url="https://meet.example.com/abc"),
            "status": "booked",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=60) if starts_at else None,
            "seats": SEATS,
        }
        | values
    )


def an_interview(**values: Any) -> interviews.Interview:
    return interviews.Interview(
        **{
            "interview_id": INTERVIEW,
            "application_id": APPLICATION,
            "candidate_id": CANDIDATE,
            "status": "booked",
            "hiring_team": TEAM,
            "job": JOB,
            "stage": STAGE,
            "materials": (
                plan.Material(
                    label="Our handbook", url="https://example.com/handbook", audience="both"
                ),
                plan.Material(
                    label="Interview kit", url="https://example.com/kit", audience="interviewers"
                ),
            ),
            "zone": "Europe/Berlin",
            "candidate_zone": "Asia/Kolkata",
            "sessions": (a_session(),),
        }
        | values
    )


def booked(revision: int = 2, **values: Any) -> interviews.InterviewBooked:
    return interviews.InterviewBooked(
        revision=revision, interview=an_interview(**values), by="candidate"
    )


def ended(revision: int = 3, session_id: str = "s1", **values: Any) -> interviews.SessionEnded:
    sessions = tuple(
        one.model_copy(update={"status": "ended"}) if one.session_id == session_id else one
        for one in values.pop("sessions", (a_session(),))
    )
    last = all(one.status == "ended" for one in sessions)
    status = "ended" if last else "booked"
    interview = an_interview(sessions=sessions, status=status, **values)
    return interviews.SessionEnded(
        revision=revision, interview=interview, session_id=session_id, last=last
    )


def cancelled(revision: int = 4, **values: Any) -> interviews.InterviewCancelled:
    interview = an_interview(status="cancelled", **values)
    return interviews.InterviewCancelled(revision=revision, interview=interview)


def opened(**values: Any) -> applications.ApplicationOpened:
    return applications.ApplicationOpened(
        **{
            "application_id": APPLICATION,
            "candidate_id": CANDIDATE,
            "job": JOB,
            "hiring_team": TEAM,
        }
        | values
    )


def closed(outcome: str = "rejected", **values: Any) -> applications.ApplicationClosed:
    return applications.ApplicationClosed(application_id=APPLICATION, outcome=outcome, **values)


def received(event: Event, *, at: datetime, source: str = "ats", number: int = 0) -> Received:
    topic, _ = published_as(type(event))
    record = cloudevents.encode(event, id=f"{source}-{number}-{at}", source=source, time=at)
    found = cloudevents.decode(
        topic, record.key.encode(), record.value, [(name, value) for name, value in record.headers]
    )
    assert isinstance(found, Received)
    return found


@dataclass
class World:
    """The service without its shell: rows, timers and what was published, all in memory."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    timers: dict[tuple[str, str], datetime] = field(default_factory=dict)
    published: list[tuple[datetime, Any]] = field(default_factory=list)
    now: datetime = START
    numbers: Any = field(default_factory=count)

    def copy(self) -> "World":
        rows = {name: dict(rows) for name, rows in self.rows.items()}
        return replace(self, rows=rows, timers=dict(self.timers), published=list(self.published))

    def hear(self, *events: Event, at: datetime | None = None) -> Refusal | None:
        """Events as they come in; `at` is when they happened."""
        answer = None
        for event in events:
            message = received(event, at=at or self.now, number=next(self.numbers))
            answer = self.run(message, SUBSCRIPTIONS.events[type(event)])
        return answer

    def erase(self, person_id: str) -> None:
        (use_case,) = SUBSCRIPTIONS.tombstones.values()
        self.run(Tombstone(person_id), use_case)

    def do(self, module: Any, command: Any) -> Refusal | None:
        """What a page does."""
        name = module.__name__.rpartition(".")[2]
        return self.run(command, UseCase(module.needs, getattr(module, name)))

    def run(self, message: Any, use_case: UseCase[Any, Work]) -> Refusal | None:
        needs = use_case.needs(message, Work())
        while True:
            work = self._load(needs)
            more = use_case.needs(message, work) - needs
            if more:
                needs |= more
                continue
            try:
                answer = use_case.run(message, work, now=self.now)
            except NotLoaded as missing:
                needs |= missing.missing
                continue
            break
        if answer is not None:
            assert not work.outgoing
            assert not any(any(vars_of(rows.changes())) for rows in work.tables().values())
        self._flush(work)
        return answer

    def until(self, moment: datetime) -> None:
        """Time passes, and what comes due comes due at its moment."""
        fired: Counter[tuple[str, str, datetime]] = Counter()
        while True:
            due = sorted((at, key) for key, at in self.timers.items() if at <= moment)
            if not due:
                break
            at, key = due[0]
            self.now = max(self.now, at)
            del self.timers[key]
            fired[(*key, self.now)] += 1
            assert fired[(*key, self.now)] < AT_ONCE, "a timer that sets itself for ever"
            self.run(Fired(key[0], key[1], at), USE_CASES[key[0]])
        self.now = max(self.now, moment)

    def round(self, interview_id: str = INTERVIEW) -> Round:
        found = self.rows["round"][interview_id]
        assert isinstance(found, Round)
        return found

    def said(self, kind: type[Event]) -> list[Any]:
        return [event for _, event in self.published if isinstance(event, kind)]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for _, event in self.published]

    def _load(self, needs: Needs) -> Work:
        work = Work()
        tables = work.tables()
        for name, row_id in (*needs.ids, *needs.seen):
            tables[name].loaded({row_id: self.rows.get(name, {}).get(row_id)})
        for name, column, value in needs.matches:
            tables[name].asked(column, [value])
            found = {
                row.id: row
                for row in self.rows.get(name, {}).values()
                if value in as_tuple(getattr(row, column))
            }
            tables[name].loaded(found)
        return work

    def _flush(self, work: Work) -> None:
        for name, rows in work.tables().items():
            changes = rows.changes()
            table = self.rows.setdefault(name, {})
            table.update({row.id: row for row in (*changes.inserted, *changes.updated)})
        for key, alarm in work.timers.changes.items():
            self.timers.pop(key, None)
            if alarm is not None:
                self.timers[key] = alarm.due_at
        self.published += [(one.at, one.event) for one in work.outgoing]
        for one in work.outgoing:
            assert published_as(type(one.event))[0].name in TOPICS


def as_tuple(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def vars_of(changes: Any) -> tuple[Any, ...]:
    return changes.inserted, changes.updated, changes.deleted


def revisions(published: list[tuple[datetime, Any]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for _, event in published:
        topic = published_as(type(event))[0]
        found.setdefault(f"{topic.name}/{event.aggregate_id}", []).append(event.revision)
    return found
