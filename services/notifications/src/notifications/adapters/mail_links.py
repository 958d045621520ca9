"""Addresses for the pages that a mail or a home leads to: signed for one person, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.dossier import Dossier
from notifications.domain.person import Person
from notifications.ports import Signer
from parley_contracts.links import OWNERS, PERSONAL, LinkClaims
from parley_contracts.topics import SCHEDULING

AFTER_THE_END = timedelta(days=7)
LONGEST_LINK = timedelta(days=180)
"""However far away an interview is: so long the key of a link has to verify. Whose link has ended asks for a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkBook:
    signer: Signer
    lifetime: timedelta
    home_lifetime: timedelta

    def address(
        self,
        person: Person,
        purpose: str,
        dossier: Dossier | None,
        interview_id: str | None,
        *,
        now: datetime,
    ) -> str:
        """For a mail: until the interview is well over, where that is later than the usual span."""
        expires = now + (self.home_lifetime if purpose in PERSONAL else self.lifetime)
        if dossier is not None and dossier.interview is not None:
            ends = [one.ends_at for one in dossier.interview.sessions if one.ends_at is not None]
            expires = max([expires, *(end + AFTER_THE_END for end in ends)])
        expires = min(expires, now + LONGEST_LINK)
        return self.signed(person, purpose, dossier, interview_id, expires=expires)

    def signed(
        self,
        person: Person,
        purpose: str,
        dossier: Dossier | None,
        interview_id: str | None,
        *,
        expires: datetime,
    ) -> str:
        claims = LinkClaims(
            person=person.id,
            interview=interview_id,
            purpose=purpose,
            generation=_generation(person, purpose, dossier),
            expires=int(expires.timestamp()),
        )
        return self.signer.link(claims)


def _generation(person: Person, purpose: str, dossier: Dossier | None) -> int:
    """As its owner counts it, as far as we have heard; 1 before we have."""
    if purpose in PERSONAL:
        return person.generation
    if dossier is None:
        return 1
    known = dossier.interview if OWNERS[purpose] == SCHEDULING else dossier.round
    return known.generation if known is not None else 1
