"""What one transaction reads and changes, as plain values.

A use case is a synchronous function over a working set: it looks at rows that were loaded and locked
for it, puts changed values back, appends events and sets timers. It awaits nothing and knows no SQL.
Touching a row that nobody asked for raises `NotLoaded`; the shell then loads it and runs again,
and since nothing was written yet there is nothing to undo.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar

from parley_contracts.cloudevents import Received, Tombstone
from parley_contracts.event import Event
from parley_contracts.topics import Topic, published_as


class Aggregate(Protocol):
    @property
    def id(self) -> str: ...


A = TypeVar("A", bound=Aggregate)


class Needs(NamedTuple):
    """Which rows must be there: ids of a table, or values of one of its declared columns.

    `seen` are ids of rows that are only looked at: others may look at them meanwhile, and nobody may
    change them. Whoever changes one after all is run again with the row locked for it.
    """

    ids: frozenset[tuple[str, str]] = frozenset()
    matches: frozenset[tuple[str, str, str]] = frozenset()
    seen: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def rows(cls, table: str, *ids: str | None) -> "Needs":
        return Needs(ids=_named(table, ids))

    @classmethod
    def looking(cls, table: str, *ids: str | None) -> "Needs":
        return Needs(seen=_named(table, ids))

    @classmethod
    def matching(cls, table: str, column: str, *values: str) -> "Needs":
        return cls(matches=frozenset((table, column, value) for value in values))

    def __or__(self, other: "Needs") -> "Needs":
        if not other:
            return self
        return Needs(self.ids | other.ids, self.matches | other.matches, self.seen | other.seen)

    def __sub__(self, other: "Needs") -> "Needs":
        seen = self.seen - other.seen - other.ids
        return Needs(self.ids - other.ids, self.matches - other.matches, seen)

    def __bool__(self) -> bool:
        return bool(self.ids or self.matches or self.seen)

    @classmethod
    def union(cls, parts: Iterable["Needs"]) -> "Needs":
        ids: set[tuple[str, str]] = set()
        matches: set[tuple[str, str, str]] = set()
        seen: set[tuple[str, str]] = set()
        for part in parts:
            ids.update(part.ids)
            matches.update(part.matches)
            seen.update(part.seen)
        return cls(frozenset(ids), frozenset(matches), frozenset(seen))


@lru_cache(4096)
def _named(table: str, ids: tuple[str | None, ...]) -> frozenset[tuple[str, str]]:
    """The same few rows are named for a record twice, and for the next about the same interview again."""
    return frozenset([(table, i) for i in ids if i is not None])


class NotLoaded(Exception):
    """A use case touched what `needs` had not named; carries what is missing."""

    def __init__(self, missing: Needs) -> None:
        super().__init__("a use case touched rows that were not loaded")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer, not an error: what was asked cannot be done, and `reason` says why.

    `reason` is a stable word of the service's vocabulary, fit for a metric's label; it holds no
    personal data. `details` are for the page that explains it.
    """

    reason: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changes(Generic[A]):
    inserted: tuple[A, ...]
    updated: tuple[A, ...]
    deleted: tuple[str, ...]


class Rows(Generic[A]):
    """The identity map of one table: frozen values by id, and what became of them."""

    def __init__(self, table: str, columns: tuple[str, ...] = ()) -> None:
        self.table = table
        self._columns = columns
        self._loaded: dict[str, A | None] = {}
        self._current: dict[str, A | None] = {}
        self._asked: set[tuple[str, str]] = set()
        self._index: dict[tuple[str, str], set[str]] = {}
        self._only_seen: set[str] = set()
        self.peeked = False
        """Whether anybody has asked what is known, without having to be told."""

    def get(self, row_id: str) -> A | None:
        if row_id not in self._current:
            raise NotLoaded(Needs.rows(self.table, row_id))
        return self._current[row_id]

    def __getitem__(self, row_id: str) -> A:
        value = self.get(row_id)
        if value is None:
            raise LookupError(f"no such {self.table}")
        return value

    def peek(self, row_id: str) -> A | None:
        """The row as far as it is known; for `needs`, which is asked before all is loaded."""
        self.peeked = True
        return self._current.get(row_id)

    def where(self, column: str, value: str) -> tuple[A, ...]:
        if (column, value) not in self._asked:
            raise NotLoaded(Needs.matching(self.table, column, value))
        return self.peek_where(column, value)

    def peek_where(self, column: str, value: str) -> tuple[A, ...]:
        self.peeked = True
        found = (self._current[i] for i in sorted(self._index.get((column, value), ())))
        return tuple(row for row in found if row is not None)

    def put(self, value: A) -> None:
        before = self._to_change(value.id)
        self._unindex(before)
        self._current[value.id] = value
        self._enter(value)

    def add(self, value: A) -> None:
        """Put a row whose id is made here, so that nobody can have loaded it before."""
        if value.id not in self._current:
            self._loaded[value.id] = self._current[value.id] = None
        self.put(value)

    def remove(self, row_id: str) -> None:
        self._unindex(self._to_change(row_id))
        self._current[row_id] = None

    def __iter__(self) -> Iterator[A]:
        self.peeked = True
        return iter([row for row in self._current.values() if row is not None])

    def _to_change(self, row_id: str) -> A | None:
        if row_id in self._only_seen:
            raise NotLoaded(Needs.rows(self.table, row_id))
        return self.get(row_id)

    def loaded(self, rows: Mapping[str, A | None], *, only_seen: bool = False) -> None:
        """The shell's side: these rows are here now, None where there is none."""
        if only_seen:
            self._only_seen.update(rows)
        for row_id, row in rows.items():
            self._loaded[row_id] = self._current[row_id] = row
            if row is not None:
                self._enter(row)

    def asked(self, column: str, values: Iterable[str]) -> None:
        self._asked.update((column, value) for value in values)

    def changes(self) -> Changes[A]:
        inserted: list[A] = []
        updated: list[A] = []
        deleted: list[str] = []
        for row_id in sorted(self._current):
            before, after = self._loaded[row_id], self._current[row_id]
            if after is before:
                continue
            if after is None:
                deleted.append(row_id)
            elif before is None:
                inserted.append(after)
            elif after != before:
                updated.append(after)
        return Changes(tuple(inserted), tuple(updated), tuple(deleted))

    def _enter(self, row: A) -> None:
        for column in self._columns:
            for value in _values(row, column):
                self._index.setdefault((column, value), set()).add(row.id)

    def _unindex(self, row: A | None) -> None:
        if row is None:
            return
        for column in self._columns:
            for value in _values(row, column):
                self._index[(column, value)].discard(row.id)


def _values(row: Aggregate, column: str) -> tuple[str, ...]:
    """A searched column holds one id, or several (an array column)."""
    value: object = getattr(row, column)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, tuple | frozenset):
        return tuple(sorted(str(one) for one in value))
    raise TypeError(f"{column} is no id and no collection of ids")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event to publish: `at` is when it happened, `trace` what caused it."""

    event: Event
    at: datetime
    trace: str | None


@dataclass(frozen=True, slots=True)
class Alarm:
    due_at: datetime
    trace: str | None


@dataclass(slots=True)
class Timers:
    """What is to come due. One timer per kind and aggregate: setting it again moves it.

    A timer belongs to an aggregate that the same transaction has locked.
    """

    changes: dict[tuple[str, str], "Alarm | None"] = field(default_factory=dict)
    trace: str | None = None

    def set(self, kind: str, aggregate_id: str, due_at: datetime) -> None:
        self.changes[(kind, aggregate_id)] = Alarm(due_at, self.trace)

    def cancel(self, kind: str, aggregate_id: str) -> None:
        self.changes[(kind, aggregate_id)] = None


Following = tuple[Callable[[], None], str | None]
"""What is done once at the end, and in whose trace."""


@dataclass(slots=True)
class WorkingSet:
    """The base of each service's `Work`: its tables, its events and its timers."""

    timers: Timers = field(default_factory=Timers)
    outgoing: list[Outgoing] = field(default_factory=list)
    place: tuple[str, int, int] | None = None
    """Topic, partition and offset of the record that is run; None for a page and a timer."""
    gaps: list[str] = field(default_factory=list)
    """The topic of each event that came before one of its aggregate that is still missing."""
    _following: dict[tuple[str, str], Following] = field(default_factory=dict)

    def caused_by(self, trace: str | None, place: tuple[str, int, int] | None = None) -> None:
        """The shell's side: what follows is published, and set, in the name of this trace."""
        self.timers.trace = trace
        self.place = place

    def publish(self, event: Event, *, at: datetime) -> None:
        self.outgoing.append(Outgoing(event, at, self.timers.trace))

    def once(self, table: str, row_id: str, follow: Callable[[], None]) -> None:
        """What follows from how this transaction leaves a row, however many messages change it on the way."""
        self._following[(table, row_id)] = (follow, self.timers.trace)

    def finish(self) -> None:
        """The shell's side: all messages have run."""
        for follow, trace in self._following.values():
            self.caused_by(trace)
            follow()
        self._following.clear()

    def note_gap(self, event: Event, after: int | None) -> None:
        """Whether a revision is missing between `after`, the last that was heard of the aggregate, and
        this event's: counted, never an error. For topics of which every event is heard.
        """
        if after and event.revision is not None and event.revision > after + 1:
            self.gaps.append(published_as(type(event))[0].name)

    def tables(self) -> dict[str, Rows[Aggregate]]:
        found = (getattr(self, name) for name in self.__dataclass_fields__)
        return {rows.table: rows for rows in found if isinstance(rows, Rows)}


@dataclass(frozen=True, slots=True)
class KeptRecords:
    """The dead letters that name one person: removed together, with the person."""

    id: str


W = TypeVar("W", bound=WorkingSet)
M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class UseCase(Generic[M, W]):
    """A use case beside what it needs: `needs(message, work)` is asked until it names nothing new.

    What it names may depend on `work` by what it peeks at, and by nothing else.
    `run(message, work, now=...)` returns None, or a `Refusal`, which keeps what was changed before it
    was returned: a refusing use case changes nothing.
    """

    needs: Callable[[M, W], Needs]
    run: Callable[..., Refusal | None]


@dataclass(frozen=True, slots=True)
class Step(Generic[M, W]):
    """One message for one use case; a transaction runs many."""

    message: M
    use_case: UseCase[M, W]
    trace: str | None = None
    place: tuple[str, int, int] | None = None

    def traced(self, trace: str | None) -> "Step[M, W]":
        return replace(self, trace=trace)


@dataclass(frozen=True, slots=True)
class Fired:
    """What a timer's use case is given; `facts` is what its `Gather` read, else None."""

    kind: str
    aggregate_id: str
    due_at: datetime
    facts: object = None


@dataclass(frozen=True, slots=True)
class Restate:
    """What a use case is given that tells how an aggregate stands, although nothing happened to it.

    With `above`, its revision becomes higher than that one, which its topic has told already; and its
    links' generation no lower than `generation`.
    """

    aggregate_id: str
    above: int | None = None
    generation: int = 1


class Gather(Protocol):
    """Reads widely and without locks what a timer's use case works on: facts by aggregate id."""

    async def __call__(self, ids: Sequence[str], *, now: datetime) -> Mapping[str, object]: ...


@dataclass(frozen=True)
class Subscriptions(Generic[W]):
    """Which use case takes which event; `owned` topics are those whose writers we answer."""

    topics: Mapping[str, Topic]
    events: Mapping[type[Event], UseCase[Received, W]]
    tombstones: Mapping[str, UseCase[Tombstone, W]] = field(default_factory=dict)
    owned: frozenset[str] = frozenset()

    @cached_property
    def left_alone(self) -> Mapping[str, frozenset[bytes]]:
        """By topic, the types that lead to nothing here; on topics whose writers we answer, none: what is
        broken there has to be found.
        """
        return {
            name: frozenset(
                one.encode() for one, model in topic.events.items() if model not in self.events
            )
            for name, topic in self.topics.items()
            if name not in self.owned
        }
