"""What came before the interview that it is about: kept, and applied when the interview is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class EarlyAnswer:
    session_id: str
    person_id: str
    starts_at: datetime
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Early:
    id: str
    answers: tuple[EarlyAnswer, ...] = ()
    cancelled: Mapping[str, int] = field(default_factory=dict)
    """Revisions, by source, at which the interview was cancelled before it was asked for."""
