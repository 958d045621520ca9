"""Records that nobody can take in, of every kind that a writer has ever sent by mistake."""

import json
from dataclasses import dataclass
from datetime import datetime

from parley_contracts import cloudevents
from parley_contracts.applications import CandidateContacted

TOPIC = "ats.applications.v1"


@dataclass(frozen=True, slots=True)
class Bad:
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


def record(number: int, at: datetime) -> Bad:
    """The kind goes round with the number; each has an id of its own."""
    good = cloudevents.encode(
        CandidateContacted(application_id=f"poison:{number}", channel="phone"),
        id=f"poison-{number}",
        source="poison",
        time=at,
    )
    key, value, headers = good.key.encode(), good.value, good.headers
    kinds = (
        Bad(key, b"{", headers),
        Bad(key, json.dumps({"channel": 7}).encode(), headers),
        Bad(key, None, headers),
        Bad(key, value, (*headers[:-1], ("ce_source", b"\xff\xfe"))),
        Bad(key, b"[" * 10_000 + b"]" * 10_000, headers),
        Bad(key, b'{"channel":"' + b"x" * 900_000 + b'"}', headers),
        Bad(key, value, tuple(one for one in headers if one[0] != "ce_id")),
        Bad(b"no id \xff", value, headers),
    )
    return kinds[number % len(kinds)]
