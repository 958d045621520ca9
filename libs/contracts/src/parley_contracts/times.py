"""Instants, zones, intervals and durations. Instants are UTC inside and RFC 3339 with `Z` outside."""

import re
import zoneinfo
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

RFC3339_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
LOCAL_TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)


class NoZoneData(RuntimeError):
    """The machine has no time zone data: a fault of the installation, and never of a record."""

    def __init__(self) -> None:
        super().__init__("no time zone data found: install tzdata (the system's or from PyPI)")


def _in_utc(value: datetime) -> datetime:
    try:
        instant = value.astimezone(UTC)
    except OverflowError:
        instant = _END
    if not _FIRST <= instant < _END:
        raise PydanticCustomError("instant_range", "Input should lie between 1970 and 2199")
    return instant


class _SpelledInFull:
    """JSON has to spell RFC 3339 in full: a bare number or a date alone is no instant."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        aware = core_schema.datetime_schema(tz_constraint="aware", strict=False)
        spelled = core_schema.str_schema(pattern=RFC3339_PATTERN, max_length=35)
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(
                _in_utc, core_schema.chain_schema([spelled, aware])
            ),
            python_schema=core_schema.no_info_after_validator_function(_in_utc, aware),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": "date-time", "examples": ["2027-03-16T09:30:00Z"]}


Instant = Annotated[datetime, _SpelledInFull()]
"""An aware datetime, converted to UTC on the way in."""

_SPELLED = re.compile(RFC3339_PATTERN.removesuffix("$") + r"\Z")


def read_instant(text: str) -> datetime | None:
    """The instant that a CloudEvents attribute spells; None where it spells none."""
    if _SPELLED.match(text) is None:
        return None
    try:
        return _in_utc(datetime.fromisoformat(text.upper()))
    except ValueError:
        return None


def spell_instant(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    zones = zoneinfo.available_timezones() - {"localtime", "Factory"}
    if not zones:
        raise NoZoneData
    return frozenset(zones)


def _known_zone(name: str) -> str:
    if name not in known_zones():
        raise PydanticCustomError("zone", "Input should be an IANA time zone, as Europe/Berlin is")
    return name


Zone = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$", max_length=64),
    AfterValidator(_known_zone),
    Field(examples=["Asia/Kolkata"]),
]

Minutes = Annotated[int, Strict(), Field(gt=0, le=720)]
"""How long a session lasts: up to twelve hours."""

BufferMinutes = Annotated[int, Strict(), Field(ge=0, le=240)]

LocalTime = Annotated[
    str, StringConstraints(pattern=LOCAL_TIME_PATTERN, max_length=5), Field(examples=["09:30"])
]
"""Wall time in the zone beside it; 24:00 ends a day."""


class Value(BaseModel):
    """What every part of an event is: immutable, tolerant of fields it does not know, and silent
    about what it was given when it refuses it.
    """

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class Interval(Value):
    """Half-open: `starts_at` belongs to it, `ends_at` does not."""

    starts_at: Instant
    ends_at: Instant

    @field_validator("ends_at")
    @classmethod
    def _after_start(cls, value: datetime, info: ValidationInfo) -> datetime:
        starts_at = info.data.get("starts_at")
        if starts_at is not None and value <= starts_at:
            raise PydanticCustomError("interval", "Input should be later than starts_at")
        return value

    def overlaps(self, other: "Interval") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at
