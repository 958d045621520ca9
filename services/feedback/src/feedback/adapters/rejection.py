"""Answers the writer of a record that was dead-lettered, without repeating what it holds."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError

from feedback.adapters.dead_letter import DeadLetter
from feedback.working_set import Outgoing
from parley_contracts.ids import ID_PATTERN
from parley_contracts.intake import RecordRef, RecordRejected

_VALID_KEY = TypeAdapter(Annotated[str, StringConstraints(pattern=ID_PATTERN)])
MAX_LINE = 200


def rejections(
    letters: Sequence[DeadLetter], owned: Collection[str], *, at: datetime
) -> list[Outgoing]:
    """One `RecordRejected` for each letter of a topic whose writers this service answers."""
    return [
        Outgoing(_rejected(letter), at, None)
        for letter in letters
        if letter.answered and letter.record.topic in owned
    ]


def _rejected(letter: DeadLetter) -> RecordRejected:
    record = letter.record
    return RecordRejected(
        key=key_of(record.key),
        record=RecordRef(
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            source=_line(letter.source),
            id=_line(letter.event_id),
        ),
        field=_line(letter.field) or "record",
        reason=_line(letter.reason) or "refused",
    )


def key_of(raw: bytes | None) -> str:
    """The record's own key, or a hash of it where it is no valid id."""
    try:
        return _VALID_KEY.validate_python((raw or b"").decode())
    except (UnicodeDecodeError, ValidationError):
        return f"sha256:{hashlib.sha256(raw or b'').hexdigest()}"


def _line(text: str | None) -> str | None:
    if text is None:
        return None
    return "".join(letter if letter.isprintable() else " " for letter in text)[:MAX_LINE] or None
