"""Who takes part, as the other side reads it. No address is ever kept here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback.domain.revisions import brings_back, having_seen, is_newer


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    """By source, the last revision that was heard; kept when the person is erased."""
    name: str | None = None
    pronouns: str | None = None
    title: str | None = None
    bio: str | None = None
    zone: str | None = None
    merged_into: str | None = None
    erased: bool = False

    def hears(self, source: str, revision: int | None) -> bool:
        """Newer than what is known."""
        decides = brings_back if self.erased else is_newer
        return decides(self.seen, source, revision)

    def erase(self) -> "Person":
        return Person(id=self.id, seen=self.seen, erased=True)

    def merge(self, into_id: str, source: str, revision: int | None) -> "Person":
        """What was known of the old id goes: pages show who remains."""
        return Person(
            id=self.id,
            seen=having_seen(self.seen, source, revision),
            merged_into=into_id,
        )
