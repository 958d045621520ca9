"""W3C trace context: a child for each hop, so that a mail can be followed back to its cause."""

import re
import secrets

_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def child_of(traceparent: str | None) -> str:
    """The same trace with a span of our own; a new trace where there is none, or none that holds."""
    span = secrets.token_hex(8)
    if traceparent is None or not _VALID.fullmatch(traceparent):
        return f"00-{secrets.token_hex(16)}-{span}-01"
    version, trace, _, flags = traceparent.split("-")
    return f"{version}-{trace}-{span}-{flags}"
