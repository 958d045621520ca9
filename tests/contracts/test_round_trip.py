"""Whatever our writers can say comes back as it was said."""

import string
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.schema_values import Schema, resolve, schema_of

from parley_contracts import ids, known, text, topics
from parley_contracts.cloudevents import Received, decode, encode
from parley_contracts.interviewers import InterviewerBusySet, InterviewerProfileSet
from parley_contracts.refusals import BrokenRecord

_PRINTABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
_ID = st.text(string.ascii_letters + string.digits + "._:-", max_size=12).map(lambda one: "x" + one)
_BY_PATTERN: dict[str, st.SearchStrategy[str]] = {
    ids.ID_PATTERN: _ID,
    known.MEMBER_PATTERN: _ID.map(lambda one: one.replace(":", "_")),
    text.LINE_PATTERN: st.text(_PRINTABLE, max_size=10).map(lambda one: f"é{one}字"),
    text.TEXT_PATTERN: st.text(_PRINTABLE, max_size=10).map(lambda one: f"é\n{one}\t字"),
    text.URL_PATTERN: st.sampled_from(["https://example.com/a?b=c", "http://[::1]:8080/"]),
    text.EMAIL_PATTERN: st.sampled_from(["a@b", "用户@例え.jp", "o'hara+x@example.com"]),
    text.LOCALE_PATTERN: st.sampled_from(["de", "pt-BR", "zh-Hant-TW"]),
    text.AMOUNT_PATTERN: st.just("42.50"),
    text.CURRENCY_PATTERN: st.sampled_from(["EUR", "JPY"]),
}
_NAMED = {
    "zone": st.sampled_from(["Asia/Kolkata", "UTC"]),
    "candidate_zone": st.sampled_from(["Pacific/Chatham"]),
    "candidate_minutes": st.just(1),
    "into_id": st.just("someone-else"),
}
"""Fields that another rule than their schema's holds."""
_SKIPPED = {"InterviewerBusySet", "InterviewerProfileSet"}
_INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).map(  # noqa: DTZ001 - UTC follows
    lambda naive: naive.replace(tzinfo=UTC)
)


def values(schema: Schema, root: Schema, name: str = "") -> st.SearchStrategy[Any]:
    schema = resolve(schema, root)
    if name in _NAMED:
        return _NAMED[name]
    schema = resolve(schema.get("anyOf", [schema])[0], root)
    match schema["type"]:
        case "object":
            return _objects(schema, root)
        case "array":
            least = schema.get("minItems", 0)
            one = values(schema["items"], root)
            return st.lists(one, min_size=least, max_size=least + 1).map(_distinct)
        case "string":
            return _strings(schema)
        case "integer":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return st.integers(least, schema["maximum"])
        case _:
            return st.booleans()


def _objects(schema: Schema, root: Schema) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        return st.dictionaries(st.sampled_from(["a_id", "b.c"]), st.just("7"))
    title = schema["title"]
    if title in {"Interval", "BusyInterval"}:
        return st.lists(_INSTANTS, min_size=2, max_size=2, unique=True).map(_interval)
    required = set(schema.get("required", ()))
    fields = {name: values(one, root, name) for name, one in schema["properties"].items()}
    if title == "SeatRequest":
        fields = {
            name: one for name, one in fields.items() if name in {"pool_id", "skills", "role"}
        }
        required = {"pool_id"}
    return st.fixed_dictionaries(
        {name: one for name, one in fields.items() if name in required},
        optional={name: one for name, one in fields.items() if name not in required},
    )


def _distinct(members: list[Any]) -> list[Any]:
    """Sessions of an interview differ in their ids, and so do people in a session."""
    for number, one in enumerate(members):
        for name in ("session_id", "interviewer_id"):
            if isinstance(one, dict) and name in one:
                one[name] = f"{one[name]}{number}"
    return members


def _interval(ends: list[datetime]) -> dict[str, str]:
    first, last = sorted(ends)
    return {"starts_at": first.isoformat(), "ends_at": last.isoformat()}


def _strings(schema: Schema) -> st.SearchStrategy[str]:
    if "x-known-values" in schema:
        return st.sampled_from([*schema["x-known-values"], "of-a-later-version"])
    if schema.get("format") == "date-time":
        return _INSTANTS.map(lambda at: at.isoformat())
    return _BY_PATTERN.get(schema["pattern"], st.just("x1"))


EVENTS = st.sampled_from(sorted(topics.TOPIC_OF_TYPE)).filter(
    lambda one: topics.TOPIC_OF_TYPE[one].events[one].__name__ not in _SKIPPED
)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), EVENTS, _INSTANTS, st.uuids())
def test_what_is_written_is_what_is_read(
    data: st.DataObject, ce_type: str, time: datetime, event_id: object
) -> None:
    topic = topics.TOPIC_OF_TYPE[ce_type]
    schema = schema_of(ce_type)
    event = topic.events[ce_type].model_validate(data.draw(values(schema, schema)))

    record = encode(event, id=str(event_id), source="parley/test", time=time)
    back = decode(topic, record.key.encode(), record.value, record.headers)

    assert isinstance(back, Received)
    assert back.data == event
    assert (back.type, back.time, back.key) == (ce_type, time, event.aggregate_id)


_LOCAL = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02}:{t[1]:02}")


@given(
    st.lists(_LOCAL, min_size=2, max_size=2, unique=True),
    st.lists(_INSTANTS, min_size=2, max_size=2, unique=True),
)
def test_hours_and_busy_times_too(hours: list[str], ends: list[datetime]) -> None:
    start, end = sorted(hours)
    interval = _interval(ends)
    profile = InterviewerProfileSet.model_validate(
        {
            "interviewer_id": "x:1",
            "zone": "Asia/Kolkata",
            "weekly_hours": {"friday": [{"start": start, "end": end}]},
            "pauses": [interval],
        }
    )
    busy = InterviewerBusySet.model_validate(
        {"interviewer_id": "x:1", "range": interval, "busy": [interval]}
    )

    for event in (profile, busy):
        record = encode(event, id="1", source="x", time=datetime(2027, 1, 1, tzinfo=UTC))
        back = decode(
            topics.TOPICS[record.topic], record.key.encode(), record.value, record.headers
        )
        assert isinstance(back, Received)
        assert back.data == event


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from([None, b"greenhouse:1", b"\xff"]),
    st.one_of(st.none(), st.binary(max_size=60), st.sampled_from([b"{}", b'{"person_id":"a"}'])),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "ce_id",
                    "ce_type",
                    "ce_source",
                    "ce_time",
                    "ce_specversion",
                    "content-type",
                    "CE_SUBJECT",
                ]
            ),
            st.one_of(
                st.none(),
                st.binary(max_size=40),
                st.sampled_from(
                    [
                        b"1.0",
                        b"ats.person.upserted.v1",
                        b"application/cloudevents+json",
                        b"2027-01-01T00:00:00Z",
                    ]
                ),
            ),
        ),
        max_size=8,
    ),
)
def test_any_bytes_are_read_or_refused_and_nothing_else(
    key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    with suppress(BrokenRecord):
        decode(topics.PEOPLE, key, value, headers)
