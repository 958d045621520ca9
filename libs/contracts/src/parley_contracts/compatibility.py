"""Whether two versions of a JSON Schema can live side by side: the writer closed, the reader open.

A reader ignores what it does not know, so a schema is read by another when everything that its writer may write is
something that the other's reader takes. It knows the keywords that our own schemas use, and says so of any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import JsonValue

Schema = Mapping[str, JsonValue]

_SILENT: Final = frozenset(
    {"$schema", "$id", "$defs", "title", "description", "default", "examples"}
)
_CHECKED: Final = frozenset(
    {
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "pattern",
        "patternProperties",
        "properties",
        "propertyNames",
        "required",
        "type",
    }
)
_UPPER: Final = ("maxLength", "maxItems", "maxProperties", "maximum", "exclusiveMaximum")
_LOWER: Final = ("minLength", "minItems", "minimum", "exclusiveMinimum")
_SAME: Final = ("pattern", "format")


class Direction(StrEnum):
    BACKWARD = "backward"
    """The new reader cannot take what an old writer wrote."""
    FORWARD = "forward"
    """An old reader cannot take what the new writer writes."""


@dataclass(frozen=True, slots=True)
class Break:
    direction: Direction
    path: str
    what: str


def breaks(old: Schema, new: Schema) -> tuple[Break, ...]:
    """Everything in the new version that an old reader or an old writer stumbles over."""
    backward = (Break(Direction.BACKWARD, *one) for one in _Reading(new, old).problems())
    forward = (Break(Direction.FORWARD, *one) for one in _Reading(old, new).problems())
    return (*backward, *forward)


def history_breaks(history: Sequence[Schema]) -> tuple[Break, ...]:
    """The newest version against every earlier one."""
    *earlier, newest = history
    return tuple(one for old in earlier for one in breaks(old, newest))


class _Reading:
    """One reader in front of one writer."""

    def __init__(self, reader: Schema, writer: Schema) -> None:
        self._reader = reader
        self._writer = writer

    def problems(self) -> list[tuple[str, str]]:
        return list(self._at(self._reader, self._writer, ""))

    def _at(self, reader: Schema, writer: Schema, path: str) -> Iterator[tuple[str, str]]:
        readers = _alternatives(reader, self._reader)
        for written in _alternatives(writer, self._writer):
            attempts = [list(self._plain(one, written, path)) for one in readers]
            yield from min(attempts, key=len)

    def _plain(self, reader: Schema, writer: Schema, path: str) -> Iterator[tuple[str, str]]:
        for keyword in sorted({*reader, *writer} - _SILENT - _CHECKED):
            if not keyword.startswith("x-"):
                yield path, f"{keyword} is not a keyword that can be compared"
        types = _types(reader)
        if types and not _types(writer) <= types | ({"integer"} if "number" in types else set()):
            yield path, "type differs"
            return
        yield from _values(reader, writer, path)
        yield from self._object(reader, writer, path)
        if isinstance(items := reader.get("items"), dict):
            yield from self._at(items, _schema(writer.get("items")), f"{path}[]")

    def _object(self, reader: Schema, writer: Schema, path: str) -> Iterator[tuple[str, str]]:
        for name in sorted(set(_names(reader, "required")) - set(_names(writer, "required"))):
            yield f"{path}.{name}", "is required, and may be missing"
        for keyword in ("properties", "patternProperties"):
            read, written = _schema(reader.get(keyword)), _schema(writer.get(keyword))
            for name in sorted(read.keys() & written.keys()):
                yield from self._at(_schema(read[name]), _schema(written[name]), f"{path}.{name}")
        for keyword in ("additionalProperties", "propertyNames"):
            if isinstance(inner := reader.get(keyword), dict):
                yield from self._at(inner, _schema(writer.get(keyword)), f"{path}.{keyword}")


def _values(reader: Schema, writer: Schema, path: str) -> Iterator[tuple[str, str]]:
    allowed = _allowed(reader)
    if allowed is not None and not _within(_allowed(writer), allowed):
        yield path, "values are not among those known"
    for keyword in _SAME:
        if keyword in reader and reader[keyword] != writer.get(keyword):
            yield path, f"{keyword} differs"
    for keyword in (*_UPPER, *_LOWER):
        limit, own = reader.get(keyword), writer.get(keyword)
        if not isinstance(limit, int | float):
            continue
        if not isinstance(own, int | float) or (own > limit if keyword in _UPPER else own < limit):
            yield path, f"{keyword} is narrower"


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The schema's branches, references followed."""
    reference = schema.get("$ref")
    if isinstance(reference, str):
        target: JsonValue = dict(root)
        for step in reference.removeprefix("#/").split("/"):
            target = _schema(target)[step]
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        return _alternatives({**_schema(target), **beside}, root)
    branches = schema.get("anyOf")
    if not isinstance(branches, list):
        return [schema]
    return [one for branch in branches for one in _alternatives(_schema(branch), root)]


def _types(schema: Schema) -> set[str]:
    kind = schema.get("type")
    if isinstance(kind, list):
        return {str(one) for one in kind}
    return {kind} if isinstance(kind, str) else set()


def _allowed(schema: Schema) -> list[JsonValue] | None:
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    return values if isinstance(values, list) else None


def _within(values: list[JsonValue] | None, allowed: list[JsonValue]) -> bool:
    return values is not None and all(value in allowed for value in values)


def _names(schema: Schema, keyword: str) -> list[str]:
    names = schema.get(keyword)
    return [str(name) for name in names] if isinstance(names, list) else []


def _schema(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
