"""Calendars have a document like all others, and are kept in memory as little more than numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from pydantic import TypeAdapter

from scheduling.adapters.table import Codec, Table
from scheduling.domain.calendar import Calendar, Entries, Entry


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    seen: Mapping[str, int]
    entries: tuple[Entry, ...]


DOCUMENT = TypeAdapter(Document)


class CalendarCodec:
    def validate_json(self, data: str, /) -> Calendar:
        found = DOCUMENT.validate_json(data)
        return Calendar(found.id, found.seen, Entries.of(found.entries))

    def dump_json(self, instance: Calendar, /) -> bytes:
        return DOCUMENT.dump_json(
            Document(instance.id, instance.seen, tuple(instance.entries)),
        )


class Calendars(Table[Calendar]):
    @cached_property
    def codec(self) -> Codec[Calendar]:
        return CalendarCodec()
