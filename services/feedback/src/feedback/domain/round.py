"""A round: the two-way part of one interview, from its booking until nothing changes any more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from feedback.domain.changed import changed
from feedback.domain.words import (
    Held,
    Question,
    Released,
    Review,
    Said,
    Scorecard,
    Side,
    Told,
    Verdict,
)

Document = Mapping[str, object]
"""What is only carried along, in the contract's JSON."""


class CloseReason(StrEnum):
    COMPLETE = "complete"
    GIVEN_UP = "given_up"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"


class CardStatus(StrEnum):
    NOT_ASKED = "not_asked"
    ASKED = "asked"
    SUBMITTED = "submitted"
    WAIVED = "waived"


class SessionState(StrEnum):
    COMING = "coming"
    ENDED = "ended"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    recruiter_id: str
    coordinator_id: str | None = None
    decider_ids: tuple[str, ...] = ()

    @property
    def deciders(self) -> tuple[str, ...]:
        return self.decider_ids or (self.recruiter_id,)

    @property
    def coordinator(self) -> str:
        return self.coordinator_id or self.recruiter_id

    @property
    def members(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.recruiter_id, self.coordinator, *self.deciders)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    interviewer_id: str
    role: str | None = None
    shadow: bool = False
    scorecard: str = "parley"
    """`parley`, `ats` or `none`; what is not known is nobody's to ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: str
    title: str
    minutes: int
    candidate_minutes: int
    state: SessionState = SessionState.COMING
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    about: str | None = None
    place: Document = field(default_factory=dict)
    seats: tuple[Seat, ...] = ()

    @property
    def interviewers(self) -> tuple[str, ...]:
        return tuple(seat.interviewer_id for seat in self.seats if not seat.shadow)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One interviewer's scorecard for one session, with every version of it."""

    session_id: str
    interviewer_id: str
    in_ats: bool = False
    asked_at: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False
    waived_at: datetime | None = None
    submitted_at: datetime | None = None
    versions: tuple[Scorecard, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.session_id, self.interviewer_id

    @property
    def status(self) -> CardStatus:
        if self.submitted_at is not None:
            return CardStatus.SUBMITTED
        if self.waived_at is not None:
            return CardStatus.WAIVED
        return CardStatus.NOT_ASKED if self.asked_at is None else CardStatus.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFile:
    asked_at: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False
    submitted_at: datetime | None = None
    versions: tuple[Review, ...] = ()

    @property
    def status(self) -> CardStatus:
        if self.submitted_at is not None:
            return CardStatus.SUBMITTED
        return CardStatus.NOT_ASKED if self.asked_at is None else CardStatus.ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class SideOfPair:
    verdict: Verdict | None = None
    told: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    number: int = 1
    opened_at: datetime | None = None
    """None until there is something to decide on: the last session's end, or a hold's date."""
    due_at: datetime | None = None
    company: SideOfPair = SideOfPair()
    candidate: SideOfPair = SideOfPair()

    def side(self, side: Side) -> SideOfPair:
        return self.company if side is Side.COMPANY else self.candidate

    def with_side(self, side: Side, value: SideOfPair) -> "Pair":
        if side is Side.COMPANY:
            return changed(self, company=value)
        return changed(self, candidate=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached:
    """A message that did not reach someone, and the words that it should have told."""

    notification_id: str
    person_id: str
    words: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    id: str
    application_id: str | None = None
    candidate_id: str | None = None
    source_revision: int = 0
    """Of the interview that this follows."""
    revision: int = 0
    """Published."""
    generation: int = 1
    opened_at: datetime | None = None
    offer: int | None = None
    """Generation of the times that the candidate was offered last; other times under it are the same offer."""
    team: Team | None = None
    own_team: Team | None = None
    team_at: datetime | None = None
    """`own_team` is what the interview names, since `team_at`; the application's is newer or not."""
    job: Document = field(default_factory=dict)
    pay: Document | None = None
    stage: Document = field(default_factory=dict)
    materials: tuple[Document, ...] = ()
    decide_in: str = "parley"
    promised_days: int = 5
    zone: str | None = None
    candidate_zone: str | None = None
    sessions: tuple[Session, ...] = ()
    said: tuple[Said, ...] = ()
    cards: tuple[Card, ...] = ()
    review: ReviewFile = ReviewFile()
    questions: tuple[Question, ...] = ()
    ready_at: datetime | None = None
    preparations: int = 0
    """How often the preparation pages held something new."""
    read_by: tuple[str, ...] = ()
    pair: Pair = Pair()
    past_pairs: tuple[Pair, ...] = ()
    gate_a_at: datetime | None = None
    to_candidate_at: datetime | None = None
    gate_b_at: datetime | None = None
    released: Released | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    wake_at: datetime | None = None
    """When its timer is set for."""
    not_reached: tuple[NotReached, ...] = ()
    """Kept here until the application is known."""

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone about whom, or by whom, something stands here."""
        seats = (seat.interviewer_id for one in self.sessions for seat in one.seats)
        cards = (card.interviewer_id for card in self.cards)
        team = self.team.members if self.team is not None else ()
        candidate = (self.candidate_id,) if self.candidate_id is not None else ()
        return tuple(sorted({*candidate, *seats, *cards, *team, *self._writers()}))

    def _writers(self) -> Iterator[str]:
        """Some of them may have left."""
        yield from (one.person_id for one in self.said)
        yield from (one.answered_by for one in self.questions if one.answered_by is not None)
        if self.released is not None:
            yield self.released.by
        for pair in (self.pair, *self.past_pairs):
            for verdict in (pair.company.verdict, pair.candidate.verdict):
                if verdict is not None and verdict.by is not None:
                    yield verdict.by

    @property
    def people_line(self) -> str:
        """Ids hold no space."""
        return " ".join(self.people)

    def with_team(self, team: Team | None, changed_at: datetime | None) -> "Round":
        """The application's team, where it was changed after the interview's was named."""
        newer = changed_at is not None and self.team_at is not None and changed_at > self.team_at
        return changed(self, team=team if newer and team is not None else self.own_team)

    def session(self, session_id: str) -> Session | None:
        return next((one for one in self.sessions if one.id == session_id), None)

    def card(self, session_id: str, interviewer_id: str) -> Card | None:
        return next((one for one in self.cards if one.key == (session_id, interviewer_id)), None)

    def with_card(self, card: Card) -> "Round":
        cards = tuple(card if one.key == card.key else one for one in self.cards)
        return changed(self, cards=cards)

    def held(self, session: Session) -> Held:
        """One person who was there outweighs anyone who missed the others."""
        if session.state is SessionState.CANCELLED:
            return Held.CANCELLED
        said = [
            one
            for one in self.said
            if one.session_id == session.id and one.starts_at == session.starts_at
        ]
        if not said:
            return Held.UNKNOWN
        if any(one.held is Held.HELD for one in said):
            return Held.HELD
        return min(said, key=lambda one: (one.at, one.person_id)).held

    def took_place(self, session: Session) -> bool:
        """It has ended, and nobody has said otherwise."""
        ended = session.state is SessionState.ENDED
        return ended and self.held(session) in (Held.UNKNOWN, Held.HELD)

    @property
    def last_end(self) -> datetime | None:
        """The end of the last session, once none is still to come."""
        if any(one.state is SessionState.COMING for one in self.sessions):
            return None
        ends = [
            one.ends_at
            for one in self.sessions
            if one.state is SessionState.ENDED and one.ends_at is not None
        ]
        return max(ends, default=None)

    @property
    def happened(self) -> bool:
        """All is over, and at least one session took place."""
        return self.last_end is not None and any(map(self.took_place, self.sessions))

    def required(self, card: Card) -> bool:
        """Gate A waits for it."""
        session = self.session(card.session_id)
        if card.in_ats or card.waived_at is not None or session is None:
            return False
        coming = session.state is SessionState.COMING
        return coming or self.took_place(session)
