"""What every event's data is made of. It holds no id, no time and no type: those are the CloudEvent's."""

from typing import Annotated

from pydantic import Field, Strict

from parley_contracts.ids import Id
from parley_contracts.times import Value

Revision = Annotated[int, Strict(), Field(ge=1, le=2**53 - 1)]
"""Counts the states of one aggregate, per source: newer is applied, older skipped, a gap counted."""


class Upstream(Value):
    """An upstream system's own names for an object, echoed untouched on what we publish about it: ids, and never
    anything about a person.
    """

    system: Annotated[Id, Field(examples=["greenhouse"])]
    refs: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9._-]+$")],
            Annotated[str, Field(max_length=120, pattern=r"^[\x21-\x7e]*$")],
        ],
        Field(max_length=10),
    ] = Field(default_factory=dict)


class Event(Value):
    """The data of a record. `aggregate_id` is the record's key and the CloudEvent's subject."""

    revision: Revision | None = None
    """Where it is missing, the order in the partition decides."""
    upstream: Upstream | None = None

    @property
    def aggregate_id(self) -> str:
        raise NotImplementedError


class StateEvent(Event):
    """Ours: holds the whole public state of its aggregate besides what happened."""

    revision: Revision
