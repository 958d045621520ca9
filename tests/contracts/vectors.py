"""Fifteen records as bytes, with what a reader has to make of them."""

import json
from dataclasses import dataclass

from parley_contracts import topics

Headers = tuple[tuple[str, bytes | None], ...]

ID = "0195a3f0-0000-7000-8000-000000000001"
SOURCE = "greenhouse/acme"
TYPE = "ats.person.upserted.v1"
TIME = "2027-03-08T07:30:00Z"
KEY = b"greenhouse:265772"
TOPIC = topics.PEOPLE
DATA = {"person_id": "greenhouse:265772", "name": "Zoë Ngũgĩ-Müller", "contact": "allowed"}
VALUE = json.dumps(DATA, ensure_ascii=False).encode()


def headers(**changed: bytes | None) -> Headers:
    """The headers of a good record; None leaves one out, `content_type` names that header."""
    told: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": ID.encode(),
        "ce_source": SOURCE.encode(),
        "ce_type": TYPE.encode(),
        "ce_subject": KEY,
        "ce_time": TIME.encode(),
        "content_type": b"application/json",
    }
    named = (told | changed).items()
    return tuple(
        ("content-type" if name == "content_type" else name, raw)
        for name, raw in named
        if raw is not None
    )


def envelope(**changed: object) -> bytes:
    told: dict[str, object] = {
        "specversion": "1.0",
        "id": ID,
        "source": SOURCE,
        "type": TYPE,
        "subject": KEY.decode(),
        "time": TIME,
        "datacontenttype": "application/json",
        "data": DATA,
    }
    return json.dumps(told | changed, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Vector:
    name: str
    headers: Headers
    value: bytes | None
    key: bytes | None = KEY
    time: str = TIME
    refused: str | None = None
    """The field that is refused; None where the record is good."""
    sdk_takes_it: bool = False
    """Where the SDK is content with what we refuse: it makes up an id, does without a time, and leaves bad JSON as text."""


_STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)

VECTORS = (
    Vector("binary", headers(), VALUE),
    Vector(
        "media type in capitals", headers(content_type=b"Application/JSON; Charset=UTF-8"), VALUE
    ),
    Vector("header names in capitals", tuple((n.upper(), v) for n, v in headers()), VALUE),
    Vector("attributes nobody knows", headers(ce_region=b"eu", ce_dataschema=b"urn:x"), VALUE),
    Vector("partition key given too", headers(ce_partitionkey=KEY), VALUE),
    Vector(
        "time with an offset",
        headers(ce_time=b"2027-03-08T13:00:00+05:30"),
        VALUE,
    ),
    Vector(
        "time with microseconds",
        headers(ce_time=b"2027-03-08T07:30:00.250000Z"),
        VALUE,
        time="2027-03-08T07:30:00.250000Z",
    ),
    Vector("structured", _STRUCTURED, envelope()),
    Vector(
        "structured in capitals",
        (("Content-Type", b"APPLICATION/CloudEvents+JSON; charset=UTF-8"),),
        envelope(region="eu"),
    ),
    Vector("no id", headers(ce_id=None), VALUE, refused="ce_id", sdk_takes_it=True),
    Vector("time that is none", headers(ce_time=b"yesterday"), VALUE, refused="ce_time"),
    Vector("no time", headers(ce_time=None), VALUE, refused="ce_time", sdk_takes_it=True),
    Vector(
        "structured in Avro",
        (("content-type", b"application/cloudevents+avro"),),
        b"\x02\x00Obj\x01",
        refused="content-type",
    ),
    Vector("header that is not UTF-8", headers(ce_source=b"\xff\xfe"), VALUE, refused="ce_source"),
    Vector("not JSON", headers(), b'{"person_id": ', refused="data", sdk_takes_it=True),
)
