"""Where an application stands, as far as its interviews depend on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NoShow:
    interview_id: str
    session_id: str
    absent: str
    reported_by: str
    at: datetime | None = None
    """When it was said last; what was kept before this was does not tell."""


@dataclass(frozen=True, slots=True)
class Decline:
    """A side's decision against going on, once it was told."""

    side: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    standing: Standing = Standing.OPEN
    hold_until: datetime | None = None
    decline: Decline | None = None
    no_shows: tuple[NoShow, ...] = ()
    rounds_seen: Mapping[str, int] = field(default_factory=dict)

    def takes(self, window_ends_at: datetime) -> bool:
        """Whether something that ends then may still be arranged."""
        if self.standing == Standing.ON_HOLD:
            return self.hold_until is not None and window_ends_at > self.hold_until
        return self.standing != Standing.CLOSED
