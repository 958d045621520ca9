"""Who someone is and how they are reached: the only place in Parley that knows an address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from notifications.domain.changed import changed

RENEW_AGAIN_AFTER = timedelta(minutes=10)
"""Whoever presses the button twice gets one mail."""


class Contact(StrEnum):
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    """By source, the last revision that was heard; kept when the person is erased."""
    name: str | None = None
    email: str | None = None
    zone: str | None = None
    locale: str | None = None
    title: str | None = None
    pronouns: str | None = None
    contact: str = Contact.ALLOWED
    merged_into: str | None = None
    erased: bool = False
    generation: int = 1
    """Of the links to this person's home: it rises when the address changes or the person is erased."""
    renewals: tuple[Renewal, ...] = ()
    letters: int = 0
    """Messages about no single interview: their ids count on."""

    @property
    def known(self) -> bool:
        return self.name is not None or self.merged_into is not None

    def erase(self) -> "Person":
        """Only the id, the revisions, that they are gone, and how far the numbers of their messages have come."""
        return Person(
            id=self.id,
            seen=self.seen,
            erased=True,
            generation=self.generation + 1,
            letters=self.letters,
        )

    def renewed(self, key: str, *, now: datetime) -> "Person | None":
        """None where the same link was renewed a moment ago."""
        recent = tuple(one for one in self.renewals if now - one.at < RENEW_AGAIN_AFTER)
        if any(one.key == key for one in recent):
            return None
        return changed(self, renewals=(*recent, Renewal(key=key, at=now)), letters=self.letters + 1)
