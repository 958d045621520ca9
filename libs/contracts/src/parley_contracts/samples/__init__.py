"""At least one good event of every type: what a writer copies, a reader tries, and the documents show."""

import json
from datetime import datetime
from typing import Final

from pydantic import JsonValue

from parley_contracts.event import Event
from parley_contracts.samples import (
    ats_applications,
    ats_people,
    parley_applications,
    parley_interviews,
    parley_rounds,
    parley_snapshots,
)
from parley_contracts.times import spell_instant
from parley_contracts.topics import ATS, TOPICS, published_as, source_of

ATS_SOURCE: Final = "greenhouse/acme"


def of_type(ce_type: str) -> tuple[dict[str, JsonValue], ...]:
    """The type's samples as structured CloudEvents; none where the type is not known."""
    return tuple(event for event in ALL if event["type"] == ce_type)


def structured(
    event: Event,
    *,
    id: str,  # noqa: A002 - the CloudEvents name of it
    source: str,
    time: datetime,
) -> dict[str, JsonValue]:
    """The event in structured mode, which one line of JSON can hold."""
    _, ce_type = published_as(type(event))
    return {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": ce_type,
        "subject": event.aggregate_id,
        "time": spell_instant(time),
        "datacontenttype": "application/json",
        "data": json.loads(event.model_dump_json(exclude_none=True)),
    }


def _all() -> tuple[dict[str, JsonValue], ...]:
    told = (
        *ats_people.TOLD,
        *ats_applications.TOLD,
        *parley_interviews.TOLD,
        *parley_rounds.TOLD,
        *parley_applications.TOLD,
        *parley_snapshots.TOLD,
    )
    return tuple(
        structured(event, id=_id_of(number), source=_source_of(event), time=time)
        for number, (time, event) in enumerate(told, start=1)
    )


def _id_of(number: int) -> str:
    """As a UUIDv7, but the same in every build."""
    return f"0195a3f0-0000-7000-8000-{number:012d}"


def _source_of(event: Event) -> str:
    topic, _ = published_as(type(event))
    return ATS_SOURCE if topic.owners == (ATS,) else source_of(topic.owners[0])


ALL: Final = _all()
TYPES: Final = tuple(ce_type for topic in TOPICS.values() for ce_type in topic.events)
