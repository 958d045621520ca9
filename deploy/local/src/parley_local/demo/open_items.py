"""What everybody still has to do, recomputed from the final states, against what their pages ask of them."""

from collections.abc import Iterable, Iterator

from parley_contracts.interviews import Interview, InterviewStatus, SeatStatus, SessionStatus
from parley_contracts.plan import DecideIn
from parley_contracts.rounds import (
    Decision,
    FeedbackStatus,
    Held,
    Round,
    RoundStatus,
    SideOfPair,
)
from parley_local.demo.calendars import SITTING
from parley_local.demo.evidence import Evidence
from parley_local.demo.homes import ToDo

Open = tuple[str, ToDo]
"""Who has to do it, and where it stands."""
OVER = (InterviewStatus.CANCELLED, InterviewStatus.ENDED)
ABSENT = (Held.CANDIDATE_ABSENT, Held.INTERVIEWERS_ABSENT)
NOT_HELD = (*ABSENT, Held.CANCELLED)


def open_items(evidence: Evidence) -> list[str]:
    """Compared for everyone whose pages were read; what nobody could open says so itself."""
    expected = set(_expected(evidence))
    shown = {
        (evidence.person_at.get(address, address), todo)
        for address, some in evidence.homes.items()
        for todo in some
        if todo.purpose
    }
    read = {evidence.person_at.get(address) for address in evidence.homes}
    missing = sorted(one for one in expected - shown if one[0] in read)
    return [
        *(f"{who}'s {one.page} asks to {one.purpose} {one.about}" for who, one in shown - expected),
        *(f"{who}'s {one.page} does not ask to {one.purpose} {one.about}" for who, one in missing),
        *(f"{one}: the newest link opens no page" for one in evidence.closed_homes),
        *(f"a link leads nowhere: {one}" for one in evidence.dead_links),
        *_words_owed(evidence),
    ]


def _expected(evidence: Evidence) -> Iterator[Open]:
    for interview in evidence.interviews.values():
        round_ = evidence.rounds.get(interview.interview_id)
        yield from _before(interview, round_)
        yield from _stuck(interview)
    for round_ in evidence.rounds.values():
        if round_.status != RoundStatus.CLOSED:
            yield from _after(round_)
            yield from _on_the_desk(round_, evidence)
        yield from _feedback_owed(round_)


def _before(interview: Interview, round_: Round | None) -> Iterator[Open]:
    about = interview.interview_id
    if interview.status == InterviewStatus.OFFERED:
        yield interview.candidate_id, ToDo("home", "book", about)
    booked = [one for one in interview.sessions if one.status == SessionStatus.BOOKED]
    seated = {
        seat.interviewer_id
        for session in booked
        for seat in session.seats
        if seat.interviewer_id is not None and seat.status in SITTING
    }
    read = round_.preparation.read_by if round_ is not None else ()
    for person_id in sorted({interview.candidate_id, *seated} if booked else seated):
        if person_id not in read:
            yield person_id, ToDo("home", "prepare", about)


def _stuck(interview: Interview) -> Iterator[Open]:
    """What the desk has to arrange."""
    seats = (seat.status for session in interview.sessions for seat in session.seats)
    given_up = any(status in (SeatStatus.DECLINED, SeatStatus.CONFLICT) for status in seats)
    late = interview.status == InterviewStatus.OFFERED and interview.booking_overdue
    nothing = interview.status in (InterviewStatus.NO_SLOTS, InterviewStatus.EXPIRED)
    asks = interview.needs_coordinator or interview.proposals is not None
    if interview.status not in OVER and (given_up or late or nothing or asks):
        for person_id in _desk(interview):
            yield person_id, ToDo("desk", "arrange", interview.interview_id)


def _after(round_: Round) -> Iterator[Open]:
    about = round_.interview_id
    if round_.review.status == FeedbackStatus.ASKED:
        yield round_.candidate_id, ToDo("home", "review", about)
    for card in round_.cards:
        if card.status == FeedbackStatus.ASKED:
            yield card.interviewer_id, ToDo("home", "scorecard", about)
    if _can_decide(round_) and not _answered(round_.pair.candidate):
        yield round_.candidate_id, ToDo("home", "decide", about)


def _on_the_desk(round_: Round, evidence: Evidence) -> Iterator[Open]:
    about, team, desk = round_.interview_id, round_.hiring_team, _desk(round_)
    asked = round_.decide_in == DecideIn.PARLEY and not _answered(round_.pair.company)
    if _can_decide(round_) and asked:
        for person_id in team.deciders:
            yield person_id, ToDo("desk" if person_id in desk else "home", "decide", about)
        for person_id in desk:
            if person_id not in team.deciders:
                yield person_id, ToDo("desk", "round", about)
    late = (
        card.required
        and card.status == FeedbackStatus.ASKED
        and card.due_at is not None
        and card.due_at <= evidence.now
        for card in round_.cards
    )
    missed = any(one.held in ABSENT for one in round_.sessions)
    pages = {"round": any(late), "arrange": missed}
    for purpose in (purpose for purpose, is_open in pages.items() if is_open):
        for person_id in desk:
            yield person_id, ToDo("desk", purpose, about)


def _feedback_owed(round_: Round) -> Iterator[Open]:
    """By the recruiter, who alone of the desk may write it; also of a round that is complete."""
    if round_.feedback_due_at is not None and round_.feedback_released_at is None:
        yield round_.hiring_team.recruiter_id, ToDo("desk", "release", round_.interview_id)


def _can_decide(round_: Round) -> bool:
    """After the last session, if any took place, until somebody has declined."""
    ended = bool(round_.sessions) and all(one.ended_at is not None for one in round_.sessions)
    held = any(one.held not in NOT_HELD for one in round_.sessions)
    sides = (round_.pair.company, round_.pair.candidate)
    declined = any(one.told is not None and one.told.decision == Decision.DECLINE for one in sides)
    return ended and held and not declined


def _answered(side: SideOfPair) -> bool:
    return side.recorded or (side.told is not None and side.told.decision != Decision.NONE)


def _desk(about: Interview | Round) -> Iterable[str]:
    team = about.hiring_team
    return dict.fromkeys((team.recruiter_id, team.coordinator))


def _words_owed(evidence: Evidence) -> Iterator[str]:
    """An application's own item leads nowhere: whoever is late is told so, and nobody else is."""
    for address, shown in evidence.homes.items():
        person_id = evidence.person_at.get(address)
        own = [
            one
            for one in evidence.applications.values()
            if person_id in (one.hiring_team.recruiter_id, one.hiring_team.coordinator)
        ]
        loose = [todo.about for todo in shown if todo.page == "desk" and not todo.purpose]
        if any(one.overdue_since is not None for one in own) and not loose:
            yield f"{person_id}'s desk does not say that a word is overdue"
        if loose and all(one.next_word_due_at is None for one in own):
            yield f"{person_id}'s desk says {loose[0]!r}, and no word is owed"
