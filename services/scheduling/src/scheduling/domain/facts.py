"""What timers' use cases are given to work on: read widely beforehand, without locks."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.domain.slots import Diary, Wish

ENOUGH = 3
"""An offer of so many slots is left as it is."""


@dataclass(frozen=True)
class Found:
    """For one search: what is wished for, and everyone's time."""

    wish: Wish
    diaries: Mapping[str, Diary]


@dataclass(frozen=True, slots=True)
class Affected:
    """Interviews that an interviewer matters to, as they were a moment ago."""

    open: tuple[str, ...] = ()
    booked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Short:
    """Interviews with too few slots left, or none."""

    interviews: tuple[str, ...]
