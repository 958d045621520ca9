"""What stands in an interviewer's calendar, as far as it was told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from scheduling.domain.booking import Booking
from scheduling.domain.span import Span


@dataclass(frozen=True, slots=True)
class Entry:
    span: Span
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    entries: tuple[Entry, ...] = ()

    def replaced(self, told: Span, entries: Iterable[Entry]) -> "Calendar":
        """What is told of a range replaces what was known of it; an entry across its edge is cut there."""
        kept = [piece for entry in self.entries for piece in _outside(entry, told)]
        fresh = [*kept, *entries]
        ordered = sorted(fresh, key=lambda entry: (entry.span, entry.uid or ""))
        return Calendar(self.id, self.seen, tuple(ordered))

    def busy(self, bookings: Iterable[Booking]) -> tuple[Span, ...]:
        """All but the entries that are these bookings themselves."""
        ours = tuple(bookings)
        return tuple(
            entry.span for entry in self.entries if not any(is_same(entry, one) for one in ours)
        )


def is_same(entry: Entry, booking: Booking) -> bool:
    """The invitation to a booking that is ours, or the very time of one that was made elsewhere."""
    if booking.imported and entry.span == booking.span:
        return True
    return entry.uid is not None and entry.uid.partition("@")[0] == invitation_uid(booking)


def invitation_uid(booking: Booking) -> str:
    """What stands before the @ in the UID of the calendar entries that notifications writes."""
    return sha256(f"{booking.interview_id}\n{booking.session_id}".encode()).hexdigest()[:40]


def _outside(entry: Entry, told: Span) -> list[Entry]:
    pieces = (
        Span(entry.span.starts_at, min(entry.span.ends_at, told.starts_at)),
        Span(max(entry.span.starts_at, told.ends_at), entry.span.ends_at),
    )
    return [Entry(piece, entry.uid) for piece in pieces if piece.starts_at < piece.ends_at]
