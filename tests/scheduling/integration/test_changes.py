"""After the booking: moving, cancelling, declining, replacing, importing, closing, and conflicts."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    INTERVIEW,
    RECRUITER,
    a_change,
    a_profile,
    a_request,
    a_seat,
    a_session,
    an_import,
    at,
    busy,
    later,
)
from tests.scheduling.stage import CANCEL, DECLINE, MOVE, Stage

from parley_contracts.applications import (
    ApplicationClosed,
    ApplicationOnHold,
    ApplicationReopened,
    HiringTeamChanged,
    InterviewRequestCancelled,
)
from parley_contracts.notifications import InvitationAnswered
from parley_contracts.plan import HiringTeam
from parley_contracts.rounds import NoShowReported, Round, RoundDecided
from scheduling.domain.interview import By
from scheduling.use_cases import ask_to_move, cancel_interview, decline_seat, move_interview
from scheduling.working_set import Refusal, UseCase

NINE = at(3, 9)
ASK = UseCase(ask_to_move.needs, ask_to_move.ask_to_move)


async def _booked(stage: Stage, **more: Any) -> None:
    await stage.told(a_profile(ANNA), a_profile(BORIS), a_request(**more))
    assert await stage.book(at(3, 9)) is None


async def _decline(
    stage: Stage, who: str, reason: str = "not_then", was_at: datetime = NINE
) -> Refusal | None:
    command = decline_seat.DeclineSeat(INTERVIEW, "talk", who, was_at, reason)
    answer = await stage.command(DECLINE, command)
    await stage.settle()
    return answer


async def _move(stage: Stage, was_at: Any, starts_at: Any) -> Refusal | None:
    command = move_interview.MoveInterview(
        INTERVIEW, CANDIDATE, "Europe/Berlin", was_at, starts_at, "ill", ""
    )
    return await stage.command(MOVE, command)


def _round(**pair: Any) -> Round:
    return Round(
        interview_id="ats:i0",
        application_id=APPLICATION,
        candidate_id=CANDIDATE,
        status="collecting",
        hiring_team=HiringTeam(recruiter_id=RECRUITER),
        job_title="Backend engineer",
        stage_name="Technical interview",
        pair=pair,
    )


async def test_a_candidate_moves_and_the_old_time_is_free_again(stage: Stage) -> None:
    await _booked(stage)

    assert await _move(stage, at(3, 9), at(3, 10)) is None
    assert await _move(stage, at(3, 9), at(3, 10)) is None

    event = await stage.last()
    assert (event.by, event.moves[0].was_at) == ("candidate", at(3, 9))
    assert [one.starts_at for one in await stage.bookings()] == [at(3, 10)]
    stale = await _move(stage, at(3, 9), at(3, 11))
    assert stale is not None
    assert stale.reason == "moved_on"


async def test_a_move_may_overlap_the_time_that_it_leaves(stage: Stage) -> None:
    await _booked(stage)

    assert await _move(stage, at(3, 9), at(3, 9, 30)) is None


async def test_a_decliner_is_replaced_at_the_same_time(stage: Stage) -> None:
    seat = {"one_of": [ANNA, BORIS], "role": "Engineer"}
    await _booked(stage, sessions=[a_session(seat)])

    assert await _decline(stage, ANNA) is None

    event = await stage.last()
    assert (event.replaced_id, event.interviewer_id) == (ANNA, BORIS)
    assert event.interview.sessions[0].starts_at == at(3, 9)
    assert [one.interviewer_id for one in await stage.bookings()] == [BORIS]
    assert (await _decline(stage, ANNA)) == Refusal("not_seated")


async def test_without_a_replacement_new_times_are_offered(stage: Stage) -> None:
    await _booked(stage)

    await _decline(stage, ANNA)

    assert (await stage.names())[-2:] == ["SeatDeclined", "SlotsOffered"]
    declined = (await stage.published())[-2]
    assert declined.interview.sessions[0].seats[0].status == "declined"
    assert declined.interview.sessions[0].starts_at is None
    assert at(3, 9) not in await stage.slots()
    assert at(3, 10) in await stage.slots()
    assert await stage.bookings() == []


async def test_who_will_not_sit_there_at_all_is_not_searched_again(stage: Stage) -> None:
    await _booked(stage)

    await _decline(stage, ANNA, "conflict_of_interest")

    assert (await stage.names())[-2:] == ["SeatDeclined", "NoSlotsFound"]
    for event in await stage.published():
        assert "conflict_of_interest" not in event.model_dump_json()


async def test_a_shadow_that_declines_changes_nothing_else(stage: Stage) -> None:
    await _booked(stage, sessions=[a_session(a_seat(ANNA), a_seat(BORIS, shadow=True))])

    await _decline(stage, BORIS)

    assert (await stage.last()).interview.status == "booked"
    assert [one.interviewer_id for one in await stage.bookings()] == [ANNA]


async def test_a_shadow_gives_up_their_seat_and_nobody_elses_time(stage: Stage) -> None:
    await _booked(stage, sessions=[a_session(a_seat(ANNA), a_seat(BORIS, shadow=True))])
    move = ask_to_move.AskToMove(INTERVIEW, BORIS, By.INTERVIEWER, at(3, 9), "not_then", "")
    cancel = cancel_interview.CancelInterview(INTERVIEW, BORIS, By.INTERVIEWER, "other", "")

    answers = [await stage.command(ASK, move), await stage.command(CANCEL, cancel)]

    assert answers == [Refusal("not_yours")] * 2


async def test_a_seat_is_given_up_at_the_time_that_was_shown(stage: Stage) -> None:
    await _booked(stage)
    move = move_interview.MoveInterview(
        INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9), at(4, 9), "ill", ""
    )
    assert await stage.command(MOVE, move) is None

    assert await _decline(stage, ANNA, was_at=at(3, 9)) == Refusal("moved_on")
    assert await _decline(stage, ANNA, was_at=at(4, 9)) is None


async def test_a_calendar_that_declines_is_a_decline(stage: Stage) -> None:
    await _booked(stage)
    answer = InvitationAnswered(
        revision=1,
        interview_id=INTERVIEW,
        session_id="talk",
        person_id=ANNA,
        answer="declined",
        starts_at=at(3, 8),
    )

    await stage.told(answer)
    assert (await stage.last()).interview.status == "booked"

    await stage.told(answer.model_copy(update={"starts_at": at(3, 9), "revision": 2}))
    assert (await stage.names())[-2:] == ["SeatDeclined", "SlotsOffered"]


async def test_a_candidates_calendar_that_declines_is_for_the_coordinator(stage: Stage) -> None:
    await _booked(stage)

    await stage.told(
        InvitationAnswered(
            revision=1,
            interview_id=INTERVIEW,
            session_id="talk",
            person_id=CANDIDATE,
            answer="declined",
            starts_at=at(3, 9),
        )
    )

    assert (await stage.names())[-1] == "CoordinatorAttentionNeeded"
    assert (await stage.last()).interview.needs_coordinator is True


async def test_an_interviewer_asks_for_another_time(stage: Stage) -> None:
    await _booked(stage)

    command = ask_to_move.AskToMove(INTERVIEW, ANNA, By.INTERVIEWER, at(3, 9), "not_then", "")
    assert await stage.command(ASK, command) is None
    await stage.settle()

    assert (await stage.names())[-2:] == ["InterviewRescheduled", "SlotsOffered"]
    assert at(3, 9) not in await stage.slots()


async def test_a_cancelled_interview_gives_everything_back_once(stage: Stage) -> None:
    await _booked(stage)
    command = cancel_interview.CancelInterview(INTERVIEW, CANDIDATE, By.CANDIDATE, "withdraw", "")

    assert await stage.command(CANCEL, command) is None
    assert await stage.command(CANCEL, command) is None

    assert (await stage.names())[-2:] == ["InterviewBooked", "InterviewCancelled"]
    assert (await stage.last()).interview.cancelled.reason == "candidate_withdrew"
    assert await stage.bookings() == []
    await stage.advance(at(4, 0))
    assert (await stage.names())[-1] == "InterviewCancelled"


@pytest.mark.parametrize("reason", ["no_longer_needed", "position_filled", "other"])
async def test_what_the_company_calls_off_on_its_page_is_said_by_a_mail_of_ours(
    stage: Stage, reason: str
) -> None:
    """Where an application is closed, the outcome says it; here the ATS has closed nothing."""
    await _booked(stage)
    command = cancel_interview.CancelInterview(
        INTERVIEW, COORDINATOR, By.HIRING_TEAM, reason, "So."
    )
    assert await stage.command(CANCEL, command) is None
    assert (await stage.last()).interview.cancelled.reason in ("request_cancelled", "other")


async def test_a_request_that_is_withdrawn_cancels(stage: Stage) -> None:
    await _booked(stage)

    gone = InterviewRequestCancelled(application_id=APPLICATION, interview_id=INTERVIEW)
    await stage.told(gone)

    assert (await stage.last()).interview.cancelled.reason == "request_cancelled"


async def test_a_closed_application_cancels_what_is_open_once(stage: Stage) -> None:
    await _booked(stage)
    await stage.told(a_request(interview_id="ats:i2"))

    closed = ApplicationClosed(application_id=APPLICATION, outcome="rejected")
    await stage.told(closed)
    await stage.told(closed)
    assert (await stage.names())[-2:] == ["InterviewCancelled", "InterviewCancelled"]
    assert (await stage.names()).count("InterviewCancelled") == 2

    await stage.told(a_request(interview_id="ats:i3"))
    assert (await stage.last()).interview.cancelled.reason == "application_closed"

    await stage.told(ApplicationReopened(application_id=APPLICATION))
    await stage.told(a_request(interview_id="ats:i4"), a_request(interview_id="ats:i3"))
    assert {one.interview.interview_id for one in (await stage.published())[-2:]} == {
        "ats:i3",
        "ats:i4",
    }
    assert (await stage.interview("ats:i3")).generation == 2


async def test_a_hold_cancels_what_would_take_place_before_its_end(stage: Stage) -> None:
    await _booked(stage)
    await stage.told(an_import(a_session(starts_at=at(20, 9)), interview_id="ats:late"))

    await stage.told(ApplicationOnHold(application_id=APPLICATION, until=at(15, 0)))

    assert (await stage.last()).interview.cancelled.reason == "application_on_hold"
    assert (await stage.interview("ats:late")).status == "booked"


async def test_a_told_decline_cancels_what_was_asked_for_before(stage: Stage) -> None:
    await _booked(stage)
    decline = {"told": {"decision": "decline", "told_at": later(hours=1)}, "recorded": True}

    await stage.told(RoundDecided(revision=1, round=_round(candidate=decline)))
    assert (await stage.last()).interview.cancelled.reason == "candidate_declined"

    stage.clock.moment = later(hours=2)
    await stage.told(a_request(interview_id="ats:new"))
    assert (await stage.last()).interview.status == "offered"


async def test_a_no_show_is_kept(stage: Stage) -> None:
    report = NoShowReported(
        revision=1, round=_round(), session_id="talk", absent="company", reported_by="candidate"
    )

    await stage.told(report, report.model_copy(update={"revision": 2}))

    state = await stage.pool.fetchval("select state from application")
    assert state.count("company") == 1


async def test_another_hiring_team_is_told_of_open_interviews(stage: Stage) -> None:
    await _booked(stage)

    team = HiringTeam(recruiter_id="ats:new-recruiter")
    await stage.told(HiringTeamChanged(application_id=APPLICATION, hiring_team=team))

    assert (await stage.last()).changed == ("hiring_team",)
    assert (await stage.last()).interview.hiring_team == team


async def test_a_change_that_still_fits_keeps_the_booking(stage: Stage) -> None:
    await _booked(stage)

    await stage.told(a_change(a_session(about="We talk about payments.")))
    assert (await stage.last()).changed == ("details",)
    assert len(await stage.bookings()) == 1

    await stage.told(a_change(a_session(minutes=90)))
    assert (await stage.names())[-2:] == ["InterviewRescheduled", "SlotsOffered"]
    assert await stage.bookings() == []


async def test_a_late_busy_time_is_a_conflict_told_once(stage: Stage) -> None:
    await _booked(stage)

    await stage.told(busy(ANNA, (at(3, 9, 30), at(3, 11))))
    await stage.told(busy(ANNA, (at(3, 9, 30), at(3, 12))))

    assert (await stage.names()).count("BookingConflictFound") == 1
    event = await stage.last()
    assert (event.interviewer_id, event.with_interview_id) == (ANNA, None)
    assert event.interview.sessions[0].seats[0].status == "conflict"

    await stage.told(busy(ANNA))
    assert (await stage.last()).interview.sessions[0].seats[0].status == "seated"
    await stage.told(busy(ANNA, (at(3, 9), at(3, 10))))
    assert (await stage.names()).count("BookingConflictFound") == 2


async def test_our_own_invitation_in_a_calendar_is_no_conflict(stage: Stage) -> None:
    await _booked(stage)
    uid = sha256(f"{INTERVIEW}\ntalk".encode()).hexdigest()[:40]

    await stage.told(busy(ANNA, (at(3, 9), at(3, 10)), uid=f"{uid}@parley.example"))

    assert "BookingConflictFound" not in await stage.names()


async def test_a_seat_link_of_the_coordinator_does_not_decline(stage: Stage) -> None:
    await _booked(stage)

    assert await _decline(stage, COORDINATOR) == Refusal("not_seated")
