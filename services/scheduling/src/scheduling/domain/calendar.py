"""What stands in an interviewer's calendar, as far as it was told."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from scheduling.domain.booking import Booking
from scheduling.domain.span import Span, Spans, marks_of

LETTERS_OF_OURS = 40
OURS = re.compile(rf"([0-9a-f]{{{LETTERS_OF_OURS}}})(@.*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    span: Span
    uid: str | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """Any number of entries, in order; few have a UID that says anything to us."""

    spans: Spans = field(default_factory=lambda: Spans.of(()))
    uids: Mapping[int, str] = field(default_factory=dict)
    """By place."""

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Entries":
        given = tuple(entries)
        uids = {n: one.uid for n, one in enumerate(given) if one.uid is not None}
        return cls(Spans.of(one.span for one in given), uids)

    def __iter__(self) -> Iterator[Entry]:
        return (Entry(span, self.uids.get(n)) for n, span in enumerate(self.spans))

    def __len__(self) -> int:
        return len(self.spans)


@dataclass(frozen=True, slots=True)
class Calendar:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    entries: Entries = field(default_factory=Entries)

    def replaced(self, told: Span, entries: Iterable[Entry]) -> "Calendar":
        """What is told of a range replaces what was known of it; an entry across its edge is cut there."""
        kept = [piece for entry in self.entries for piece in _outside(entry, told)]
        fresh = [*kept, *entries]
        ordered = sorted(fresh, key=lambda entry: (entry.span, entry.uid or ""))
        return Calendar(self.id, self.seen, Entries.of(ordered))

    def busy(self, bookings: Iterable[Booking]) -> Spans:
        """All but the entries that are these bookings themselves: our invitation to one, or the very time of one
        that was made elsewhere.
        """
        known = tuple(bookings)
        invited = {invitation_uid(one) for one in known} if self.entries.uids else set()
        elsewhere = {marks_of(one.span) for one in known if one.imported}
        if not invited and not elsewhere:
            return self.entries.spans
        ours = {n for n, uid in self.entries.uids.items() if uid.partition("@")[0] in invited}
        return Spans.of_marks(
            one
            for n, one in enumerate(self.entries.spans.marks())
            if n not in ours and one not in elsewhere
        )


def uid_of_ours(uid: str | None) -> str | None:
    """Nothing where it cannot be one of an invitation of ours: what others call theirs is no business of ours."""
    return uid if uid is not None and OURS.fullmatch(uid) else None


def invitation_uid(booking: Booking) -> str:
    """What stands before the @ in the UID of the calendar entries that notifications writes."""
    named = f"{booking.interview_id}\n{booking.session_id}".encode()
    return sha256(named).hexdigest()[:LETTERS_OF_OURS]


def _outside(entry: Entry, told: Span) -> list[Entry]:
    pieces = (
        Span(entry.span.starts_at, min(entry.span.ends_at, told.starts_at)),
        Span(max(entry.span.starts_at, told.ends_at), entry.span.ends_at),
    )
    return [Entry(piece, entry.uid) for piece in pieces if piece.starts_at < piece.ends_at]
