"""Addresses for the pages that a mail or a home leads to: signed for one person, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.domain.dossier import Dossier
from notifications.domain.person import Person
from notifications.ports import Signer
from parley_contracts.links import OWNERS, PERSONAL, LinkClaims, Purpose
from parley_contracts.topics import SCHEDULING

AFTER_THE_END = timedelta(days=7)
LONGEST_LINK = timedelta(days=180)
"""However far away an interview is: so long the key of a link has to verify. Whose link has ended asks for a new one."""

FOR_STAFF = frozenset(
    {Purpose.DESK, Purpose.SEAT, Purpose.ARRANGE, Purpose.SCORECARD, Purpose.RELEASE}
)
"""Pages that no candidate has: they are served under staff's addresses alone."""
FOR_CANDIDATES = frozenset({Purpose.BOOK, Purpose.REVIEW})


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
        candidate_id: str | None,
        now: datetime,
    ) -> str:
        """For a mail: until the interview is well over, where that is later than the usual span.

        `candidate_id` is whose interview or application it is about, where it is about one: who that is
        reads under candidates' addresses, and everyone else under staff's.
        """
        expires = now + (self.home_lifetime if purpose in PERSONAL else self.lifetime)
        if dossier is not None and dossier.interview is not None:
            ends = [one.ends_at for one in dossier.interview.sessions if one.ends_at is not None]
            expires = max([expires, *(end + AFTER_THE_END for end in ends)])
        expires = min(expires, now + LONGEST_LINK)
        return self.signed(
            person, purpose, dossier, interview_id, candidate_id=candidate_id, expires=expires
        )

    def signed(
        self,
        person: Person,
        purpose: str,
        dossier: Dossier | None,
        interview_id: str | None,
        *,
        candidate_id: str | None,
        expires: datetime,
    ) -> str:
        claims = LinkClaims(
            person=person.id,
            interview=interview_id,
            purpose=purpose,
            generation=_generation(person, purpose, dossier),
            expires=int(expires.timestamp()),
        )
        return self.signer.link(claims, staff=_is_staff(person.id, purpose, candidate_id))


def _is_staff(person_id: str, purpose: str, candidate_id: str | None) -> bool:
    """Of whom nothing is known, a candidate: theirs are the addresses that everybody reaches."""
    if purpose in FOR_STAFF:
        return True
    if purpose in FOR_CANDIDATES:
        return False
    return candidate_id is not None and person_id != candidate_id


def _generation(person: Person, purpose: str, dossier: Dossier | None) -> int:
    """As its owner counts it, as far as we have heard; 1 before we have."""
    if purpose in PERSONAL:
        return person.generation
    if dossier is None:
        return 1
    known = dossier.interview if OWNERS[purpose] == SCHEDULING else dossier.round
    return known.generation if known is not None else 1
