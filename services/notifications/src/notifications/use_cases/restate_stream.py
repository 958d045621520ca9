"""Counts on above what the topic has told of a key's messages. There is no state to tell: each event is about one message."""

from datetime import datetime

from notifications.domain.message import Stream
from notifications.ports import Work
from notifications.working_set import Needs, Refusal, Restate


def needs(message: Restate, work: Work) -> Needs:
    del work
    return Needs.rows("stream", message.aggregate_id)


def restate_stream(message: Restate, work: Work, *, now: datetime) -> Refusal | None:
    del now
    if message.above is None:
        return Refusal("nothing_told")
    known = work.streams.get(message.aggregate_id) or Stream(id=message.aggregate_id)
    if known.revision >= message.above:
        return Refusal("told_since")
    work.streams.put(Stream(id=known.id, revision=message.above))
    return None
