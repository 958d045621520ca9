"""What pages ask of people is what the final states leave to do."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.demo.building import (
    CANDIDATE,
    INES,
    NINE,
    OLU,
    RECRUITER,
    a_day,
    a_round,
    a_session,
    address,
    an_application,
    an_interview,
    booked,
)

from parley_contracts.candidate_updates import CandidateUpdated, CandidateUpdateOverdue
from parley_contracts.event import Event
from parley_contracts.interviews import InterviewStatus, SessionStatus
from parley_contracts.rounds import (
    Card,
    FeedbackStatus,
    PreparationReady,
    Review,
    Round,
    RoundSession,
    RoundStatus,
)
from parley_local.demo.evidence import Evidence
from parley_local.demo.homes import ToDo
from parley_local.demo.open_items import open_items

HOME, DESK = "home", "desk"


def with_homes(*events: Event, homes: Mapping[str, set[ToDo]]) -> Evidence:
    shown = {address(one): frozenset(todo) for one, todo in homes.items()}
    return replace(a_day(*events), homes=shown)


def in_state(round_: Round) -> PreparationReady:
    return PreparationReady(revision=1, round=round_)


def asked(*, status: str = RoundStatus.COLLECTING) -> Round:
    return a_round(
        status=status,
        sessions=(RoundSession(session_id="team", ended_at=NINE),),
        cards=(Card(session_id="team", interviewer_id=INES, status=FeedbackStatus.ASKED),),
        review=Review(status=FeedbackStatus.ASKED),
        pair={"company": {"recorded": True}, "candidate": {"recorded": True}},
    )


REVIEW = ToDo(HOME, "review", "int:1")
CARD = ToDo(HOME, "scorecard", "int:1")


def test_what_is_asked_stands_on_the_pages() -> None:
    homes = {CANDIDATE: {REVIEW}, INES: {CARD}, RECRUITER: set[ToDo]()}

    assert open_items(with_homes(in_state(asked()), homes=homes)) == []


def test_what_is_asked_and_shown_nowhere_is_seen() -> None:
    homes: dict[str, set[ToDo]] = {CANDIDATE: {REVIEW}, INES: set()}

    found = open_items(with_homes(in_state(asked()), homes=homes))

    assert found == [f"{INES}'s home does not ask to scorecard int:1"]


def test_an_item_of_a_closed_round_is_seen() -> None:
    homes: dict[str, set[ToDo]] = {CANDIDATE: {REVIEW}, INES: set()}

    found = open_items(with_homes(in_state(asked(status=RoundStatus.CLOSED)), homes=homes))

    assert found == [f"{CANDIDATE}'s home asks to review int:1"]


def test_pages_that_nobody_could_open_are_not_compared() -> None:
    assert open_items(with_homes(in_state(asked()), homes={CANDIDATE: {REVIEW}})) == []


@pytest.mark.parametrize("read", [(), (CANDIDATE,)])
def test_preparation_is_open_until_it_is_read(read: tuple[str, ...]) -> None:
    round_ = a_round(status=RoundStatus.PREPARING, preparation={"read_by": read})
    shown = set() if read else {ToDo(HOME, "prepare", "int:1")}
    day = with_homes(booked(an_interview()), in_state(round_), homes={CANDIDATE: shown})

    assert open_items(day) == []


def test_an_offer_is_open_until_a_time_is_booked() -> None:
    offer = an_interview(a_session(status=SessionStatus.OPEN), status=InterviewStatus.OFFERED)
    book = {CANDIDATE: {ToDo(HOME, "book", "int:1")}}

    assert open_items(with_homes(booked(offer), homes=book)) == []
    assert len(open_items(with_homes(booked(offer), homes={CANDIDATE: set()}))) == 1


def test_what_is_stuck_stands_on_the_desk() -> None:
    stuck = an_interview(a_session(status=SessionStatus.OPEN), status=InterviewStatus.NO_SLOTS)
    arrange = {RECRUITER: {ToDo(DESK, "arrange", "int:1")}}

    assert open_items(with_homes(booked(stuck), homes=arrange)) == []
    assert len(open_items(with_homes(booked(stuck), homes={RECRUITER: set()}))) == 1


def test_a_decision_that_is_missing_stands_with_who_decides() -> None:
    round_ = a_round(sessions=(RoundSession(session_id="team", ended_at=NINE),))
    homes = {
        CANDIDATE: {ToDo(HOME, "decide", "int:1")},
        RECRUITER: {ToDo(DESK, "decide", "int:1")},
    }

    assert open_items(with_homes(in_state(round_), homes=homes)) == []
    assert len(open_items(with_homes(in_state(round_), homes={RECRUITER: set()}))) == 1


def test_feedback_that_is_owed_stands_with_the_recruiter_alone() -> None:
    owed = a_round(
        status=RoundStatus.CLOSED,
        feedback_due_at=NINE,
        hiring_team={"recruiter_id": RECRUITER, "coordinator_id": OLU},
    )
    write = ToDo(DESK, "release", "int:1")

    assert open_items(with_homes(in_state(owed), homes={RECRUITER: {write}, OLU: set()})) == []
    assert len(open_items(with_homes(in_state(owed), homes={OLU: {write}}))) == 1


LATE = ToDo(DESK, "", "The candidate is owed a word, and it is late")


def test_a_word_that_is_late_stands_on_the_desk() -> None:
    late = an_application(next_word_due_at=NINE, overdue_since=NINE)
    breach = CandidateUpdateOverdue(revision=1, application=late)

    assert open_items(with_homes(breach, homes={RECRUITER: {LATE}})) == []
    assert len(open_items(with_homes(breach, homes={RECRUITER: set()}))) == 1


def test_a_word_that_was_given_stands_there_no_more() -> None:
    given = CandidateUpdated(revision=1, application=an_application())

    assert len(open_items(with_homes(given, homes={RECRUITER: {LATE}}))) == 1


def test_a_home_that_does_not_open_is_seen() -> None:
    assert len(open_items(replace(a_day(), closed_homes=(address(INES),)))) == 1


def test_a_link_that_leads_nowhere_is_seen() -> None:
    assert len(open_items(replace(a_day(), dead_links=("/home/x answers 404",)))) == 1
