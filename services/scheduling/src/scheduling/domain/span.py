"""Half-open stretches of time, `[starts_at, ends_at)`, and how sets of them combine."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Marks = tuple[int, int]
"""A span in microseconds since 1970."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: "Span") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: "Span") -> bool:
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def widened(self, before: timedelta, after: timedelta) -> "Span":
        return Span(self.starts_at - before, self.ends_at + after)


@dataclass(frozen=True, slots=True)
class Spans:
    """Many spans at sixteen bytes each, where objects take hundreds: a large company's calendars are kept as these."""

    starts: "array[int]"
    ends: "array[int]"
    """In microseconds since 1970."""

    @classmethod
    def of(cls, spans: Iterable[Span]) -> "Spans":
        return cls.of_marks(marks_of(one) for one in spans)

    @classmethod
    def of_marks(cls, marks: Iterable[Marks]) -> "Spans":
        starts, ends = array("q"), array("q")
        for starts_at, ends_at in marks:
            starts.append(starts_at)
            ends.append(ends_at)
        return cls(starts, ends)

    def marks(self) -> Iterator[Marks]:
        return zip(self.starts, self.ends, strict=True)

    def __iter__(self) -> Iterator[Span]:
        return (Span(instant(a), instant(b)) for a, b in self.marks())

    def __len__(self) -> int:
        return len(self.starts)


def mark(at: datetime) -> int:
    """In microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant(at: int) -> datetime:
    return EPOCH + at * MICROSECOND


def marks_of(span: Span) -> Marks:
    return mark(span.starts_at), mark(span.ends_at)


def united(marks: Iterable[Marks]) -> list[Marks]:
    """The same time in as few stretches as can be: sorted, disjoint, touching ones joined."""
    found: list[Marks] = []
    last = None
    for starts_at, ends_at in sorted(marks):
        if last is not None and starts_at <= last:
            last = max(last, ends_at)
            found[-1] = found[-1][0], last
        elif starts_at < ends_at:
            found.append((starts_at, ends_at))
            last = ends_at
    return found


def common(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """What lies in both; each side is sorted and disjoint."""
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        starts_at = max(left[i].starts_at, right[j].starts_at)
        ends_at = min(left[i].ends_at, right[j].ends_at)
        if starts_at < ends_at:
            found.append(Span(starts_at, ends_at))
        if left[i].ends_at <= right[j].ends_at:
            i += 1
        else:
            j += 1
    return tuple(found)


def without(spans: "Spans", blocked: Iterable[Marks]) -> "Spans":
    """What lies in `spans`, which are sorted and disjoint, and in none of `blocked`."""
    walls = united(blocked)
    found: list[Marks] = []
    j = 0
    for starts_at, ends_at in spans.marks():
        free_from = starts_at
        while j < len(walls) and walls[j][1] <= free_from:
            j += 1
        k = j
        while k < len(walls) and walls[k][0] < ends_at:
            if walls[k][0] > free_from:
                found.append((free_from, walls[k][0]))
            free_from = max(free_from, walls[k][1])
            k += 1
        if free_from < ends_at:
            found.append((free_from, ends_at))
    return Spans.of_marks(found)
