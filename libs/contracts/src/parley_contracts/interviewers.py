"""`ats.interviewers.v1` and `ats.busy.v1`: who can interview, and when."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, Strict, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from parley_contracts.event import Event
from parley_contracts.ids import InterviewerId, PoolId
from parley_contracts.known import Known
from parley_contracts.text import Label
from parley_contracts.times import BufferMinutes, Interval, LocalTime, Value, Zone


class Training(StrEnum):
    """How far someone is in learning to interview for a pool: only `trained` fills a seat alone."""

    SHADOW = "shadow"
    REVERSE_SHADOW = "reverse_shadow"
    TRAINED = "trained"


class InterviewerEvent(Event):
    interviewer_id: InterviewerId

    @property
    def aggregate_id(self) -> str:
        return self.interviewer_id


class Hours(Value):
    """Wall time of one day; a shift past midnight is two of them."""

    start: LocalTime
    end: LocalTime

    @field_validator("end")
    @classmethod
    def _after_start(cls, value: str, info: ValidationInfo) -> str:
        if value <= info.data.get("start", ""):
            raise PydanticCustomError("hours", "Input should be later than start")
        return value


DayHours = Annotated[tuple[Hours, ...], Field(max_length=6)]


class WeeklyHours(Value):
    monday: DayHours = ()
    tuesday: DayHours = ()
    wednesday: DayHours = ()
    thursday: DayHours = ()
    friday: DayHours = ()
    saturday: DayHours = ()
    sunday: DayHours = ()

    def of_weekday(self, weekday: int) -> tuple[Hours, ...]:
        """By `date.weekday()`: Monday is 0."""
        week = (self.monday, self.tuesday, self.wednesday, self.thursday)
        return (*week, self.friday, self.saturday, self.sunday)[weekday]


class Limits(Value):
    """How many sessions at most, counted in the interviewer's zone; the week starts on Monday."""

    per_day: Annotated[int, Strict(), Field(ge=1, le=24)] | None = None
    per_week: Annotated[int, Strict(), Field(ge=1, le=100)] | None = None


class PoolMembership(Value):
    pool_id: PoolId
    skills: Annotated[tuple[Label, ...], Field(max_length=20)] = ()
    training: Annotated[str, Known(Training)] = Training.TRAINED


class InterviewerProfileSet(InterviewerEvent):
    """When and for what someone can interview: a full replacement. A null value ends it."""

    zone: Zone
    weekly_hours: WeeklyHours
    buffer_before_minutes: BufferMinutes = 0
    buffer_after_minutes: BufferMinutes = 0
    limits: Limits = Limits()
    pools: Annotated[tuple[PoolMembership, ...], Field(max_length=40)] = ()
    pauses: Annotated[tuple[Interval, ...], Field(max_length=40)] = ()


class BusyInterval(Interval):
    ical_uid: Annotated[str, Field(max_length=255, pattern=r"^[\x21-\x7e]+$")] | None = None
    """Of the calendar entry: how our own invites are known again."""


class InterviewerBusySet(InterviewerEvent):
    """Everything that a calendar holds in `range`: it replaces what was known of that range."""

    range: Interval
    busy: Annotated[tuple[BusyInterval, ...], Field(max_length=1000)] = ()

    @field_validator("busy")
    @classmethod
    def _touches_the_range(
        cls, busy: tuple[BusyInterval, ...], info: ValidationInfo
    ) -> tuple[BusyInterval, ...]:
        whole = info.data.get("range")
        if isinstance(whole, Interval) and not all(one.overlaps(whole) for one in busy):
            raise PydanticCustomError("busy", "Input should lie in range, at least in part")
        return busy
