import json
from copy import deepcopy
from typing import Any

import pytest

from parley_contracts.compatibility import Break, Direction, breaks, history_breaks
from parley_contracts.json_schemas import schema_of
from parley_contracts.topics import TOPIC_OF_TYPE

Schema = dict[str, Any]

FIRST: Schema = {
    "type": "object",
    "required": ["person_id", "state"],
    "properties": {
        "person_id": {"type": "string", "maxLength": 128},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "status": {"type": "string", "pattern": "^[a-z]+$", "x-known-values": ["open"]},
        "note": {"type": "string"},
        "minutes": {"type": "integer", "minimum": 1, "maximum": 60},
        "seats": {"type": "array", "maxItems": 6, "items": {"$ref": "#/$defs/Seat"}},
        "refs": {
            "type": "object",
            "patternProperties": {"^[a-z]+$": {"type": "string", "maxLength": 9}},
        },
        "until": {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
            "default": None,
        },
    },
    "$defs": {
        "Seat": {"type": "object", "required": ["role"], "properties": {"role": {"type": "string"}}}
    },
}
BACK, FORTH = Direction.BACKWARD, Direction.FORWARD


def changed(path: str, value: object, base: Schema = FIRST) -> Schema:
    """The schema with something else at a dotted path; `...` leaves it out."""
    schema = deepcopy(base)
    *steps, last = path.split("/")
    at = schema
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return schema


@pytest.mark.parametrize(
    ("name", "new", "expected"),
    [
        ("nothing", FIRST, set()),
        ("add optional", changed("properties/zone", {"type": "string"}), set()),
        ("add required", changed("required", ["person_id", "state", "note"]), {BACK}),
        ("drop optional", changed("properties/note", ...), set()),
        ("drop required", changed("required", ["person_id"]), {FORTH}),
        (
            "add to a closed enum",
            changed("properties/state/enum", ["open", "closed", "held"]),
            {FORTH},
        ),
        ("take from a closed enum", changed("properties/state/enum", ["open"]), {BACK}),
        ("add a known value", changed("properties/status/x-known-values", ["open", "held"]), set()),
        ("take a known value", changed("properties/status/x-known-values", []), set()),
        ("change the type", changed("properties/note/type", "integer"), {BACK, FORTH}),
        ("add maxLength", changed("properties/note/maxLength", 9), {BACK}),
        ("drop maxLength", changed("properties/person_id/maxLength", ...), {FORTH}),
        ("longer maxLength", changed("properties/person_id/maxLength", 200), {FORTH}),
        (
            "make nullable",
            changed("properties/note", {"anyOf": [{"type": "string"}, {"type": "null"}]}),
            {FORTH},
        ),
        ("integer to number", changed("properties/minutes/type", "number"), {FORTH}),
        ("higher minimum", changed("properties/minutes/minimum", 5), {BACK}),
        ("higher maximum", changed("properties/minutes/maximum", 90), {FORTH}),
        ("another pattern", changed("properties/status/pattern", "^[a-z-]+$"), {BACK, FORTH}),
        ("fewer items", changed("properties/seats/maxItems", 5), {BACK}),
        (
            "another format",
            changed(
                "properties/until/anyOf", [{"type": "string", "format": "date"}, {"type": "null"}]
            ),
            {BACK, FORTH},
        ),
        ("required in what is referred to", changed("$defs/Seat/required", []), {FORTH}),
        (
            "type in what is referred to",
            changed("$defs/Seat/properties/role/type", "boolean"),
            {BACK, FORTH},
        ),
        (
            "narrower values of a mapping",
            changed("properties/refs/patternProperties/^[a-z]+$/maxLength", 5),
            {BACK},
        ),
        ("words only", changed("properties/note/description", "what is said"), set()),
        (
            "an unheard-of keyword",
            changed("properties/note/contentEncoding", "base64"),
            {BACK, FORTH},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_table_of_changes(name: str, new: Schema, expected: set[Direction]) -> None:
    assert {one.direction for one in breaks(FIRST, new)} == expected, name


def test_a_break_says_where_and_what() -> None:
    found = breaks(FIRST, changed("$defs/Seat/properties/role/maxLength", 40))

    assert found == (Break(BACK, ".seats[].role", "maxLength is narrower"),)


def test_a_whole_history_is_looked_at() -> None:
    """A field that was dropped and comes back as something else is in nobody's way but the first version's."""
    dropped = changed("properties/note", ...)
    back_again = changed("properties/note", {"type": "integer"})

    assert not breaks(dropped, back_again)
    assert history_breaks([FIRST, dropped, back_again])


@pytest.mark.parametrize("ce_type", sorted(TOPIC_OF_TYPE))
def test_our_own_schemas_use_only_what_can_be_compared(ce_type: str) -> None:
    schema: Schema = schema_of(ce_type)

    assert not breaks(schema, schema)


def test_a_break_in_one_of_our_own_schemas_is_found() -> None:
    old: Schema = schema_of("ats.interview.requested.v1")
    new = json.loads(json.dumps(old).replace('"maximum": 720', '"maximum": 60'))

    assert {one.direction for one in breaks(old, new)} == {BACK}
