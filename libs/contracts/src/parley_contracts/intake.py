"""`parley.intake.v1`: the answer to a record that we cannot take, or cannot take yet. It never repeats what the
record holds.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from parley_contracts.counts import Count, Offset
from parley_contracts.event import Event
from parley_contracts.ids import Id
from parley_contracts.known import Known
from parley_contracts.text import Line
from parley_contracts.times import Instant, Value


class Missing(StrEnum):
    PERSON = "person"
    INTERVIEWER = "interviewer"
    APPLICATION = "application"
    INTERVIEW = "interview"


class RecordRef(Value):
    """Where the record stands, and its CloudEvent's names as far as they could be read."""

    topic: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$", max_length=249)]
    partition: Count
    offset: Offset
    source: Line | None = None
    id: Line | None = None
    type: Line | None = None


class IntakeEvent(Event):
    """A fact about one record: it has no revision, since nothing about it will ever be newer."""

    key: Id
    """The record's own, or a hash of it where it is no valid id."""
    record: RecordRef

    @property
    def aggregate_id(self) -> str:
        return self.key


class RecordRejected(IntakeEvent):
    """A record is refused and kept aside; the ones behind it go on."""

    field: Line
    reason: Line


class RecordWaiting(IntakeEvent):
    """A record is kept until what it stands on arrives."""

    missing: Annotated[str, Known(Missing)]
    missing_id: Id
    since: Instant
