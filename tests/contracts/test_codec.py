import json
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_kafka,
    to_binary,
    to_structured,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from tests.contracts.vectors import (
    DATA,
    ID,
    KEY,
    SOURCE,
    TIME,
    TOPIC,
    TYPE,
    VALUE,
    VECTORS,
    Vector,
    envelope,
    headers,
)

from parley_contracts import samples, topics
from parley_contracts.cloudevents import Headers, Received, Tombstone, Unknown, decode, encode
from parley_contracts.event import Event
from parley_contracts.people import PersonUpserted
from parley_contracts.refusals import BrokenRecord

NOW = datetime(2027, 3, 8, 7, 30, tzinfo=UTC)
STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def received(given: Headers, value: bytes = VALUE, key: bytes = KEY) -> Received:
    record = decode(TOPIC, key, value, given)
    assert isinstance(record, Received)
    return record


def refusal(given: Headers, value: bytes | None = VALUE, key: bytes | None = KEY) -> BrokenRecord:
    with pytest.raises(BrokenRecord) as caught:
        decode(TOPIC, key, value, given)
    return caught.value


def by_sdk(vector: Vector) -> CloudEvent:
    assert vector.value is not None
    message = KafkaMessage(
        headers={name.lower(): raw for name, raw in vector.headers if raw is not None},
        key=vector.key,
        value=vector.value,
    )
    event = from_kafka(message, JSONFormat())
    assert isinstance(event, CloudEvent)
    return event


def test_there_are_fifteen_vectors() -> None:
    assert len(VECTORS) == 15


@pytest.mark.parametrize(
    "vector", [one for one in VECTORS if not one.refused], ids=lambda v: v.name
)
def test_a_good_record_says_what_the_sdk_says(vector: Vector) -> None:
    assert vector.value is not None

    ours = received(vector.headers, vector.value)

    theirs = by_sdk(vector)
    assert (ours.id, ours.source, ours.type) == (ID, SOURCE, TYPE)
    assert (ours.id, ours.source) == (theirs.get_id(), theirs.get_source())
    assert (ours.type, ours.subject) == (theirs.get_type(), theirs.get_subject())
    assert ours.time == datetime.fromisoformat(vector.time) == theirs.get_time()
    assert theirs.get_extension("partitionkey") == ours.key
    assert json_of(theirs) == DATA
    assert ours.data == PersonUpserted.model_validate(DATA)


def json_of(event: CloudEvent) -> object:
    """The SDK leaves data as text where the media type is not in lower case."""
    data = event.get_data()
    return json.loads(data) if isinstance(data, str) else data


@pytest.mark.parametrize("vector", [one for one in VECTORS if one.refused], ids=lambda v: v.name)
def test_a_broken_record_names_its_field(vector: Vector) -> None:
    broken = refusal(vector.headers, vector.value)

    assert broken.field == vector.refused
    if vector.sdk_takes_it:
        by_sdk(vector)
    else:
        with pytest.raises(Exception):  # noqa: B017, PT011 - the SDK's refusals have no base class
            by_sdk(vector)


@pytest.mark.parametrize("sample", samples.ALL, ids=lambda one: str(one["type"]))
def test_what_we_write_the_sdk_reads_and_the_other_way_round(sample: dict[str, object]) -> None:
    event, topic = event_of(sample), topics.TOPIC_OF_TYPE[str(sample["type"])]

    ours = encode(event, id=ID, source=SOURCE, time=NOW, traceparent=TRACE)
    theirs = from_kafka(
        KafkaMessage(headers=dict(ours.headers), key=ours.key, value=ours.value), JSONFormat()
    )

    assert theirs.get_data() == sample["data"]
    for write in (to_binary, to_structured):
        message = write(theirs, JSONFormat())
        assert isinstance(message.key, str)
        back = decode(topic, message.key.encode(), message.value, tuple(message.headers.items()))
        assert isinstance(back, Received)
        assert (back.id, back.source, back.time, back.data) == (ID, SOURCE, NOW, event)


def event_of(sample: dict[str, object]) -> Event:
    model = topics.TOPIC_OF_TYPE[str(sample["type"])].events[str(sample["type"])]
    return model.model_validate(sample["data"])


def test_an_encoded_record_is_binary_and_keyed_by_its_aggregate() -> None:
    record = encode(PersonUpserted.model_validate(DATA), id=ID, source=SOURCE, time=NOW)

    assert (record.topic, record.key) == ("ats.people.v1", KEY.decode())
    assert dict(record.headers) == dict(headers()) | {
        "content-type": b"application/json; charset=utf-8"
    }
    assert b"null" not in record.value


def test_a_trace_travels_in_the_plain_header() -> None:
    record = encode(
        PersonUpserted.model_validate(DATA),
        id=ID,
        source=SOURCE,
        time=NOW,
        traceparent=TRACE,
        tracestate="vendor=1",
    )

    back = received(record.headers, record.value)

    assert (back.traceparent, back.tracestate) == (TRACE, "vendor=1")


@pytest.mark.parametrize(
    ("given", "trace"),
    [
        (headers(ce_traceparent=TRACE.encode()), TRACE),
        (headers(traceparent=b"00-nonsense"), None),
        (headers(traceparent=b"\xff"), None),
        (
            headers(
                traceparent=TRACE.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0" * 32).encode()
            ),
            None,
        ),
        (headers(), None),
    ],
)
def test_a_bad_trace_costs_no_record(given: Headers, trace: str | None) -> None:
    assert received(given).traceparent == trace


def test_an_unknown_type_is_told_and_not_refused() -> None:
    assert decode(TOPIC, None, b"\x00", headers(ce_type=b"ats.person.adored.v9")) == Unknown(
        "ats.person.adored.v9"
    )


def test_a_type_of_another_topic_is_unknown_here() -> None:
    given = headers(ce_type=b"ats.interviewer.profile-set.v1")

    assert isinstance(decode(TOPIC, KEY, VALUE, given), Unknown)


@pytest.mark.parametrize("topic", topics.TOPICS.values(), ids=lambda topic: topic.name)
def test_a_null_value_erases_only_where_the_topic_is_compacted(topic: topics.Topic) -> None:
    if topic.compacted:
        assert decode(topic, KEY, None, (("whatever", b"\xff"),)) == Tombstone(KEY.decode())
    else:
        with pytest.raises(BrokenRecord, match="value: is null"):
            decode(topic, KEY, None, headers())


@pytest.mark.parametrize(
    "key", [None, b"", b"\xff", b"a b", b"jane@example.com", b"../x", b"x" * 129, b"x\n"]
)
def test_a_key_is_an_id(key: bytes | None) -> None:
    assert refusal(headers(), key=key).field == "key"
    assert refusal(headers(), None, key).field == "key"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (headers(ce_specversion=None), "ce_specversion"),
        (headers(ce_specversion=b"0.3"), "ce_specversion"),
        (headers(ce_type=None), "ce_type"),
        (headers(ce_type=b""), "ce_type"),
        (headers(ce_source=None), "ce_source"),
        (headers(ce_id=b""), "ce_id"),
        (headers(ce_id=b"x" * 201), "ce_id"),
        (headers(ce_id=b"a\x00b"), "ce_id"),
        (headers(ce_subject=None), "ce_subject"),
        (headers(ce_subject=b"greenhouse:1"), "ce_subject"),
        (headers(ce_partitionkey=b"greenhouse:1"), "ce_partitionkey"),
        (headers(ce_time=b"2027-03-08"), "ce_time"),
        (headers(ce_time=b"2027-03-08T07:30:00"), "ce_time"),
        (headers(ce_time=b"20270308T073000Z"), "ce_time"),
        (headers(ce_time=b"2027-02-30T07:30:00Z"), "ce_time"),
        (headers(ce_time=b"0001-01-01T00:00:00+14:00"), "ce_time"),
        (headers(ce_time=b"2027-03-08T07:30:00Z\n"), "ce_time"),
        (headers(ce_time="\uff12\uff10\uff12\uff17-03-08T07:30:00Z".encode()), "ce_time"),
        (headers(content_type=b"application/avro"), "content-type"),
        (headers(content_type=b"application/json; charset=utf-16"), "content-type"),
        (headers(content_type=b"\xff"), "content-type"),
        (headers(content_type=b"application/cloudevents-batch+json"), "content-type"),
        ((*headers(), ("ce_id", b"another")), "ce_id"),
    ],
)
def test_an_attribute_that_breaks_the_contract_is_named(given: Headers, field: str) -> None:
    assert refusal(given).field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"", "value"),
        (b"[]", "value"),
        (b"\xff", "value"),
        (b"[" * 10_000 + b"]" * 10_000, "value"),
        (envelope(data=None), "data"),
        (envelope(data=[]), "data"),
        (envelope(data="text"), "data"),
        (envelope(data_base64="e30="), "data_base64"),
        (envelope(id=7), "id"),
        (envelope(id=None), "id"),
        (envelope(time="soon"), "time"),
        (envelope(subject="greenhouse:1"), "subject"),
        (envelope(datacontenttype="text/xml"), "content-type"),
        (envelope().replace(b'"allowed"', b"NaN"), "value"),
        (envelope().replace(b'"allowed"', b'"allowed", "x": 1e999'), "data"),
        (envelope().replace(b'"allowed"', b'"allowed", "x": ' + b"9" * 5000), "value"),
    ],
)
def test_a_broken_envelope_names_its_field_as_the_writer_sees_it(value: bytes, field: str) -> None:
    assert refusal(STRUCTURED, value).field == field


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"", "data"),
        (b"null", "data"),
        (b"[]", "data"),
        (b'"text"', "data"),
        (b"\xff\xfe", "data"),
        (b'{"person_id": "greenhouse:265772"}', "data.name"),
        (VALUE.replace(b"265772", b"1"), "key"),
        (VALUE[:-1] + b', "bio": "' + b"x" * 1_000_000 + b'"}', "data.bio"),
        (VALUE[:-1] + b', "bio": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", "data"),
        (VALUE[:-1] + b', "what": ' + b'{"x":' * 10_000 + b"1" + b"}" * 10_000 + b"}", "data"),
        (VALUE[:-1] + b', "what": ' + b"9" * 5_000 + b"}", "data"),
        (VALUE[:-1] + b', "bio": "\\u0000"}', "data.bio"),
        (VALUE[:-1] + b', "bio": "\\ud800"}', "data"),
    ],
)
def test_broken_data_names_its_field(value: bytes, field: str) -> None:
    assert refusal(headers(), value).field == field


def test_a_refusal_says_whose_record_it_is_as_far_as_that_could_be_read() -> None:
    broken = refusal(headers(ce_source=b"\xff", ce_time=b"never"))

    assert (broken.source, broken.id, broken.type) == (None, ID, TYPE)


def test_headers_of_others_may_hold_anything() -> None:
    others = (("x-trace", b"\xff\xfe"), ("b3", None), ("ce_region", b"\xff"), ("traceparent", b"1"))

    assert received((*headers(traceparent=b"0"), *others)).id == ID


def test_a_null_header_is_a_missing_one() -> None:
    assert refusal((*headers(ce_id=None), ("ce_id", None))).field == "ce_id"


def test_a_repeat_has_the_same_digest_under_any_id() -> None:
    first = received(headers())

    repeats = (
        received(headers(ce_id=b"another", ce_region=b"eu")),
        received(headers(ce_time=b"2027-03-08T08:30:00+01:00")),
    )

    assert {one.digest for one in repeats} == {first.digest}


def test_a_repeat_may_be_spelled_otherwise() -> None:
    """As a database gives it back, with what nobody here knows too."""
    data = DATA | {"score_card": {"b": 1, "a": "é"}}
    backwards = dict(reversed(data.items())) | {"score_card": {"a": "é", "b": 1}}
    spellings = (
        json.dumps(data),
        json.dumps(backwards, ensure_ascii=False),
        json.dumps(data, indent=2, separators=(",", " : ")),
    )

    digests = {received(headers(), one.encode()).digest for one in spellings}
    digests.add(received(STRUCTURED, envelope(data=backwards)).digest)

    assert len(digests) == 1
    other = json.dumps(data | {"score_card": {"b": 2, "a": "é"}}).encode()
    assert received(headers(), other).digest not in digests


def test_another_event_has_another_digest() -> None:
    records = [
        received(headers()),
        received(headers(ce_source=b"lever/acme")),
        received(headers(ce_time=b"2027-03-08T07:30:01Z")),
        received(headers(), VALUE.replace(b"Zo", b"Jo")),
        received(headers(ce_type=b"ats.person.merged.v1"), VALUE[:-1] + b', "into_id": "x:1"}'),
    ]

    assert len({one.digest for one in records}) == len(records)


def test_digests_are_in_the_order_of_their_times() -> None:
    times = (b"2027-03-08T07:30:00Z", b"2027-03-08T07:30:00.5Z", b"2027-03-08T08:30:01+01:00")

    first, half, second = (received(headers(ce_time=one)).digest for one in times)

    assert first[:4] == half[:4] < second[:4]
    assert first != half
    assert len(first) == 32


def test_a_structured_repeat_may_be_spelled_otherwise() -> None:
    spelled = envelope(data=dict(reversed(DATA.items()))).replace(b", ", b",\n  ")

    assert received(STRUCTURED, spelled).digest == received(STRUCTURED, envelope()).digest


def test_time_is_kept_in_utc() -> None:
    record = received(headers(ce_time=b"2027-03-08T13:00:00+05:30"))

    assert record.time.tzinfo is UTC
    assert record.time.isoformat() == TIME.replace("Z", "+00:00")
