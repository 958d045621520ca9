"""What use cases and pages stand on: the working set, and the roles that adapters play."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from parley_contracts.links import LinkClaims
from scheduling.domain.application import Application, NoShow
from scheduling.domain.booking import Booking
from scheduling.domain.calendar import Calendar
from scheduling.domain.early import Early
from scheduling.domain.interview import Interview
from scheduling.domain.interviewer import Interviewer
from scheduling.domain.offer import Offer
from scheduling.domain.person import Person
from scheduling.domain.slots import Diary
from scheduling.domain.span import Span
from scheduling.working_set import KeptRecords, Refusal, Rows, Step, WorkingSet


@dataclass(slots=True)
class Work(WorkingSet):
    """The rows of one transaction, by table."""

    persons: Rows[Person] = field(default_factory=lambda: Rows("person", ("merged_into",)))
    interviewers: Rows[Interviewer] = field(
        default_factory=lambda: Rows("interviewer", ("pool_ids",))
    )
    calendars: Rows[Calendar] = field(default_factory=lambda: Rows("calendar"))
    applications: Rows[Application] = field(default_factory=lambda: Rows("application"))
    early: Rows[Early] = field(default_factory=lambda: Rows("early"))
    interviews: Rows[Interview] = field(
        default_factory=lambda: Rows(
            "interview", ("application_id", "candidate_id", "concerns", "writers")
        )
    )
    offers: Rows[Offer] = field(default_factory=lambda: Rows("offer"))
    bookings: Rows[Booking] = field(
        default_factory=lambda: Rows("booking", ("interview_id", "weeks"))
    )
    kept_records: Rows[KeptRecords] = field(default_factory=lambda: Rows("kept_records"))


class Clock(Protocol):
    def now(self) -> datetime: ...


class Commands(Protocol):
    """Runs one message in a transaction of its own; None, or why it was refused."""

    async def command(self, step: Step[Any, Work], *, now: datetime) -> Refusal | None: ...


class Links(Protocol):
    """What a token claims, signature checked and expiry not; None for what is none of ours."""

    def claims(self, token: str) -> LinkClaims | None: ...


class Reader(Protocol):
    """Reads for pages, without locks."""

    async def interview(self, interview_id: str) -> Interview | None: ...

    async def offer(self, interview_id: str) -> Offer | None: ...

    async def persons(self, ids: Collection[str]) -> Mapping[str, Person]:
        """Those that are known; whoever was merged is found as who they are now."""
        ...

    async def known_as(self, person_id: str) -> frozenset[str]:
        """The id and all that were merged into it."""
        ...

    async def no_shows(self, interview: Interview) -> tuple[NoShow, ...]:
        """What was reported of it, in the order in which it was said."""
        ...

    async def diaries(self, interview: Interview, span: Span) -> Mapping[str, Diary]:
        """Of everyone who may sit in this interview, as far as they matter to the span."""
        ...
