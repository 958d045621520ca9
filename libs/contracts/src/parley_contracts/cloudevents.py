"""CloudEvents 1.0 on Kafka: binary mode out, binary and structured mode in.

What is refused here is refused for ever, whenever it is read: nothing in this module knows what time it is.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from parley_contracts.event import Event
from parley_contracts.ids import ID_PATTERN
from parley_contracts.refusals import BrokenRecord, Refused, refused_data
from parley_contracts.times import read_instant, spell_instant
from parley_contracts.topics import ATS, Topic, published_as

Headers = Sequence[tuple[str, bytes | None]]

MAX_EVENT_BYTES: Final = 65_536
"""What a CloudEvents intermediary has to forward, and what an outbox row may hold."""

_KEY = re.compile(ID_PATTERN.removesuffix("$") + r"\Z")
_LONGEST_NAME = 200
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}\Z"
)
_TRACESTATE = re.compile(r"[\x20-\x7e]{1,512}\Z")
_CONTENT_TYPE = "content-type"
_TRACING = frozenset({"traceparent", "tracestate"})
_NAMES = ("specversion", "id", "source", "type", "subject", "time")
_TRANSPORT_HEADERS = _TRACING | {_CONTENT_TYPE}
_ATTRIBUTE_HEADERS = frozenset(f"ce_{name}" for name in (*_NAMES, "partitionkey", *_TRACING))
_BINARY_OUT = (_CONTENT_TYPE, b"application/json; charset=utf-8")
_SPECVERSION_OUT = ("ce_specversion", b"1.0")


class Received(NamedTuple):
    """A record that keeps the contract. A tuple, since it is made for every record and is made four times faster."""

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    """When it happened: it identifies, and never orders."""
    traceparent: str | None
    tracestate: str | None
    data: Event
    digest: bytes
    """The same for every repeat of one event, under whatever id it is sent again: 32 bytes, of which the first four are
    the seconds of its time.
    """

    @property
    def key(self) -> str:
        return self.subject


@dataclass(slots=True, frozen=True)
class Unknown:
    """A type that this version does not know: to be skipped and counted."""

    type: str


@dataclass(slots=True, frozen=True)
class Tombstone:
    """A null value on a compacted topic: what the key names is gone."""

    key: str


Decoded = Received | Unknown | Tombstone


class Encoded(NamedTuple):
    """A record ready for an outbox or a producer."""

    topic: str
    key: str
    headers: tuple[tuple[str, bytes], ...]
    value: bytes


class _Attributes(dict[str, str]):
    """A CloudEvent's attributes by name; `prefix` is how the writer sees those names."""

    prefix = "ce_"

    def required(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise Refused(self.prefix + name, "is missing")
        if not _readable(value):
            raise Refused(self.prefix + name, "should be 1 to 200 printable characters")
        return value

    def readable(self, name: str) -> str | None:
        value = self.get(name)
        return value if value is not None and _readable(value) else None


def _readable(value: str) -> bool:
    return 0 < len(value) <= _LONGEST_NAME and value.isprintable()


def decode(topic: Topic, key: bytes | None, value: bytes | None, headers: Headers) -> Decoded:
    """What a record of this topic says; BrokenRecord where it breaks the contract."""
    attributes = _Attributes()
    try:
        if value is None:
            return _tombstone(topic, key)
        transport = _read_headers(headers, attributes)
        if _is_structured(transport.get(_CONTENT_TYPE, "")):
            value = _open_envelope(value, attributes)
        return _decode(topic, key, value, attributes, transport)
    except Refused as refusal:
        raise BrokenRecord(
            refusal.field,
            refusal.reason,
            source=attributes.readable("source"),
            id=attributes.readable("id"),
            type=attributes.readable("type"),
        ) from None


def _decode(
    topic: Topic,
    key: bytes | None,
    value: bytes,
    attributes: _Attributes,
    transport: dict[str, str],
) -> Received | Unknown:
    if attributes.required("specversion") != "1.0":
        raise Refused(attributes.prefix + "specversion", "should be 1.0")
    ce_type = attributes.required("type")
    model = topic.events.get(ce_type)
    if model is None:
        return Unknown(ce_type)
    ce_id, source = attributes.required("id"), attributes.required("source")
    time = _read_time(attributes)
    subject = _read_subject(key, attributes)
    if not _is_json(attributes.get("datacontenttype") or transport.get(_CONTENT_TYPE, "")):
        raise Refused(_CONTENT_TYPE, "should be application/json in UTF-8")
    try:
        data = model.model_validate_json(value)
    except ValidationError as error:
        raise refused_data(error) from None
    if data.aggregate_id != subject:
        raise Refused("key", f"differs from {topic.key} in the data")
    # Our own services write the same data in the same bytes; whoever re-sends theirs may read it from a database.
    exact = attributes.prefix == "" or ATS not in topic.owners
    said = value if exact else _canonical(from_json(value))
    head = f"{source}\n{ce_type}\n{subject}\n{time.isoformat()}\n".encode()
    return Received(
        id=ce_id,
        source=source,
        type=ce_type,
        subject=subject,
        time=time,
        traceparent=_trace(_TRACEPARENT, "traceparent", transport, attributes),
        tracestate=_trace(_TRACESTATE, "tracestate", transport, attributes),
        data=data,
        digest=_digest(time, head + said),
    )


def _digest(time: datetime, said: bytes) -> bytes:
    """Begins with the time, which is a part of what is said: an index over digests grows at its end, as events do."""
    seconds = int(time.timestamp()) & 0xFFFF_FFFF
    return seconds.to_bytes(4, "big") + hashlib.sha256(said).digest()[:28]


def _tombstone(topic: Topic, key: bytes | None) -> Tombstone:
    if not topic.compacted:
        raise Refused("value", "is null, which means nothing on this topic")
    return Tombstone(_read_key(key))


def _read_headers(headers: Headers, attributes: _Attributes) -> dict[str, str]:
    """Fills the attributes as far as they can be read, and gives the transport's own headers; what others put beside
    them is not looked at.
    """
    transport: dict[str, str] = {}
    refusal: Refused | None = None
    for name, raw in headers:
        if raw is None:
            continue
        lower = name.lower()
        if lower in _ATTRIBUTE_HEADERS:
            into: dict[str, str] = attributes
            known = lower[3:]
        elif lower in _TRANSPORT_HEADERS:
            into = transport
            known = lower
        else:
            continue
        traced = known in _TRACING
        if known in into and not traced:
            refusal = refusal or Refused(lower, "is given twice")
        try:
            into[known] = raw.decode()
        except UnicodeDecodeError:
            if not traced:
                refusal = refusal or Refused(lower, "is not UTF-8")
    if refusal is not None:
        raise refusal
    return transport


@lru_cache(maxsize=256)
def _is_structured(content_type: str) -> bool:
    media_type, charset = _media_type(content_type)
    if not media_type.startswith("application/cloudevents"):
        return False
    if media_type not in {"application/cloudevents", "application/cloudevents+json"} or not charset:
        raise Refused(_CONTENT_TYPE, "should be application/cloudevents+json in UTF-8")
    return True


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    media_type, charset = _media_type(content_type)
    structured = media_type.startswith("application/cloudevents")
    return charset and (
        media_type in {"", "application/json"} or media_type.endswith("+json") or structured
    )


def _media_type(content_type: str) -> tuple[str, bool]:
    """The media type in lower case, and whether its charset can be read."""
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = [one.removeprefix("charset=") for one in parameters if one.startswith("charset=")]
    return media_type, all(
        charset.strip('"') in {"utf-8", "utf8", "us-ascii"} for charset in charsets
    )


def _open_envelope(value: bytes, attributes: _Attributes) -> bytes:
    """Fills the attributes from a structured event, and gives its data in canonical JSON."""
    attributes.clear()
    attributes.prefix = ""
    try:
        envelope = from_json(value, allow_inf_nan=False)
    except ValueError as error:
        raise Refused("value", f"is not JSON: {error}") from None
    if not isinstance(envelope, dict):
        raise Refused("value", "should be a JSON object")
    attributes.update(
        (name, one) for name, one in envelope.items() if name != "data" and isinstance(one, str)
    )
    for name in (*_NAMES, "datacontenttype"):
        if name not in attributes and envelope.get(name) is not None:
            raise Refused(name, "should be a string")
    if envelope.get("data_base64") is not None:
        raise Refused("data_base64", "is not read: the data stands as JSON in data")
    if envelope.get("data") is None:
        raise Refused("data", "is missing")
    try:
        return _canonical(envelope["data"], allow_nan=False)
    except ValueError:
        raise Refused("data", "holds a number out of range") from None


def _canonical(data: object, *, allow_nan: bool = True) -> bytes:
    """The same for the same data, however it was spelled."""
    spelled = json.dumps(
        data, ensure_ascii=False, allow_nan=allow_nan, sort_keys=True, separators=(",", ":")
    )
    return spelled.encode()


def _read_key(key: bytes | None) -> str:
    if key is None:
        raise Refused("key", "is missing")
    try:
        text = key.decode("ascii")
    except UnicodeDecodeError:
        raise Refused("key", "should be an id") from None
    if _KEY.match(text) is None:
        raise Refused("key", "should be an id")
    return text


def _read_subject(key: bytes | None, attributes: _Attributes) -> str:
    subject = _read_key(key)
    if attributes.required("subject") != subject:
        raise Refused(attributes.prefix + "subject", "differs from the record's key")
    if attributes.get("partitionkey", subject) != subject:
        raise Refused(attributes.prefix + "partitionkey", "differs from the record's key")
    return subject


def _read_time(attributes: _Attributes) -> datetime:
    """Optional in CloudEvents and required here: a repeat is known by it."""
    time = read_instant(attributes.required("time"))
    if time is None:
        raise Refused(attributes.prefix + "time", "should be as 2027-03-16T09:30:00Z is")
    return time


def _trace(
    pattern: re.Pattern[str], name: str, transport: dict[str, str], attributes: _Attributes
) -> str | None:
    """The transport's own, else the event's; a bad one is no reason to lose a record."""
    value = transport.get(name) or attributes.get(name)
    return value if value is not None and pattern.match(value) else None


def encode(
    event: Event,
    *,
    id: UUID | str,  # noqa: A002 - the CloudEvents name of it
    source: str,
    time: datetime,
    traceparent: str | None = None,
    tracestate: str | None = None,
) -> Encoded:
    """The event as a record in binary mode; KeyError for a model that is on no topic."""
    topic, ce_type = published_as(type(event))
    headers = [
        _SPECVERSION_OUT,
        ("ce_id", str(id).encode()),
        ("ce_source", source.encode()),
        ("ce_type", ce_type.encode()),
        ("ce_subject", event.aggregate_id.encode()),
        ("ce_time", spell_instant(time).encode()),
        _BINARY_OUT,
    ]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    if tracestate is not None:
        headers.append(("tracestate", tracestate.encode()))
    value = event.model_dump_json(exclude_none=True).encode()
    return Encoded(topic.name, event.aggregate_id, tuple(headers), value)
