"""Wall time and instants: weekly hours in a zone become spans in UTC, whatever its clocks do.

A zone's time is cut into stretches of one offset each. Inside a stretch, wall time and instants differ by that
offset and nothing else: so a wall time that clocks skip is nowhere, and one that they show twice is there twice.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from scheduling.domain.span import Marks, Span, Spans, mark, united

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
MINUTES_OF_A_DAY = 24 * 60
PROBE = DAY
"""Clocks of one place are never moved twice within it."""

Hours = tuple[tuple[tuple[int, int], ...], ...]
"""For each weekday, Monday first: (start, end) in minutes of wall time; 1440 ends the day."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time during which a zone keeps one offset."""

    span: Span
    offset: timedelta


def offset_at(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    return offset if offset is not None else timedelta(0)


@lru_cache(maxsize=4096)
def transitions(zone_name: str, year: int) -> tuple[datetime, ...]:
    """When, in one year of UTC, the zone's clocks are moved."""
    zone = ZoneInfo(zone_name)
    probe, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found: list[datetime] = []
    while probe < end:
        after = probe + PROBE
        if offset_at(zone, probe) != offset_at(zone, after):
            found.append(_between(zone, probe, after))
        probe = after
    return tuple(found)


def _between(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = offset_at(zone, early)
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) // 2
        middle = middle.replace(microsecond=0)
        if offset_at(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late


def stretches(zone_name: str, span: Span) -> tuple[Stretch, ...]:
    """What `span` consists of, in pieces of one offset."""
    zone = ZoneInfo(zone_name)
    years = range(span.starts_at.year, span.ends_at.year + 1)
    moves = [one for year in years for one in transitions(zone_name, year)]
    edges = [span.starts_at, *(m for m in moves if span.starts_at < m < span.ends_at), span.ends_at]
    return tuple(Stretch(Span(a, b), offset_at(zone, a)) for a, b in pairwise(edges) if a < b)


def days_around(span: Span) -> Span:
    """Whole days of UTC, a day or more on either side: many a search asks for the same."""
    starts_at = _midnight((span.starts_at - DAY).date())
    return Span(starts_at, _midnight((span.ends_at + 2 * DAY).date()))


@lru_cache(maxsize=4096)
def open_hours(hours: Hours, zone_name: str, span: Span) -> Spans:
    """The instants of `span` at which a clock in the zone shows a time within the weekly hours."""
    found: list[Marks] = []
    for stretch in stretches(zone_name, span):
        for day in _days(stretch):
            midnight = _midnight(day) - stretch.offset
            for start, end in hours[day.weekday()]:
                starts_at = max(midnight + start * MINUTE, stretch.span.starts_at)
                ends_at = min(midnight + end * MINUTE, stretch.span.ends_at)
                found.append((mark(starts_at), mark(ends_at)))
    return Spans.of_marks(united(found))


@lru_cache(maxsize=16)
def ticks(zone_name: str, step_minutes: int, span: Span) -> tuple[datetime, ...]:
    """The instants of `span` at which the zone's wall time is a multiple of the step, in order."""
    return tuple(_ticks(zone_name, step_minutes, span))


@lru_cache(maxsize=16)
def tick_marks(zone_name: str, step_minutes: int, span: Span) -> "array[int]":
    """The same, in microseconds since 1970."""
    return array("q", [mark(one) for one in ticks(zone_name, step_minutes, span)])


def _ticks(zone_name: str, step_minutes: int, span: Span) -> Iterator[datetime]:
    for stretch in stretches(zone_name, span):
        for day in _days(stretch):
            midnight = _midnight(day) - stretch.offset
            for minute in range(0, MINUTES_OF_A_DAY, step_minutes):
                instant = midnight + minute * MINUTE
                if stretch.span.starts_at <= instant < stretch.span.ends_at:
                    yield instant


def is_tick(zone_name: str, step_minutes: int, instant: datetime) -> bool:
    local = instant.astimezone(ZoneInfo(zone_name))
    whole = local.second == 0 and local.microsecond == 0
    return whole and (local.hour * 60 + local.minute) % step_minutes == 0


def instants(day: date, minute: int, zone_name: str) -> tuple[datetime, ...]:
    """When clocks in the zone show this wall time: never, once, or twice."""
    midnight = _midnight(day)
    around = Span(midnight - DAY, midnight + 2 * DAY)
    shown = ((one, midnight + minute * MINUTE - one.offset) for one in stretches(zone_name, around))
    return tuple(at for one, at in shown if one.span.starts_at <= at < one.span.ends_at)


def is_ambiguous(instant: datetime, zone_name: str) -> bool:
    """Whether clocks in the zone show the same wall time at another instant too."""
    local = instant.astimezone(ZoneInfo(zone_name))
    return len(instants(local.date(), local.hour * 60 + local.minute, zone_name)) > 1


@lru_cache(maxsize=65_536)
def local_day(instant: datetime, zone_name: str) -> date:
    return instant.astimezone(ZoneInfo(zone_name)).date()


def local_week(instant: datetime, zone_name: str) -> date:
    """The Monday of the instant's week in the zone."""
    day = local_day(instant, zone_name)
    return day - timedelta(days=day.weekday())


def _days(stretch: Stretch) -> Iterator[date]:
    day = (stretch.span.starts_at + stretch.offset).date()
    last = (stretch.span.ends_at + stretch.offset).date()
    while day <= last:
        yield day
        day += DAY


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
