"""What one person was told about one interview or application, and what they are still to be told."""

from dataclasses import dataclass
from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.interview import Place

MOST_EVENTS = 50
"""Of one message; the contract allows no more."""
MOST_KEYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """One session, as one person has it in their calendar."""

    session_id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: Place
    panel: tuple[str, ...] = ()
    """Whoever sits there for the company."""
    candidate_minutes: int = 0

    def same_as(self, other: "Meeting") -> bool:
        """No change that a calendar or a reader cares about; a title may be mended quietly."""
        times = (self.starts_at, self.ends_at) == (other.starts_at, other.ends_at)
        return times and self.place == other.place and set(self.panel) == set(other.panel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What holds for a person in one interview; a mail is the difference between two of these."""

    meetings: tuple[Meeting, ...] = ()
    offer: int | None = None
    """Generation of the booking links, as long as times are offered to this person."""

    def meeting(self, session_id: str) -> Meeting | None:
        return next((one for one in self.meetings if one.session_id == session_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a digest."""

    kind: str
    interview_id: str | None = None
    candidate_id: str | None = None
    job_title: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One thing that a mail says. Its words are the template of its kind; persons are named by id."""

    kind: str
    role: str
    """As what the reader reads it: candidate, interviewer or desk."""
    session_id: str | None = None
    meeting: Meeting | None = None
    was: Meeting | None = None
    at: datetime | None = None
    person_id: str | None = None
    word: str | None = None
    words: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    news: tuple[Line, ...] = ()
    count: int = 1
    """How often it happened, where nothing else tells one time from another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Said once: `key` is what makes it the same note however often it comes."""

    key: str
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvent:
    """An event that a message tells, by its type, aggregate and revision."""

    type: str
    aggregate_id: str
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPlace:
    """The record that someone waits for a mail about: for `RecordWaiting`, should it take long."""

    key: str
    topic: str
    partition: int
    offset: int
    source: str
    id: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A calendar entry of this person: its SEQUENCE is ours and only rises."""

    session_id: str
    sequence: int
    stamp: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    since: datetime
    announced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    person_id: str
    told: Facts = Facts()
    entries: tuple[Entry, ...] = ()
    notes: tuple[Note, ...] = ()
    noted: tuple[str, ...] = ()
    events: tuple[ToldEvent, ...] = ()
    record: RecordPlace | None = None
    count: int = 0
    """Messages written so far: the next one's number."""
    waiting: Waiting | None = None
    """Since when this person's messages wait for the person to be known."""
    told_before: tuple[ToldEvent, ...] = ()
    """Events that a mail told of which only our topic remembers, and that are still to be taken in again."""

    def add_note(self, note: Note) -> "Correspondence":
        if note.key in self.noted:
            return self
        return changed(self, notes=(*self.notes, note), noted=(*self.noted, note.key)[-MOST_KEYS:])

    def add_event(self, event: ToldEvent, record: RecordPlace | None) -> "Correspondence":
        if event in self.events:
            return self
        return changed(
            self, events=(*self.events, event)[-MOST_EVENTS:], record=record or self.record
        )

    def entry(self, session_id: str) -> Entry | None:
        return next((one for one in self.entries if one.session_id == session_id), None)

    def with_entry(self, entry: Entry) -> "Correspondence":
        others = tuple(one for one in self.entries if one.session_id != entry.session_id)
        return changed(self, entries=(*others, entry))

    def remember(
        self, told: tuple[ToldEvent, ...], *, number: int, rung: tuple[str, ...], at: datetime
    ) -> "Correspondence":
        """A mail went out of which only our topic remembers: its number is taken, and so are the SEQUENCEs
        of the sessions in `rung`.
        """
        waiting = tuple(one for one in told if one not in self.events)
        after = changed(
            self,
            count=max(self.count, number + 1),
            events=tuple(one for one in self.events if one not in told),
            told_before=tuple(dict.fromkeys((*self.told_before, *waiting))),
        )
        for session_id in rung:
            last = after.entry(session_id)
            sequence = 0 if last is None else last.sequence + 1
            stamp = at if last is None else max(at, last.stamp)
            after = after.with_entry(Entry(session_id=session_id, sequence=sequence, stamp=stamp))
        return after

    def recall(self, event: ToldEvent, facts: Facts, notes: tuple[str, ...]) -> "Correspondence":
        """An event is taken in again that a mail has told: so are the facts that held with it, and its notes."""
        return changed(
            self,
            told=facts,
            noted=tuple(dict.fromkeys((*self.noted, *notes)))[-MOST_KEYS:],
            told_before=tuple(one for one in self.told_before if one != event),
        )
