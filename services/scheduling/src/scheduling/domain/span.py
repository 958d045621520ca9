"""Half-open stretches of time, `[starts_at, ends_at)`, and how sets of them combine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

_start = attrgetter("starts_at")


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


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in as few spans as can be: sorted, disjoint, touching ones joined."""
    found: list[Span] = []
    for span in sorted((one for one in spans if one.starts_at < one.ends_at), key=_start):
        if found and span.starts_at <= found[-1].ends_at:
            ends_at = max(found[-1].ends_at, span.ends_at)
            found[-1] = Span(found[-1].starts_at, ends_at)
        else:
            found.append(span)
    return tuple(found)


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


def without(spans: Sequence[Span], blocked: Iterable[Span]) -> tuple[Span, ...]:
    """What lies in `spans`, which are sorted and disjoint, and in none of `blocked`."""
    walls = united(blocked)
    found: list[Span] = []
    j = 0
    for span in spans:
        starts_at = span.starts_at
        while j < len(walls) and walls[j].ends_at <= starts_at:
            j += 1
        k = j
        while k < len(walls) and walls[k].starts_at < span.ends_at:
            if walls[k].starts_at > starts_at:
                found.append(Span(starts_at, walls[k].starts_at))
            starts_at = max(starts_at, walls[k].ends_at)
            k += 1
        if starts_at < span.ends_at:
            found.append(Span(starts_at, span.ends_at))
    return tuple(found)
