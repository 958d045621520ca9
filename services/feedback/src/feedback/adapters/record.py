"""A record as Kafka holds it, whatever client read it."""

from dataclasses import dataclass

Headers = tuple[tuple[str, bytes | None], ...]
UNREADABLE: Headers = (("", None),)
"""Of a record with a header whose name is no UTF-8: no client of ours can read it, and its place is all that is known."""


@dataclass(frozen=True, slots=True)
class Record:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def place(self) -> tuple[str, int, int]:
        return (self.topic, self.partition, self.offset)
