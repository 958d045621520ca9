"""What comes late, or again after something else: nothing is booked twice, lost, kept of the gone, or undone."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    BORIS,
    CANDIDATE,
    INTERVIEW,
    a_change,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    an_import,
    at,
)
from tests.scheduling.stage import MOVE, Stage

from parley_contracts.applications import (
    ApplicationClosed,
    ApplicationOnHold,
    ApplicationReopened,
    HiringTeamChanged,
    InterviewRequestCancelled,
)
from parley_contracts.event import Event
from parley_contracts.people import PersonMerged
from parley_contracts.plan import HiringTeam
from scheduling.use_cases import move_interview

ALL_STATES = "select string_agg(state::text, ' ') from interview"
ENDS: Sequence[Event] = (
    ApplicationClosed(application_id=APPLICATION, outcome="hired"),
    ApplicationOnHold(application_id=APPLICATION, until=at(20, 0)),
    InterviewRequestCancelled(application_id=APPLICATION, interview_id=INTERVIEW),
)


async def test_an_imported_session_that_is_held_again_takes_its_seats_again(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), an_import(a_session(starts_at=at(1, 10))))
    await stage.advance(at(2, 0))

    await stage.told(an_import(a_session(starts_at=at(4, 10))))
    await stage.told(a_request(interview_id="ats:other"))

    assert at(4, 10) in {one.starts_at for one in await stage.bookings()}
    assert at(4, 10) not in await stage.slots("ats:other")


@pytest.mark.parametrize("end", ENDS, ids=lambda one: type(one).__name__)
async def test_what_is_over_took_place_whatever_comes_in_the_same_breath(
    stage: Stage, end: Event
) -> None:
    await stage.take(an_import(a_session(starts_at=at(1, 7))), end)
    await stage.settle()

    assert await stage.names() == ["InterviewBooked", "SessionEnded"]


async def test_of_two_sessions_the_one_that_is_over_took_place(stage: Stage) -> None:
    over = a_session(a_seat(ANNA), session_id="one", starts_at=at(1, 7))
    to_come = a_session(a_seat(BORIS), session_id="two", starts_at=at(4, 7))

    await stage.take(an_import(over, to_come), ENDS[0])
    await stage.settle()

    assert await stage.names() == ["InterviewBooked", "SessionEnded", "InterviewCancelled"]
    sessions = (await stage.last()).interview.sessions
    assert [one.status for one in sessions] == ["ended", "cancelled"]


async def test_a_session_that_was_held_is_not_ended_again_when_the_rest_is_wanted_again(
    stage: Stage,
) -> None:
    held = a_session(a_seat(ANNA), session_id="one", starts_at=at(1, 10))
    rest = a_session(a_seat(BORIS), session_id="two", starts_at=at(4, 7))
    await stage.told(an_import(held, rest))
    await stage.advance(at(2, 0))
    await stage.told(ENDS[1], ApplicationReopened(application_id=APPLICATION))

    await stage.told(an_import(held, {**rest, "starts_at": at(5, 7)}))
    await stage.advance(at(6, 0))

    ended = [one for one in await stage.published() if type(one).__name__ == "SessionEnded"]
    assert [(one.session_id, one.last) for one in ended] == [("one", False), ("two", True)]


async def test_a_session_under_way_is_not_arranged_anew(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    assert await stage.book(at(3, 9)) is None
    stage.clock.moment = at(3, 9, 30)

    await stage.told(a_change(a_session(minutes=90)))
    await stage.advance(at(3, 11))

    assert (await stage.names())[-2:] == ["InterviewBooked", "SessionEnded"]


async def test_a_conflict_is_over_when_either_gives_way(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    assert await stage.book(at(3, 9)) is None
    await stage.told(an_import(a_session(starts_at=at(3, 9, 30)), interview_id="ats:fact"))
    assert (await stage.interview("ats:fact")).conflicts

    move = move_interview.MoveInterview(
        INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9), at(4, 9), "ill", ""
    )
    assert await stage.command(MOVE, move) is None
    await stage.settle()

    fact = await stage.interview("ats:fact")
    assert (fact.conflicts, fact.sessions[0].seats[0].state) == ((), "seated")


async def test_another_candidate_confirms_a_zone_of_their_own(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    await stage.open("Asia/Tokyo")

    await stage.told(a_change(candidate_id="ats:other"))

    interview = await stage.interview()
    assert (interview.reading_zone, interview.generation) == (None, 2)


async def test_a_plan_with_an_older_team_does_not_put_it_back(stage: Stage) -> None:
    team = HiringTeam(recruiter_id="ats:new-recruiter")
    await stage.told(a_profile(ANNA), a_request(revision=5))
    await stage.told(HiringTeamChanged(application_id=APPLICATION, hiring_team=team, revision=7))

    await stage.told(a_change(a_session(about="We talk about payments."), revision=6))

    interview = await stage.interview()
    assert interview.hiring_team["recruiter_id"] == "ats:new-recruiter"
    assert interview.sessions[0].about == "We talk about payments."


async def test_a_search_that_waits_for_somebody_takes_its_offer_back(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    assert (await stage.last()).interview.status == "offered"

    await stage.told(a_change(a_session(a_seat(BORIS))))

    event: Any = await stage.last()
    assert (type(event).__name__, event.interview.status) == ("InterviewChanged", "searching")


async def test_an_older_cancellation_that_comes_late_takes_nothing_back(stage: Stage) -> None:
    for revision in (5, 3):
        await stage.told(ENDS[2].model_copy(update={"revision": revision}))

    await stage.told(a_profile(ANNA), a_request(revision=4))

    assert await stage.names() == []


async def test_what_was_known_of_a_merged_person_goes(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE, name="Cara Lindqvist", bio="From Malmö", revision=1))

    await stage.told(PersonMerged(person_id=CANDIDATE, into_id="ats:cara-2", revision=2))

    state = await stage.pool.fetchval("select state::text from person where id = $1", CANDIDATE)
    assert ("Lindqvist" in state, "ats:cara-2" in state) == (False, True)
