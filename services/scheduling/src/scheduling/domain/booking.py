"""A seat that is taken: one interviewer, one session, one time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduling.domain.span import Span

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Booking:
    id: str
    interview_id: str
    session_id: str
    interviewer_id: str
    starts_at: datetime
    ends_at: datetime
    held_until: datetime
    """The end and the larger buffer as it stood when this was booked; of an imported seat, the end."""
    imported: bool
    weeks: tuple[str, ...]
    """Keys to find it by: its interviewer's weeks that it touches."""

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)


def booking(
    booking_id: str,
    interview_id: str,
    session_id: str,
    interviewer_id: str,
    span: Span,
    *,
    buffer: timedelta,
    imported: bool,
) -> Booking:
    held_until = span.ends_at if imported else span.ends_at + buffer
    return Booking(
        booking_id,
        interview_id,
        session_id,
        interviewer_id,
        span.starts_at,
        span.ends_at,
        held_until,
        imported,
        weeks_of(interviewer_id, Span(span.starts_at, held_until)),
    )


def weeks_of(interviewer_id: str, span: Span) -> tuple[str, ...]:
    """Keys of the ISO weeks (of UTC) that a span touches."""
    keys: list[str] = []
    monday = _monday(span.starts_at)
    while monday <= span.ends_at:
        year, week, _ = monday.isocalendar()
        keys.append(f"{interviewer_id}@{year}-{week:02}")
        monday += WEEK
    return tuple(keys)


def weeks_around(interviewer_id: str, span: Span) -> tuple[str, ...]:
    """Keys of all that can matter to a session at `span`: its week in any zone, and its neighbours."""
    return weeks_of(interviewer_id, span.widened(WEEK + timedelta(days=1), WEEK))


def _monday(instant: datetime) -> datetime:
    day = instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
