"""What a signed link says. Notifications signs it, the owner of the page verifies it: no keys and no signing here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from parley_contracts.counts import Ordinal
from parley_contracts.ids import InterviewId, PersonId
from parley_contracts.known import Known
from parley_contracts.times import Value
from parley_contracts.topics import FEEDBACK, NOTIFICATIONS, SCHEDULING


class Purpose(StrEnum):
    """What a link is for: one page, and what can be done on it."""

    HOME = "home"
    """Everything that is open for this person."""
    DESK = "desk"
    """The same for a recruiter or coordinator."""
    BOOK = "book"
    """The candidate picks, moves or cancels a time."""
    SEAT = "seat"
    """An interviewer gives up, moves or cancels what they sit in."""
    ARRANGE = "arrange"
    """The coordinator changes or cancels an interview, and settles what needs them."""
    PREPARE = "prepare"
    """Either side's preparation, and the candidate's questions."""
    SCORECARD = "scorecard"
    REVIEW = "review"
    DECIDE = "decide"
    RELEASE = "release"
    """A person releases feedback to the candidate."""
    ROUND = "round"
    """What may be read of a round: what was opened to this person, and what was told."""


OWNERS: Mapping[str, str] = MappingProxyType(
    {
        Purpose.HOME: NOTIFICATIONS,
        Purpose.DESK: NOTIFICATIONS,
        Purpose.BOOK: SCHEDULING,
        Purpose.SEAT: SCHEDULING,
        Purpose.ARRANGE: SCHEDULING,
        Purpose.PREPARE: FEEDBACK,
        Purpose.SCORECARD: FEEDBACK,
        Purpose.REVIEW: FEEDBACK,
        Purpose.DECIDE: FEEDBACK,
        Purpose.RELEASE: FEEDBACK,
        Purpose.ROUND: FEEDBACK,
    }
)
"""Which service serves the page and sets its cookie."""
PERSONAL = frozenset({Purpose.HOME, Purpose.DESK})
"""Pages of a person and of no single interview."""


class LinkClaims(Value):
    person: PersonId
    interview: InterviewId | None = None
    purpose: Annotated[str, Known(Purpose)]
    generation: Ordinal
    """As the page's owner counts it when the link is written; a lower one is spent."""
    expires: Annotated[int, Strict(), Field(ge=0, lt=7_258_118_400)]
    """Seconds since 1970, as JWT's `exp` counts them."""

    @model_validator(mode="after")
    def _about_one_thing(self) -> Self:
        if (self.interview is None) != (self.purpose in PERSONAL):
            raise PydanticCustomError("link", "Input should name an interview, or be for a home")
        return self

    @property
    def expires_at(self) -> datetime:
        return datetime.fromtimestamp(self.expires, UTC)

    def expired(self, *, now: datetime) -> bool:
        return now >= self.expires_at

    @property
    def path(self) -> str:
        """The clean address that a visited link leads to, and its cookie's Path."""
        return f"/{self.purpose}/{self.interview or 'home'}/{self.person}"


def cookie_name(service: str) -> str:
    """One per service, so that pages of several services on one host keep apart."""
    return f"parley_{service}"
