"""Who finds on their page that there is something to read, once the team's seal is open."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifications.domain.interview import Team
from notifications.domain.items import open_items
from notifications.domain.round import Card, Gates, Round

NOW = datetime(2027, 3, 30, 14, tzinfo=UTC)
SEAT, DECIDER, RECRUITER, COORDINATOR = "ats:ivan", "ats:dora", "ats:ruth", "ats:cora"
ROUND = Round(
    interview_id="ats:int-1",
    application_id="ats:app-1",
    candidate_id="ats:ana",
    status="closed",
    hiring_team=Team(recruiter_id=RECRUITER, coordinator_id=COORDINATOR, decider_ids=(DECIDER,)),
    job_title="Engineer",
    stage_name="Onsite",
    cards=(Card(session_id="s1", interviewer_id=SEAT, status="submitted"),),
    gates=Gates(b_opened_at=NOW),
)


def who_reads(round_: Round) -> list[str]:
    items = open_items(None, round_, (), now=NOW)
    assert {(one.kind, one.purpose) for one in items} <= {("read", "round")}
    return [one.person_id for one in items]


def test_opened_review_is_there_for_seats_and_for_deciders() -> None:
    assert who_reads(ROUND) == [SEAT, DECIDER]


@pytest.mark.parametrize("deciders", [(), (RECRUITER,), (COORDINATOR,), (SEAT,)])
def test_who_decides_with_a_seat_or_at_the_desk_has_it_in_one_place(
    deciders: tuple[str, ...],
) -> None:
    """The desk reads of it in the digest."""
    team = replace(ROUND.hiring_team, decider_ids=deciders)

    assert who_reads(replace(ROUND, hiring_team=team)) == [SEAT]


def test_sealed_review_is_there_for_nobody() -> None:
    assert who_reads(replace(ROUND, gates=Gates())) == []
