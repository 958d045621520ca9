"""How long a link in a mail lives: what the keys that sign it are held to."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from tests.notifications.events import CANDIDATE, INTERVIEW, NOW

from notifications.adapters.mail_links import AFTER_THE_END, LONGEST_LINK, LinkBook
from notifications.domain.dossier import Dossier
from notifications.domain.interview import Interview, Job, Place, Session, Stage, Team
from notifications.domain.person import Person
from parley_contracts.links import LinkClaims

LIFETIME, OF_A_HOME = timedelta(days=14), timedelta(days=30)
SHORT, LONG = timedelta(days=3), timedelta(days=400)


def ending(ahead: timedelta) -> Interview:
    session = Session(
        session_id="s1", title="Talk", minutes=60, place=Place(kind="phone"), ends_at=NOW + ahead
    )
    return Interview(
        interview_id=INTERVIEW,
        application_id="a1",
        candidate_id=CANDIDATE,
        status="booked",
        hiring_team=Team(recruiter_id="ats:ruth"),
        job=Job(title="Engineer"),
        stage=Stage(name="Technical"),
        sessions=(session,),
    )


@dataclass
class Signed:
    claims: list[LinkClaims] = field(default_factory=list)

    def link(self, claims: LinkClaims, *, staff: bool = False) -> str:
        assert not staff
        self.claims.append(claims)
        return "a link"


@pytest.mark.parametrize(
    ("ahead", "purpose", "lives"),
    [
        (SHORT, "book", LIFETIME),
        (SHORT, "home", OF_A_HOME),
        (timedelta(days=60), "book", timedelta(days=60) + AFTER_THE_END),
        (LONG, "book", LONGEST_LINK),
        (LONG, "home", LONGEST_LINK),
    ],
)
def test_a_link_lives_as_long_as_its_interview_needs_and_half_a_year_at_most(
    ahead: timedelta, purpose: str, lives: timedelta
) -> None:
    signer = Signed()
    book = LinkBook(signer=signer, lifetime=LIFETIME, home_lifetime=OF_A_HOME)
    dossier = Dossier(id=INTERVIEW).with_interview(ending(ahead), 1)

    interview = None if purpose == "home" else INTERVIEW
    book.address(Person(id=CANDIDATE), purpose, dossier, interview, candidate_id=CANDIDATE, now=NOW)

    assert signer.claims[0].expires == int((NOW + lives).timestamp())
