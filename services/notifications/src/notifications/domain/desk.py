"""A recruiter's or coordinator's desk: what the next digest says, and when it is due."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.domain.changed import changed
from notifications.domain.correspondence import Line

DIGEST_AT = time(8)
MOST_NEWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    id: str
    news: tuple[Line, ...] = ()
    digest_at: datetime | None = None
    zone: str | None = None
    """Of the company's side, for someone whose own is not known."""

    def add_news(self, lines: tuple[Line, ...]) -> "Desk":
        fresh = tuple(one for one in lines if not self._has(one))
        return changed(self, news=(*self.news, *fresh)[-MOST_NEWS:])

    def _has(self, line: Line) -> bool:
        """Most of the hundred are about other interviews: a quarter of the time of comparing whole lines."""
        about = line.interview_id
        return any(one.interview_id == about and one == line for one in self.news)


_SAME_MATTER = {"update_overdue": "update_due", "card_missing": "card_overdue"}
"""What is open under one name and moved under another."""


def news_beside(lines: tuple[Line, ...], news: tuple[Line, ...]) -> tuple[Line, ...]:
    """What has moved, and does not stand among what needs the reader anyhow."""
    open_now = {_matter(line) for line in lines}
    return tuple(line for line in news if _matter(line) not in open_now)


def _matter(line: Line) -> tuple[str | None, ...]:
    kind = _SAME_MATTER.get(line.kind, line.kind)
    return (kind, line.interview_id, line.candidate_id, line.job_title)


def next_digest(now: datetime, zone: str | None) -> datetime:
    """The next 08:00 of the reader's wall clock that is later than `now`."""
    local = now.astimezone(ZoneInfo(zone or "UTC"))
    day = local.date()
    while True:
        due = datetime.combine(day, DIGEST_AT, local.tzinfo).astimezone(UTC)
        if due > now:
            return due
        day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Open:
    """What is found open for someone when their digest is due, oldest first."""

    lines: tuple[Line, ...]
