"""Who takes part, as the other side reads it. No address is ever kept here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    source_revision: int | None = None
    """The last that was heard; kept when the person is erased."""
    name: str | None = None
    pronouns: str | None = None
    title: str | None = None
    bio: str | None = None
    zone: str | None = None
    merged_into: str | None = None
    erased: bool = False

    def hears(self, revision: int | None) -> bool:
        """Newer than what is known; where a revision is missing, the order of arrival decides."""
        if self.erased:
            known = self.source_revision
            return revision is not None and known is not None and revision > known
        if revision is None or self.source_revision is None:
            return True
        return revision > self.source_revision

    def erase(self) -> "Person":
        return Person(id=self.id, source_revision=self.source_revision, erased=True)

    def merge(self, into_id: str, revision: int | None) -> "Person":
        """What was known of the old id goes: pages show who remains."""
        return Person(
            id=self.id,
            source_revision=revision or self.source_revision,
            merged_into=into_id,
            erased=self.erased,
        )
