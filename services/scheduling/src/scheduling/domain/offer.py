"""What is offered: the times themselves, which never leave this service."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """The slots of one interview, as last searched; its id is the interview's."""

    id: str
    starts: tuple[datetime, ...]
    people: tuple[str, ...]
    """Everyone whose time was looked at."""
    searched_at: datetime
