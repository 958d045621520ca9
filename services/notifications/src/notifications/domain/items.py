"""What is open for each person: opened and closed by what holds now, never by hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from notifications.domain.changed import changed
from notifications.domain.interview import (
    Decider,
    Interview,
    InterviewStatus,
    SeatStatus,
    Session,
    SessionStatus,
)
from notifications.domain.round import FeedbackStatus, Held, Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    person_id: str
    kind: str
    purpose: str | None = None
    """The page where it is done."""
    session_id: str | None = None
    about_id: str | None = None
    """Another person it is about."""
    due_at: datetime | None = None
    since: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str | None, str | None]:
        return (self.person_id, self.kind, self.session_id, self.about_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A message that did not reach someone."""

    message_id: str
    person_id: str


def aged(
    before: tuple[Item, ...], now_open: tuple[Item, ...], *, now: datetime
) -> tuple[Item, ...]:
    """Whatever was open before keeps its age."""
    since = {item.key: item.since for item in before}
    return tuple(changed(item, since=since.get(item.key) or now) for item in now_open)


def open_items(
    interview: Interview | None,
    round_: Round | None,
    failed: tuple[Failed, ...],
    *,
    now: datetime,
) -> tuple[Item, ...]:
    """Everything that is open about one interview, for all of its people."""
    found: list[Item] = []
    if interview is not None:
        found += _of_candidate_before(interview, round_)
        found += _of_interviewers_before(interview, round_)
        found += _of_desk_before(interview)
    if round_ is not None and not round_.closed:
        found += _of_candidate_after(round_)
        found += _of_interviewers_after(round_)
        found += _of_company_after(round_, now=now)
    if round_ is not None:
        found += _owed(round_)
        found += _to_read(round_)
    team = interview.hiring_team if interview is not None else None
    team = team or (round_.hiring_team if round_ is not None else None)
    over = round_ is not None and round_.closed
    for person in team.desk if team is not None and not over else ():
        found += [
            Item(person_id=person, kind="undelivered", about_id=one.person_id) for one in failed
        ]
    return tuple({item.key: item for item in found}.values())


def _booked(interview: Interview) -> Iterator[Session]:
    for session in interview.sessions:
        if session.status == SessionStatus.BOOKED and session.starts_at is not None:
            yield session


def _has_read(round_: Round | None, person_id: str) -> bool:
    return round_ is not None and person_id in round_.preparation.read_by


def _of_candidate_before(interview: Interview, round_: Round | None) -> Iterator[Item]:
    person = interview.candidate_id
    if interview.status == InterviewStatus.OFFERED:
        yield Item(person_id=person, kind="book", purpose="book", due_at=interview.book_by)
    for session in _booked(interview):
        yield Item(
            person_id=person,
            kind="meeting",
            purpose="book",
            session_id=session.session_id,
            due_at=session.starts_at,
        )
    first = next(iter(sorted(_booked(interview), key=_start)), None)
    if first is not None and not _has_read(round_, person):
        yield Item(person_id=person, kind="prepare", purpose="prepare", due_at=first.starts_at)


def _of_interviewers_before(interview: Interview, round_: Round | None) -> Iterator[Item]:
    for session in sorted(_booked(interview), key=_start, reverse=True):
        for person in session.seated:
            yield Item(
                person_id=person,
                kind="seat",
                purpose="seat",
                session_id=session.session_id,
                due_at=session.starts_at,
            )
            if not _has_read(round_, person):
                yield Item(
                    person_id=person, kind="prepare", purpose="prepare", due_at=session.starts_at
                )


def _start(session: Session) -> tuple[datetime, str]:
    if session.starts_at is None:
        raise LookupError("a booked session has a time")
    return (session.starts_at, session.session_id)


_OVER = (InterviewStatus.CANCELLED, InterviewStatus.ENDED)


def _of_desk_before(interview: Interview) -> Iterator[Item]:
    for person in interview.hiring_team.desk:
        for kind, due_at in _stuck(interview):
            yield Item(person_id=person, kind=kind, purpose="arrange", due_at=due_at)
        for session in interview.sessions if interview.status not in _OVER else ():
            for seat in session.seats:
                if seat.status in (SeatStatus.DECLINED, SeatStatus.CONFLICT):
                    yield Item(
                        person_id=person,
                        kind=seat.status,
                        purpose="arrange",
                        session_id=session.session_id,
                        about_id=seat.interviewer_id,
                        due_at=session.starts_at,
                    )


def _stuck(interview: Interview) -> Iterator[tuple[str, datetime | None]]:
    over = interview.status in _OVER
    if interview.status == InterviewStatus.NO_SLOTS:
        yield "no_slots", None
    if interview.status == InterviewStatus.EXPIRED:
        yield "expired", None
    if interview.status == InterviewStatus.OFFERED and interview.booking_overdue:
        yield "booking_overdue", interview.book_by
    if interview.proposals is not None and not over:
        yield "times_proposed", None
    if interview.needs_coordinator and not over:
        yield "attention", None


def _of_candidate_after(round_: Round) -> Iterator[Item]:
    person = round_.candidate_id
    if round_.review.status == FeedbackStatus.ASKED:
        yield Item(person_id=person, kind="review", purpose="review", due_at=round_.review.due_at)
    if round_.decision_open and not round_.pair.candidate.answered:
        yield Item(person_id=person, kind="decide", purpose="decide", due_at=round_.pair.due_at)


def _of_interviewers_after(round_: Round) -> Iterator[Item]:
    for card in round_.cards:
        if card.status == FeedbackStatus.ASKED:
            yield Item(
                person_id=card.interviewer_id,
                kind="scorecard",
                purpose="scorecard",
                session_id=card.session_id,
                due_at=card.due_at,
            )


def _of_company_after(round_: Round, *, now: datetime) -> Iterator[Item]:
    team = round_.hiring_team
    deciding = (
        round_.decision_open
        and round_.decide_in == Decider.PARLEY
        and not round_.pair.company.answered
    )
    due_at = round_.pair.due_at
    for person in team.deciders if deciding else ():
        yield Item(person_id=person, kind="decide", purpose="decide", due_at=due_at)
    for person in team.desk:
        if deciding and person not in team.deciders:
            yield Item(person_id=person, kind="decision_due", purpose="round", due_at=due_at)
        for card in round_.cards:
            late = card.due_at is not None and card.due_at <= now
            if card.status == FeedbackStatus.ASKED and card.required and late:
                yield Item(
                    person_id=person,
                    kind="card_missing",
                    purpose="round",
                    session_id=card.session_id,
                    about_id=card.interviewer_id,
                    due_at=card.due_at,
                )
        for session in round_.sessions:
            if session.held in (Held.CANDIDATE_ABSENT, Held.INTERVIEWERS_ABSENT):
                yield Item(
                    person_id=person,
                    kind="no_show",
                    purpose="arrange",
                    session_id=session.session_id,
                )


def _owed(round_: Round) -> Iterator[Item]:
    """Feedback is owed until it is released, whether the round has closed or not. It is the recruiter
    who writes it: feedback's page lets no coordinator in.
    """
    due_at = round_.feedback_due_at
    if due_at is not None and round_.feedback_released_at is None:
        person = round_.hiring_team.recruiter_id
        yield Item(person_id=person, kind="release", purpose="release", due_at=due_at)


def _to_read(round_: Round) -> Iterator[Item]:
    if round_.gates.to_candidate_at is not None or round_.feedback_released_at is not None:
        yield Item(person_id=round_.candidate_id, kind="read", purpose="round")
    if round_.gates.b_opened_at is not None:
        team = round_.hiring_team
        deciders = (one for one in team.deciders if one not in team.desk)
        for person in dict.fromkeys((*round_.interviewers, *deciders)):
            yield Item(person_id=person, kind="read", purpose="round")


TO_KNOW = frozenset({"meeting", "seat", "read", "next_word"})
"""Shown on a home, and nothing to be done about."""
