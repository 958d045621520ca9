"""What our own topics have told, compared with what our database says it has told."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from feedback.adapters.database import Pool
from feedback.adapters.kafka import Kafka
from feedback.adapters.record import Record
from parley_contracts import cloudevents
from parley_contracts.cloudevents import Received
from parley_contracts.event import Event, StateEvent
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import TOPICS

SNAPSHOT = ".snapshot.v1"
"""Ends the types that repeat a revision on purpose."""
PUBLISHED = "select id::text as id from published where aggregatetype = any($1)"
LOST = """
select aggregatetype as topic, aggregateid as key, published_at
from published where id = any($1::text[]::uuid[])
"""


Spelled = tuple[type[Event], bytes]
"""What an event is, and its data in JSON."""


@dataclass(slots=True)
class Heard:
    """Of one aggregate, what its topic holds."""

    revision: int = 0
    """The highest."""
    generation: int = 1
    """Of links: the highest."""
    forked: bool = False
    """A revision was told twice with two meanings, and none above them yet: readers hold the first."""
    events: dict[int, str] = field(default_factory=dict)
    """The event that told each revision first."""

    def hear(self, found: Received, *, stateless: bool) -> None:
        revision = found.data.revision or 0
        self.generation = max(self.generation, _generation(found))
        if revision > self.revision:
            self.revision, self.forked = revision, False
        elif not stateless and not found.type.endswith(SNAPSHOT):
            self.forked |= self.events.get(revision, found.id) != found.id
        self.events.setdefault(revision, found.id)


@dataclass(frozen=True, slots=True)
class Lost:
    """Rows that were published and are not on the topic any more."""

    keys: Mapping[str, Collection[str]]
    since: datetime | None


@dataclass(slots=True)
class Told:
    source: str
    stateless: Collection[str]
    """Topics whose events stand each for itself."""
    unheard: set[str] = field(default_factory=set)
    """Ids of what was published and was not met on a topic yet."""
    heard: dict[str, dict[str, Heard]] = field(default_factory=dict)
    events: list[Spelled] = field(default_factory=list)
    """Those of topics without a state, which nothing else remembers: a month of them, so as they were written."""

    def take(self, records: Iterable[Record]) -> None:
        for record in records:
            found = _decoded(record)
            if found is None or found.source != self.source:
                continue
            self.unheard.discard(found.id)
            stateless = record.topic in self.stateless
            if stateless:
                self.events.append((type(found.data), record.value or b""))
            if isinstance(found.data, StateEvent):
                by_key = self.heard.setdefault(record.topic, {})
                by_key.setdefault(found.subject, Heard()).hear(found, stateless=stateless)

    def behind(self, topic: str, own: Mapping[str, int]) -> dict[str, Heard]:
        """Aggregates of which the topic has told more than the database knows of, or something else."""
        return {
            key: heard
            for key, heard in sorted(self.heard.get(topic, {}).items())
            if own.get(key, 0) < heard.revision + heard.forked
        }


async def listen(
    kafka: Kafka, pool: Pool, *, service: str, source: str, stateless: Collection[str]
) -> tuple[Told, Lost]:
    """Rows are read before the topics, so that each of them must be there."""
    topics = [name for name, topic in TOPICS.items() if service in topic.owners]
    published = {row["id"] for row in await pool.fetch(PUBLISHED, topics)}
    told = Told(source, stateless, published)
    async for records in kafka.records(topics):
        told.take(records)
    lost = await pool.fetch(LOST, sorted(told.unheard))
    keys: dict[str, set[str]] = {}
    for row in lost:
        keys.setdefault(row["topic"], set()).add(row["key"])
    since = min((row["published_at"] for row in lost), default=None)
    return told, Lost({topic: sorted(found) for topic, found in sorted(keys.items())}, since)


def _decoded(record: Record) -> Received | None:
    try:
        found = cloudevents.decode(TOPICS[record.topic], record.key, record.value, record.headers)
    except BrokenRecord:
        return None
    return found if isinstance(found, Received) else None


def _generation(found: Received) -> int:
    """Of the links to the pages of what the event is about, where it has any."""
    for name in ("interview", "round"):
        generation = getattr(getattr(found.data, name, None), "generation", None)
        if isinstance(generation, int):
            return generation
    return 1


def ids_of(found: Mapping[str, Mapping[str, object]]) -> dict[str, Sequence[str]]:
    return {topic: list(by_key) for topic, by_key in sorted(found.items()) if by_key}
