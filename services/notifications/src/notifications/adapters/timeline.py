"""What happened to one interview, in all services, as the topics tell it: for whoever is asked why.

It reads Kafka alone, and says ids, times and words of the contracts: nothing about a person, nothing that
somebody wrote.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from notifications.adapters.kafka import Kafka
from notifications.adapters.record import Record
from parley_contracts import cloudevents
from parley_contracts.cloudevents import Received
from parley_contracts.event import Event
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import (
    APPLICATIONS,
    CANDIDATE_UPDATES,
    DELIVERIES,
    INTAKE,
    INTERVIEWS,
    ROUNDS,
    TOPICS,
)

OF_INTERVIEW = (INTERVIEWS.name, ROUNDS.name, DELIVERIES.name, INTAKE.name)
OF_APPLICATION = (APPLICATIONS.name, CANDIDATE_UPDATES.name, DELIVERIES.name, INTAKE.name)
IN_TURN = (
    APPLICATIONS.name,
    INTAKE.name,
    INTERVIEWS.name,
    ROUNDS.name,
    CANDIDATE_UPDATES.name,
    DELIVERIES.name,
)
"""What happened in the same moment: causes before what came of them."""
STATES = ("interview", "round", "application", "notification")
SAID_OF_STATE = ("status", "kind", "person_id", "next_word_due_at")
SAID = (
    "by", "changed", "session_id", "interviewer_id", "replaced_id", "with_interview_id", "last",
    "absent", "absent_ids", "reported_by", "person_id", "question_id", "for_ids", "answered_by",
    "kind", "due_at", "side", "reason", "outcome", "channel", "until", "answer", "missing",
    "missing_id", "field",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    source: str
    type: str
    revision: int | None
    says: Mapping[str, str]
    topic: str
    partition: int
    offset: int
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Timeline:
    interview_id: str
    application_id: str | None
    entries: Sequence[Entry]

    @property
    def document(self) -> dict[str, object]:
        return asdict(self)

    @property
    def text(self) -> str:
        if not self.entries:
            return f"No topic says anything of {self.interview_id}.\n"
        source = max(len(one.source) for one in self.entries)
        name = max(len(_name(one)) for one in self.entries)
        lines = (
            f"{_as_text(one.at)}  {one.source:<{source}}  {_name(one):<{name}}  {_words(one.says)}"
            for one in self.entries
        )
        return "".join(f"{line.rstrip()}\n" for line in lines)

    @property
    def status(self) -> int:
        return 0 if self.entries else 1


async def timeline(kafka: Kafka, interview_id: str) -> Timeline:
    """In order of when things happened; what was sent again stands once."""
    found = [one async for one in _under(kafka, OF_INTERVIEW, interview_id)]
    application_id = _application_of(received for _, received in found)
    if application_id is None:
        application_id = await _asked_for(kafka, interview_id)
    if application_id is not None:
        found += [
            (record, received)
            async for record, received in _under(kafka, OF_APPLICATION, application_id)
            if getattr(received.data, "interview_id", interview_id) == interview_id
        ]
    return Timeline(interview_id, application_id, tuple(_in_order(found)))


Found = tuple[Record, Received]


async def _under(
    kafka: Kafka, topics: Sequence[str], key: str | None = None
) -> AsyncIterator[Found]:
    async for records in kafka.records(topics, key=key):
        for record in records:
            received = _read(record)
            if received is not None:
                yield record, received


def _read(record: Record) -> Received | None:
    """None for what the contracts refuse (`RecordRejected` tells of it), do not know, or call erased."""
    try:
        found = cloudevents.decode(TOPICS[record.topic], record.key, record.value, record.headers)
    except BrokenRecord:
        return None
    return found if isinstance(found, Received) else None


def _application_of(events: Iterable[Received]) -> str | None:
    for one in events:
        about = _state_of(one.data)
        application_id: str | None = getattr(about, "application_id", None)
        if application_id is not None:
            return application_id
    return None


async def _asked_for(kafka: Kafka, interview_id: str) -> str | None:
    """Who asks for an interview that nobody has taken up: all of the topic is read."""
    async for _, received in _under(kafka, [APPLICATIONS.name]):
        if getattr(received.data, "interview_id", None) == interview_id:
            return received.subject
    return None


def _in_order(found: Iterable[Found]) -> Iterator[Entry]:
    seen: set[bytes] = set()
    for record, one in sorted(
        found, key=lambda pair: (pair[1].time, IN_TURN.index(pair[0].topic), pair[0].offset)
    ):
        if one.digest in seen:
            continue
        seen.add(one.digest)
        yield Entry(
            at=one.time,
            source=one.source,
            type=one.type,
            revision=one.data.revision,
            says=dict(_said(one.data)),
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            traceparent=one.traceparent,
        )


def _said(event: Event) -> Iterator[tuple[str, str]]:
    """What the event says, and of the state beside it only how it stands."""
    state = _state_of(event)
    for about, names in ((event, SAID), (state, SAID_OF_STATE)):
        for name in names:
            value = getattr(about, name, None)
            if value not in (None, (), ""):
                yield name, _as_text(value)
    sessions = getattr(state, "sessions", ())
    starts = [starts_at for one in sessions if (starts_at := getattr(one, "starts_at", None))]
    if starts:
        yield "starts_at", ",".join(map(_as_text, starts))


def _state_of(event: Event) -> object:
    return next((getattr(event, name) for name in STATES if hasattr(event, name)), None)


def _as_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, tuple | list | frozenset):
        return ",".join(map(str, value))
    return str(value)


def _name(one: Entry) -> str:
    """`parley.interview.slots-offered.v1` is "interview slots offered"."""
    return " ".join(one.type.split(".")[1:-1]).replace("-", " ")


def _words(says: Mapping[str, str]) -> str:
    return "  ".join(f"{name}={value}" for name, value in says.items())
