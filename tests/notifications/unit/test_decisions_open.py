"""When both sides have something to decide on: all that was to come is over, and something took place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifications.domain.interview import Team
from notifications.domain.items import open_items
from notifications.domain.round import Pair, Round, RoundSession, SideOfPair, Told

END = datetime(2027, 3, 16, 10, 30, tzinfo=UTC)
CANDIDATE, RECRUITER, DECIDER = "ats:ana", "ats:ruth", "ats:dora"
ENDED = ("ended", "unknown")
HELD = ("ended", "held")
MISSED = ("ended", "candidate_absent")
ALONE = ("ended", "interviewers_absent")
COMING = ("", "unknown")
CANCELLED = ("", "cancelled")


def a_round(*sessions: tuple[str, str]) -> Round:
    return Round(
        interview_id="ats:int-1",
        application_id="ats:app-1",
        candidate_id=CANDIDATE,
        status="collecting",
        hiring_team=Team(recruiter_id=RECRUITER, decider_ids=(DECIDER,)),
        job_title="Engineer",
        stage_name="Onsite",
        sessions=tuple(
            RoundSession(session_id=f"s{number}", ended_at=END if ended else None, held=held)
            for number, (ended, held) in enumerate(sessions)
        ),
    )


def who_decides(round_: Round) -> set[str]:
    items = open_items(None, round_, (), now=END)
    return {one.person_id for one in items if one.kind == "decide"}


@pytest.mark.parametrize(
    "sessions",
    [
        (ENDED,),
        (HELD, ENDED),
        (HELD, MISSED),
        (ENDED, CANCELLED),
        (CANCELLED, HELD, CANCELLED),
        (MISSED, CANCELLED, ENDED),
    ],
)
def test_both_sides_are_asked_once_the_last_that_takes_place_has_ended(
    sessions: tuple[tuple[str, str], ...],
) -> None:
    """A session that was cancelled gets no end, and nobody waits for one."""
    assert who_decides(a_round(*sessions)) == {CANDIDATE, DECIDER}


@pytest.mark.parametrize(
    "sessions",
    [
        (),
        (COMING,),
        (HELD, COMING),
        (HELD, COMING, CANCELLED),
        (CANCELLED,),
        (CANCELLED, CANCELLED),
        (MISSED,),
        (ALONE, CANCELLED),
    ],
)
def test_nobody_is_asked_before_or_where_nothing_took_place(
    sessions: tuple[tuple[str, str], ...],
) -> None:
    assert who_decides(a_round(*sessions)) == set()


def test_nobody_is_asked_once_a_side_has_declined_or_the_round_is_closed() -> None:
    declined = SideOfPair(recorded=True, told=Told(decision="decline"))
    open_ = a_round(HELD, CANCELLED)

    assert who_decides(replace(open_, pair=Pair(company=declined))) == set()
    assert who_decides(replace(open_, pair=Pair(candidate=declined))) == set()
    assert who_decides(replace(open_, status="closed")) == set()


def test_feedback_is_owed_by_the_recruiter_and_by_no_coordinator() -> None:
    team = Team(recruiter_id=RECRUITER, coordinator_id="ats:cora", decider_ids=(DECIDER,))
    owed = replace(a_round(HELD), hiring_team=team, feedback_due_at=END)

    items = open_items(None, owed, (), now=END)

    assert {one.person_id for one in items if one.kind == "release"} == {RECRUITER}
