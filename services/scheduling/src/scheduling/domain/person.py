"""Who takes part, as the other side sees them: a name, never an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    """The last revision, by source; all that is left of someone erased."""
    name: str | None = None
    zone: str | None = None
    pronouns: str | None = None
    title: str | None = None
    bio: str | None = None
    merged_into: str | None = None
    erased: bool = False
