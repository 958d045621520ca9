"""Every way across a seal is seen, and what is open is open."""

from dataclasses import replace
from datetime import datetime

import pytest
from tests.demo.building import (
    CANDIDATE,
    DAY,
    HOUR,
    INES,
    NINE,
    OLU,
    RECRUITER,
    a_day,
    a_mail,
    a_round,
    a_seat,
    a_session,
    address,
    an_interview,
    booked,
)

from parley_contracts.applications import ApplicationClosed, ApplicationReopened
from parley_contracts.rounds import (
    Card,
    FeedbackAmended,
    FeedbackKind,
    FeedbackStatus,
    Gates,
    Pair,
    PreparationReady,
    RevealedToCandidate,
    RevealedToCompany,
    Review,
    Round,
    RoundSession,
    SideOfPair,
    Told,
)
from parley_local.demo.canaries import Canaries, Kind, Sight, Written
from parley_local.demo.evidence import Evidence
from parley_local.demo.seals import seals

WORD = "zqbababa"
OWN = "zqbababe"


def in_state(round_: Round) -> PreparationReady:
    return PreparationReady(revision=1, round=round_)


def a_card(person_id: str, status: str = FeedbackStatus.SUBMITTED) -> Card:
    return Card(session_id="team", interviewer_id=person_id, status=status)


def written(day: Evidence, kind: Kind, author: str) -> Evidence:
    word = Written(WORD, kind, address(author), "int:1", NINE, 1)
    return replace(day, written=dict(day.written) | {WORD: word})


def seen_by(day: Evidence, person_id: str, at: datetime = NINE + HOUR, order: int = 5) -> Evidence:
    sight = Sight(WORD, address(person_id), "/round/int:1/x", at, order)
    return replace(day, sights=(*day.sights, sight))


def both_seated(*rest: PreparationReady | RevealedToCandidate) -> Evidence:
    return a_day(booked(an_interview(a_session(a_seat(INES), a_seat(OLU)))), *rest)


def test_who_wrote_it_may_read_it() -> None:
    day = written(both_seated(), Kind.REVIEW, CANDIDATE)

    assert seals(seen_by(day, CANDIDATE)) == []


@pytest.mark.parametrize("reader", [INES, RECRUITER])
def test_a_review_in_confidence_is_nobodys(reader: str) -> None:
    gates = Gates(a_opened_at=NINE, b_opened_at=NINE)
    day = written(both_seated(in_state(a_round(gates=gates))), Kind.REVIEW, CANDIDATE)

    assert len(seals(seen_by(day, reader))) == 1


def test_a_review_for_the_team_waits_for_gate_b() -> None:
    sealed = written(both_seated(in_state(a_round())), Kind.REVIEW_FOR_TEAM, CANDIDATE)
    gates = Gates(a_opened_at=NINE, b_opened_at=NINE)
    opened = written(both_seated(in_state(a_round(gates=gates))), Kind.REVIEW_FOR_TEAM, CANDIDATE)

    assert len(seals(seen_by(sealed, INES))) == 1
    assert seals(seen_by(opened, INES)) == []


def test_a_scorecard_never_crosses() -> None:
    gates = Gates(to_candidate_at=NINE, a_opened_at=NINE, b_opened_at=NINE)
    day = written(both_seated(in_state(a_round(gates=gates))), Kind.CARD, INES)

    assert len(seals(seen_by(day, CANDIDATE))) == 1


def test_words_for_the_candidate_wait_for_both_sides() -> None:
    sealed = written(both_seated(in_state(a_round())), Kind.FOR_CANDIDATE, INES)
    gates = Gates(to_candidate_at=NINE, a_opened_at=NINE)
    opened = written(both_seated(in_state(a_round(gates=gates))), Kind.FOR_CANDIDATE, INES)

    assert len(seals(seen_by(sealed, CANDIDATE))) == 1
    assert seals(seen_by(opened, CANDIDATE)) == []


def test_an_interviewer_gives_their_own_card_first() -> None:
    cards = (a_card(INES), a_card(OLU))
    day = written(both_seated(in_state(a_round(cards=cards))), Kind.CARD, INES)
    own = Written(OWN, Kind.CARD, address(OLU), "int:1", NINE, 3)
    gave = replace(day, written=dict(day.written) | {OWN: own})

    assert len(seals(seen_by(day, OLU))) == 1
    assert seals(seen_by(gave, OLU, order=5)) == []
    assert len(seals(seen_by(gave, OLU, order=2))) == 1


def test_whoever_decides_and_has_no_card_reads_them() -> None:
    day = written(both_seated(in_state(a_round(cards=(a_card(INES),)))), Kind.CARD, INES)

    assert seals(seen_by(day, RECRUITER)) == []


def test_somebody_else_sees_nothing() -> None:
    day = written(a_day(booked(an_interview())), Kind.QUESTION, CANDIDATE)

    assert len(seals(seen_by(day, OLU))) == 1


def test_a_note_to_the_coordinator_is_no_interviewers() -> None:
    day = written(both_seated(), Kind.CANDIDATE_NOTE, CANDIDATE)

    assert seals(seen_by(day, RECRUITER)) == []
    assert len(seals(seen_by(day, INES))) == 1


def test_a_word_in_a_mail_counts_as_read() -> None:
    day = written(both_seated(), Kind.CARD, INES)

    assert len(seals(replace(day, mails=(a_mail(CANDIDATE, f"See ({WORD})"),)))) == 1


def test_no_word_stands_in_a_log() -> None:
    day = written(both_seated(), Kind.QUESTION, CANDIDATE)

    assert len(seals(replace(day, logs={"feedback": f'{{"event": "{WORD}"}}'}))) == 1


def test_no_link_stands_in_a_log() -> None:
    day = a_day(booked(an_interview()))
    opened = {"scheduling": "GET /book/int:1/app:1 HTTP/1.1"}
    leaking = {"scheduling": "GET /book/int:1/app:1?token=eyJhbGciOiJFZDI1NTE5In0 HTTP/1.1"}

    assert seals(replace(day, logs=opened)) == []
    assert seals(replace(day, logs=leaking)) == ["a link's token stands in the log of scheduling"]


def test_no_word_stands_in_a_record() -> None:
    day = written(both_seated(), Kind.QUESTION, CANDIDATE)
    leaking = tuple(replace(one, raw=one.raw + WORD) for one in day.records[-1:])

    assert len(seals(replace(day, records=(*day.records[:-1], *leaking)))) == 1


SUBMITTED = Review(status=FeedbackStatus.SUBMITTED)
ENDED = (RoundSession(session_id="team", ended_at=NINE),)


def test_what_opens_to_the_candidate_waits_for_the_cards() -> None:
    late = a_round(cards=(a_card(INES, FeedbackStatus.ASKED),), review=SUBMITTED, sessions=ENDED)
    reveal = RevealedToCandidate(revision=2, round=late)

    assert len(seals(a_day((NINE + DAY, reveal)))) == 1
    assert seals(a_day((NINE + 14 * DAY, reveal))) == []


def test_what_opens_to_the_candidate_waits_for_their_own_review() -> None:
    reveal = RevealedToCandidate(revision=2, round=a_round(sessions=ENDED))

    assert len(seals(a_day((NINE + 15 * DAY, reveal)))) == 1


def closed() -> ApplicationClosed:
    return ApplicationClosed(application_id="app:1", outcome="rejected")


def test_what_opens_to_the_team_waits_a_week_after_the_end() -> None:
    reveal = RevealedToCompany(revision=2, round=a_round(review=SUBMITTED, sessions=ENDED))

    assert len(seals(a_day((NINE, closed()), (NINE + 6 * DAY, reveal)))) == 1
    assert seals(a_day((NINE, closed()), (NINE + 7 * DAY, reveal))) == []


def test_a_reopening_stops_the_count() -> None:
    reveal = RevealedToCompany(revision=2, round=a_round(review=SUBMITTED, sessions=ENDED))
    reopened = ApplicationReopened(application_id="app:1")
    again = [(NINE, closed()), (NINE + DAY, reopened), (NINE + 2 * DAY, closed())]

    assert len(seals(a_day(*again, (NINE + 8 * DAY, reveal)))) == 1
    assert seals(a_day(*again, (NINE + 9 * DAY, reveal))) == []


def told(decision: str) -> SideOfPair:
    return SideOfPair(recorded=True, told=Told(decision=decision, told_at=NINE))


@pytest.mark.parametrize(
    ("pair", "count"),
    [
        (Pair(due_at=NINE + DAY, company=told("advance")), 1),
        (Pair(due_at=NINE + DAY, company=told("decline")), 0),
        (Pair(due_at=NINE, company=told("advance")), 0),
        (Pair(due_at=NINE + DAY, company=told("advance"), candidate=told("advance")), 0),
    ],
)
def test_decisions_are_told_together(pair: Pair, count: int) -> None:
    assert len(seals(a_day(in_state(a_round(pair=pair))))) == count


def test_whoever_read_the_other_side_writes_no_more() -> None:
    gates = Gates(to_candidate_at=NINE, a_opened_at=NINE)
    amended = FeedbackAmended(
        revision=3, round=a_round(gates=gates), kind=FeedbackKind.REVIEW, person_id=CANDIDATE
    )

    assert len(seals(a_day((NINE + DAY, amended)))) == 1
    assert seals(a_day((NINE, amended))) == []


def test_every_planted_word_is_another_one() -> None:
    canaries = Canaries(lambda: NINE)

    for number in range(5000):
        canaries.plant(str(number), Kind.CARD, author="a", about="b")
    canaries.look(f"x ({next(iter(canaries.written))})", reader="a", page="/")

    assert len(canaries.written) == 5000
    assert len(canaries.sights) == 1
    assert canaries.plant("", Kind.CARD, author="a", about="b") == ""
