"""The largest value that a JSON Schema of ours allows, and where its strings and mappings are."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from parley_contracts import ids, json_schemas, text, times

WIDE = "\U0001f468"
"""Four bytes in UTF-8, as the widest character has."""

_BY_PATTERN = {
    ids.ID_PATTERN: "x",
    text.LINE_PATTERN: WIDE,
    text.TEXT_PATTERN: WIDE,
    text.LOCALE_PATTERN: "de-abcdefgh-abcdefgh-abcdefgh",
    text.CURRENCY_PATTERN: "EUR",
    text.AMOUNT_PATTERN: "999999999999.99",
    times.LOCAL_TIME_PATTERN: "12:00",
}
Schema = dict[str, Any]


@cache
def schema_of(ce_type: str) -> Schema:
    return json_schemas.schema_of(ce_type)


def resolve(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**root["$defs"][reference.rsplit("/", 1)[1]], **schema}


def largest(schema: Schema, root: Schema, name: str = "") -> Any:
    schema = resolve(schema, root)
    if "anyOf" in schema:
        return largest(schema["anyOf"][0], root, name)
    match schema["type"]:
        case "object":
            return _largest_object(schema, root)
        case "array":
            most = 6 if name == "seats" else schema["maxItems"]
            return [_numbered(largest(schema["items"], root, name), n) for n in range(most)]
        case "string":
            return _longest(schema, name)
        case "integer":
            return schema["maximum"]
    return False


def _largest_object(schema: Schema, root: Schema) -> Any:
    if "properties" in schema:
        return {key: largest(one, root, key) for key, one in schema["properties"].items()}
    [inner] = (one["maxLength"] for one in schema.get("patternProperties", {}).values())
    names = schema["propertyNames"]["maxLength"]
    return {f"{n:0{names}}": "x" * inner for n in range(schema["maxProperties"])}


def _numbered(value: Any, number: int) -> Any:
    """Members of a list differ in their ids."""
    if isinstance(value, dict):
        return {
            key: f"{one[:-2]}{number:02}" if key in {"session_id", "interviewer_id"} else one
            for key, one in value.items()
        }
    return f"{value[:-2]}{number:02}" if isinstance(value, str) and value[-1:] == "x" else value


def _longest(schema: Schema, name: str) -> str:
    if "x-known-values" in schema:
        return max(map(str, schema["x-known-values"]), key=len)
    if schema.get("format") == "date-time":
        early = name.startswith(("starts", "first", "was"))
        return f"2027-03-{16 if early else 17}T09:30:00.123456Z"
    pattern, most = str(schema["pattern"]), int(schema["maxLength"])
    if pattern in _BY_PATTERN:
        value = _BY_PATTERN[pattern]
        return value * most if len(value) == 1 else value
    if pattern == text.URL_PATTERN:
        return "https://" + "x" * (most - 8)
    if "/" in pattern:
        return "America/Argentina/ComodRivadavia"
    return "x" * most


def strings(schema: Schema, root: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every string of a schema, by path; the names of a mapping count as one."""
    schema = resolve(schema, root)
    for branch in schema.get("anyOf", ()):
        yield from strings(branch, root, path)
    if schema.get("type") == "string":
        yield path, schema
    for key, one in schema.get("properties", {}).items():
        yield from strings(one, root, f"{path}.{key}")
    for key in schema.get("patternProperties", ()):
        yield from strings(schema["patternProperties"][key], root, f"{path}[]")
        yield f"{path}[name]", schema["propertyNames"] | {"pattern": key}
    if "items" in schema:
        yield from strings(schema["items"], root, f"{path}[]")


def size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
