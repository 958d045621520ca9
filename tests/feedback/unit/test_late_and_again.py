"""Given to somebody else, moved after it was told, closed before it was called off: no false breach, and no word crosses."""

from datetime import timedelta
from typing import Any

import pytest
from tests.feedback.builders import (
    ANNA,
    APPLICATION,
    BOB,
    CANDIDATE,
    DECIDER,
    INTERVIEW,
    RECRUITER,
    SEATS,
    SESSION_AT,
    START,
    World,
    a_session,
    an_interview,
    booked,
    cancelled,
    closed,
    ended,
    opened,
    seat,
)
from tests.feedback.player import Player

from feedback.domain.words import Choice, Held
from feedback.use_cases import report_held
from feedback.working_set import Refusal
from parley_contracts import interviews, people, plan
from parley_contracts.applications import HiringTeamChanged
from parley_contracts.candidate_updates import CandidateUpdateOverdue
from parley_contracts.rounds import RoundDecided

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
END = SESSION_AT + HOUR
OTHER = "ats:other"


def held_world() -> tuple[World, Player]:
    world = World()
    world.hear(opened(), booked())
    world.until(END)
    world.hear(ended())
    return world, Player(world)


def clock(world: World) -> Any:
    return world.rows["application"][APPLICATION]


def test_a_cancellation_after_the_outcome_begins_nothing() -> None:
    world = World()
    world.hear(opened(), booked())
    world.until(START + DAY)
    world.hear(closed(revision=2))
    world.until(START + DAY + 2 * SECOND)
    reason = interviews.Cancellation(at=world.now, by="ats", reason="application_closed")
    world.hear(cancelled(4, cancelled=reason))

    world.until(START + 60 * DAY)

    assert clock(world).due_at is None
    assert world.said(CandidateUpdateOverdue) == []


def test_another_interview_that_a_decline_calls_off_begins_nothing() -> None:
    world, player = held_world()
    later = a_session(starts_at=START + 9 * DAY)
    other = an_interview(interview_id="ats:i2", sessions=(later,))
    world.hear(interviews.InterviewBooked(revision=1, by="ats", interview=other))
    world.until(END + HOUR)
    player.decide(DECIDER, Choice.DECLINE)
    world.until(END + HOUR + 2 * SECOND)
    reason = interviews.Cancellation(at=world.now, by="hiring_team", reason="application_closed")
    off = other.model_copy(update={"status": "cancelled", "cancelled": reason})
    world.hear(interviews.InterviewCancelled(revision=2, interview=off))

    assert (clock(world).ended, clock(world).due_at) == (True, None)


@pytest.mark.parametrize("sealed", [None, Choice.ADVANCE, Choice.HOLD])
def test_what_is_decided_of_a_hired_candidates_rounds_begins_nothing(sealed: Choice | None) -> None:
    world, player = held_world()
    if sealed is not None:
        player.decide(DECIDER, sealed)
    world.until(END + HOUR + 2 * SECOND)
    world.hear(closed("hired"), at=END + HOUR)

    world.until(START + 60 * DAY)

    assert clock(world).due_at is None
    assert world.said(CandidateUpdateOverdue) == []


@pytest.mark.parametrize("choice", [Choice.ADVANCE, Choice.HOLD])
def test_a_decision_that_is_told_on_the_day_it_is_due_is_no_breach(choice: Choice) -> None:
    world, player = held_world()
    player.decide(DECIDER, choice)

    world.until(END + 5 * DAY + HOUR)

    assert len(world.said(RoundDecided)) == 1
    assert world.said(CandidateUpdateOverdue) == []


def test_a_hold_until_a_day_that_has_passed_when_it_is_told_counts_from_the_word() -> None:
    world, player = held_world()
    player.decide(DECIDER, Choice.HOLD, until=END + 2 * DAY)

    world.until(END + 5 * DAY + HOUR)

    assert world.said(CandidateUpdateOverdue) == []
    assert clock(world).due_at > END + 5 * DAY + HOUR


def test_another_candidate_reads_nothing_of_the_first() -> None:
    world = World()
    world.hear(opened(), booked())
    player = Player(world)
    player.ask("PRIVATE")
    world.until(END)
    world.hear(ended())
    player.review()
    player.card(ANNA)
    player.release(text="RELEASED")
    player.decide(CANDIDATE, Choice.ADVANCE)
    again = a_session(starts_at=SESSION_AT + 7 * DAY)

    world.hear(
        interviews.InterviewRescheduled(
            revision=4,
            by="ats",
            moves=(interviews.SessionMove(session_id="s1", was_at=SESSION_AT),),
            interview=an_interview(candidate_id=OTHER, application_id="ats:a2", sessions=(again,)),
        )
    )

    round_ = world.round()
    assert (round_.candidate_id, round_.generation) == (OTHER, 2)
    kept = repr(round_)
    words = ("PRIVATE", "own:me", "RELEASED", "reason:candidate", "evidence:anna")
    assert [one for one in words if one in kept] == []
    assert clock(world).ahead == ()


def test_a_candidate_under_another_id_keeps_what_they_wrote() -> None:
    world = World()
    world.hear(opened(), booked())
    player = Player(world)
    player.ask("MINE")
    world.hear(people.PersonMerged(person_id=CANDIDATE, into_id=OTHER, revision=2))

    world.hear(booked(3, candidate_id=OTHER))

    assert "MINE" in repr(world.round())


def test_words_of_whoever_has_left_the_round_go_with_them() -> None:
    world = World()
    world.hear(opened(), booked())
    player = Player(world)
    player.ask()
    player.answer(BOB, text="BOBS")
    seats = (*(one for one in SEATS if one.interviewer_id != BOB), seat("ats:new"))
    world.hear(
        interviews.InterviewerReplaced(
            revision=3,
            session_id="s1",
            replaced_id=BOB,
            interviewer_id="ats:new",
            interview=an_interview(sessions=(a_session(seats=seats),)),
        )
    )
    world.until(END)
    world.hear(ended(4))
    player.release(text="RELEASED")
    player.decide(DECIDER, Choice.ADVANCE)
    team = plan.HiringTeam(recruiter_id="ats:r2", decider_ids=("ats:d2",))
    world.until(END + HOUR)
    world.hear(HiringTeamChanged(application_id=APPLICATION, hiring_team=team))

    for one in (BOB, RECRUITER, DECIDER):
        world.erase(one)

    kept = repr(world.round())
    assert [one for one in ("BOBS", "RELEASED", "reason:decider") if one in kept] == []


def test_what_was_known_of_a_merged_person_goes() -> None:
    world = World()
    known = people.PersonUpserted(
        person_id=CANDIDATE, name="OLD NAME", bio="OLD BIO", email="a@example.com", revision=1
    )

    world.hear(known, people.PersonMerged(person_id=CANDIDATE, into_id=OTHER, revision=2))

    kept = repr(world.rows["person"])
    assert ("OLD" in kept, OTHER in kept) == (False, True)


def test_a_decision_about_a_time_that_moved_is_told_on_its_new_date() -> None:
    """Nobody had answered in time, and then the session was held again."""
    world, player = held_world()
    world.until(END + 6 * DAY)
    again = a_session(starts_at=SESSION_AT + 8 * DAY)
    world.hear(booked(4, sessions=(again,)))
    over = SESSION_AT + 8 * DAY + HOUR
    world.until(over)
    world.hear(ended(5, sessions=(again,)))
    player.decide(DECIDER, Choice.ADVANCE)

    world.until(over + 5 * DAY + HOUR)

    told = world.round().pair.company.told
    assert told is not None
    assert told.choice is Choice.ADVANCE


def test_nobody_is_asked_anew_before_a_session_that_moved_is_over() -> None:
    world, player = held_world()
    player.decide(DECIDER, Choice.HOLD, until=END + 9 * DAY)
    player.decide(CANDIDATE, Choice.ADVANCE)
    again = a_session(starts_at=SESSION_AT + 20 * DAY)
    world.hear(booked(4, sessions=(again,)))

    world.until(END + 15 * DAY)
    assert world.round().pair.number == 1

    world.until(SESSION_AT + 20 * DAY + HOUR)
    world.hear(ended(5, sessions=(again,)))
    world.until(SESSION_AT + 20 * DAY + 2 * HOUR)
    assert world.round().pair.number == 2


def test_who_may_read_the_others_cards_gives_no_first_card_any_more() -> None:
    one = (a_session(seats=(seat(DECIDER), seat(BOB))),)
    world = World()
    world.hear(opened(), booked(sessions=one))
    world.until(END)
    world.hear(ended(3, sessions=one))
    player = Player(world)
    player.card(BOB)
    world.do(
        report_held,
        report_held.ReportHeld(
            interview_id=INTERVIEW,
            person_id=DECIDER,
            generation=1,
            session_id="s1",
            held=Held.HELD,
            without_me=True,
        ),
    )
    assert "evidence:bob" in player.sees(DECIDER)

    assert player.card(DECIDER) == Refusal("opened_to_you")


def test_nothing_is_written_about_a_candidate_who_was_erased() -> None:
    world, player = held_world()

    world.erase(CANDIDATE)

    closed_to_all = Refusal("closed")
    assert [player.card(ANNA), player.review(), player.release()] == [closed_to_all] * 3
    assert "evidence:anna" not in repr(world.round())


@pytest.mark.parametrize("erased_first", [True, False])
def test_words_under_an_id_of_long_ago_go_with_whoever_remains(erased_first: bool) -> None:  # noqa: FBT001 - a case
    world, player = held_world()
    player.review()
    player.card(ANNA)
    merges = (
        people.PersonMerged(person_id=CANDIDATE, into_id=OTHER, revision=2),
        people.PersonMerged(person_id=OTHER, into_id="ats:third", revision=2),
    )
    if erased_first:
        world.erase("ats:third")
        world.hear(merges[1], merges[0])
    else:
        world.hear(*merges)
        world.erase("ats:third")

    kept = repr(world.round())
    assert [one for one in ("PRIVATE", "evidence:anna") if one in kept] == []
    assert all(one.erased for one in world.rows["person"].values())
    assert player.review() == Refusal("closed")


def test_a_merge_brings_nobody_back() -> None:
    world = World()
    world.hear(people.PersonUpserted(person_id=CANDIDATE, name="Cara", revision=1))
    world.erase(CANDIDATE)
    merged = people.PersonMerged(person_id=CANDIDATE, into_id=OTHER, revision=2)

    assert world.hear(merged) == Refusal("erased")


def test_a_candidate_of_two_merges_keeps_what_they_wrote() -> None:
    world = World()
    world.hear(opened(), booked())
    Player(world).ask("MINE")
    for one, other in ((CANDIDATE, OTHER), (OTHER, "ats:third"), ("ats:third", OTHER)):
        world.hear(people.PersonMerged(person_id=one, into_id=other, revision=2))

    world.hear(booked(3, candidate_id="ats:third"))
    assert "MINE" in repr(world.round())
    world.hear(booked(4, candidate_id="ats:somebody-else"))
    assert "MINE" not in repr(world.round())
