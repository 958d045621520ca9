"""A round follows its interview, asks whom it should ask, and closes when nothing more can come."""

from datetime import timedelta

from tests.feedback.builders import (
    ANNA,
    APPLICATION,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    COORDINATOR,
    DECIDER,
    INTERVIEW,
    SESSION_AT,
    SHADOW,
    START,
    TEAM,
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

from feedback.domain.round import CardStatus, CloseReason
from feedback.domain.words import Choice, Held, Side
from feedback.use_cases import report_held
from parley_contracts import applications, interviews, rounds
from parley_contracts.interviews import SeatStatus

END = SESSION_AT + timedelta(hours=1)
DAY = timedelta(days=1)


def after_the_interview() -> tuple[World, Player]:
    world = World()
    world.hear(opened(), booked())
    world.until(END)
    world.hear(ended())
    return world, Player(world)


def statuses(world: World) -> dict[str, CardStatus]:
    return {card.interviewer_id: card.status for card in world.round().cards}


def test_offer_opens_no_round() -> None:
    world = World()
    session = a_session(status="open", starts_at=None, seats=())
    interview = an_interview(status="offered", sessions=(session,))
    world.hear(interviews.SlotsOffered(revision=1, interview=interview))
    assert world.said(rounds.RoundEvent) == []
    world.hear(booked())
    assert world.kinds() == ["PreparationReady"]


def test_who_keeps_no_scorecard_here_is_not_asked() -> None:
    world, _ = after_the_interview()
    assert SHADOW not in statuses(world)
    asked = {(one.kind, one.person_id) for one in world.said(rounds.FeedbackRequested)}
    assert asked == {("scorecard", ANNA), ("scorecard", BOB), ("review", CANDIDATE)}
    assert statuses(world)[ATS_SEAT] is CardStatus.NOT_ASKED


def test_replaced_interviewer_is_asked_for_nothing() -> None:
    world = World()
    world.hear(booked())
    replaced = a_session(seats=(seat("ats:carla"), seat(BOB)))
    world.hear(
        interviews.InterviewerReplaced(
            revision=3,
            interview=an_interview(sessions=(replaced,)),
            session_id="s1",
            replaced_id=ANNA,
            interviewer_id="ats:carla",
        )
    )
    assert set(statuses(world)) == {"ats:carla", BOB}
    refusal = Player(world).read(ANNA)
    assert refusal is not None
    assert refusal.reason == "not_yours"
    assert world.kinds() == ["PreparationReady", "PreparationReady"]


def test_declined_seat_is_empty_until_somebody_takes_it() -> None:
    world = World()
    world.hear(booked())
    empty = seat(ANNA).model_copy(update={"status": SeatStatus.DECLINED})
    world.hear(
        interviews.SeatDeclined(
            revision=3,
            interview=an_interview(sessions=(a_session(seats=(empty, seat(BOB))),)),
            session_id="s1",
            interviewer_id=ANNA,
        )
    )
    assert set(statuses(world)) == {BOB}


def test_session_that_was_cancelled_is_said_so_and_holds_no_decision_up() -> None:
    world = World()
    second = a_session("s2", starts_at=SESSION_AT + DAY)
    world.hear(opened(), booked(sessions=(a_session(), second)))
    world.until(END)

    dropped = second.model_copy(update={"status": "cancelled"})
    world.hear(ended(sessions=(a_session(), dropped)))

    (asked,) = world.said(rounds.DecisionRequested)
    told = [(one.session_id, one.ended_at, one.held) for one in asked.round.sessions]
    assert told == [("s1", END, "unknown"), ("s2", None, "cancelled")]
    assert asked.round.pair.due_at == END + 5 * DAY


def test_cancellation_closes_the_round_and_a_new_booking_opens_it_again() -> None:
    world = World()
    world.hear(booked(), cancelled(3))
    assert world.round().close_reason is CloseReason.CANCELLED
    assert not world.timers
    world.hear(booked(4))
    assert world.round().closed_at is None
    assert world.round().generation == 2
    refusal = Player(world).read(ANNA)
    assert refusal is not None
    assert refusal.reason == "spent"


def test_session_that_moves_is_asked_about_anew() -> None:
    world, player = after_the_interview()
    player.held(ANNA, Held.CANDIDATE_ABSENT)
    assert statuses(world)[BOB] is CardStatus.NOT_ASKED
    later = a_session(starts_at=END + DAY)
    world.hear(
        interviews.InterviewRescheduled(
            revision=4,
            interview=an_interview(sessions=(later,)),
            by="hiring_team",
            moves=(interviews.SessionMove(session_id="s1", was_at=SESSION_AT),),
        )
    )
    session = world.round().sessions[0]
    assert world.round().held(session) is Held.UNKNOWN
    world.until(END + 2 * DAY)
    world.hear(ended(5, sessions=(later,)))
    assert statuses(world)[BOB] is CardStatus.ASKED
    assert world.round().closed_at is None


def test_no_show_is_reported_and_nobody_is_asked_for_their_card() -> None:
    world, player = after_the_interview()
    player.held(CANDIDATE, Held.INTERVIEWERS_ABSENT)
    (event,) = world.said(rounds.NoShowReported)
    assert (event.absent, event.reported_by) == (Side.COMPANY, Side.CANDIDATE)
    assert event.absent_ids == (ANNA, BOB, ATS_SEAT)
    assert not any(card.required for card in event.round.cards)
    refusal = player.card(ANNA)
    assert refusal is not None
    assert refusal.reason == "not_held"
    world.until(END + 6 * DAY)
    assert world.round().close_reason is CloseReason.NOT_HELD


def test_one_who_was_there_outweighs_who_was_not() -> None:
    world, player = after_the_interview()
    player.held(CANDIDATE, Held.INTERVIEWERS_ABSENT)
    player.held(ANNA, Held.HELD)
    assert statuses(world)[BOB] is CardStatus.ASKED
    assert player.card(BOB) is None


def test_interviewer_who_was_not_in_it_owes_no_card() -> None:
    world, player = after_the_interview()
    world.do(
        report_held,
        report_held.ReportHeld(
            interview_id=INTERVIEW,
            person_id=BOB,
            generation=1,
            session_id="s1",
            held=Held.HELD,
            without_me=True,
        ),
    )
    assert statuses(world)[BOB] is CardStatus.WAIVED
    player.card(ANNA)
    player.nothing()
    assert world.round().to_candidate_at is not None


def test_late_answers_are_said_once_each() -> None:
    world, player = after_the_interview()
    player.card(BOB)
    world.until(END + 10 * DAY)
    late = [(one.kind, one.person_id) for one in world.said(rounds.FeedbackOverdue)]
    assert late == [("scorecard", ANNA), ("review", CANDIDATE)]


def test_several_sessions_end_one_after_another() -> None:
    world = World()
    two = (a_session("s1"), a_session("s2", starts_at=END, seats=(seat("ats:carla"),)))
    world.hear(booked(sessions=two))
    world.until(END)
    world.hear(ended(3, sessions=two))
    assert [one.person_id for one in world.said(rounds.FeedbackRequested)] == [ANNA, BOB]
    assert world.round().pair.due_at is None
    world.until(END + timedelta(hours=1))
    done = (two[0].model_copy(update={"status": "ended"}), two[1])
    world.hear(ended(4, "s2", sessions=done))
    asked = [one.person_id for one in world.said(rounds.FeedbackRequested)]
    assert asked == [ANNA, BOB, "ats:carla", CANDIDATE]
    assert world.round().pair.due_at == END + timedelta(hours=1) + 5 * DAY


def test_ats_decides_of_rounds_that_had_ended() -> None:
    world = World()
    world.hear(opened(), booked(decide_in="ats"))
    advanced = applications.ApplicationAdvanced(application_id=APPLICATION, stage_name="Next")
    world.hear(advanced, at=START)
    world.until(END)
    world.hear(ended(decide_in="ats"))
    assert world.said(rounds.DecisionRecorded) == []
    world.hear(advanced, at=END + DAY)
    (event,) = world.said(rounds.DecisionRecorded)
    assert event.side == "company"
    refusal = Player(world).decide(DECIDER, Choice.ADVANCE)
    assert refusal is not None
    assert refusal.reason == "decided_in_ats"
    assert Player(world).decide(CANDIDATE, Choice.ADVANCE) is None
    assert len(world.said(rounds.MatchReached)) == 1


def test_side_that_had_not_answered_still_may_and_is_told_at_once() -> None:
    world, player = after_the_interview()
    player.decide(DECIDER, Choice.ADVANCE)
    world.until(END + 5 * DAY)
    (event,) = world.said(rounds.RoundDecided)
    assert event.round.pair.company.told.decision == "advance"
    assert event.round.pair.candidate.told.decision == "none"
    player.decide(CANDIDATE, Choice.ADVANCE)
    assert len(world.said(rounds.MatchReached)) == 1
    refusal = player.decide(DECIDER, Choice.DECLINE)
    assert refusal is not None
    assert refusal.reason == "told_already"


def test_decision_that_is_changed_while_sealed_is_no_news() -> None:
    world, player = after_the_interview()
    player.decide(DECIDER, Choice.ADVANCE)
    before = len(world.published)
    assert player.decide(DECIDER, Choice.HOLD) is None
    assert player.decide(DECIDER, Choice.ADVANCE) is None
    assert len(world.published) == before
    assert len(world.said(rounds.DecisionRecorded)) == 1


def test_hold_asks_both_anew_on_its_date() -> None:
    world, player = after_the_interview()
    player.decide(DECIDER, Choice.ADVANCE)
    player.decide(CANDIDATE, Choice.HOLD, until=END + 9 * DAY)
    assert world.round().pair.number == 1
    world.until(END + 9 * DAY)
    pair = world.round().pair
    assert (pair.number, pair.due_at) == (2, END + 14 * DAY)
    asked = [event.round.pair.number for event in world.said(rounds.DecisionRequested)]
    assert asked == [1, 2]
    assert player.decide(DECIDER, Choice.ADVANCE) is None
    assert player.decide(CANDIDATE, Choice.ADVANCE) is None
    assert world.said(rounds.MatchReached)[0].round.pair.number == 2


def test_candidate_declines_before_the_interview() -> None:
    world = World()
    world.hear(booked())
    assert Player(world).decide(CANDIDATE, Choice.DECLINE) is None
    (event,) = world.said(rounds.RoundDecided)
    assert event.round.pair.candidate.told.decision == "decline"
    refusal = Player(world).decide(DECIDER, Choice.ADVANCE)
    assert refusal is not None
    assert refusal.reason == "told_already"


def test_new_hiring_team_decides_about_its_rounds() -> None:
    world, player = after_the_interview()
    team = TEAM.model_copy(update={"decider_ids": ("ats:chief",)})
    world.hear(applications.HiringTeamChanged(application_id=APPLICATION, hiring_team=team))
    refusal = player.decide(DECIDER, Choice.ADVANCE)
    assert refusal is not None
    assert refusal.reason == "not_yours"
    assert player.decide("ats:chief", Choice.ADVANCE) is None


def test_coordinator_releases_nothing() -> None:
    _, player = after_the_interview()
    refusal = player.release(COORDINATOR)
    assert refusal is not None
    assert refusal.reason == "not_yours"


def test_round_is_given_up_in_the_end() -> None:
    world, _ = after_the_interview()
    world.until(END + 200 * DAY)
    assert world.round().close_reason is CloseReason.GIVEN_UP
    assert not [key for key in world.timers if key[0] == "round"]


def test_older_state_of_the_interview_is_refused() -> None:
    world = World()
    world.hear(booked(5))
    refusal = world.hear(cancelled(4))
    assert refusal is not None
    assert refusal.reason == "older"


def test_unknown_members_raise_nothing() -> None:
    world = World()
    odd = a_session(seats=(seat(ANNA, scorecard="elsewhere"), seat(BOB)), status="dreaming")
    world.hear(booked(sessions=(odd,), decide_in="oracle"))
    world.hear(opened(), closed("transferred"))
    assert set(statuses(world)) == {BOB}


def test_feedback_is_owed_and_told_after_a_complete_round_has_closed() -> None:
    world, player = after_the_interview()
    for who in (ANNA, BOB):
        player.card(who)
    player.nothing()
    world.hear(closed("rejected"))
    world.until(END + 9 * DAY)
    assert world.round().close_reason is CloseReason.COMPLETE

    assert player.release() is None

    (told,) = world.said(rounds.CandidateFeedbackReleased)
    assert told.round.feedback_due_at == END + 5 * DAY
    assert told.round.feedback_released_at == world.now


def test_nobody_is_owed_feedback_for_what_did_not_take_place() -> None:
    world, player = after_the_interview()
    player.held(ANNA, Held.CANDIDATE_ABSENT)
    world.until(END + 9 * DAY)

    refusal = player.release()

    assert world.round().close_reason is CloseReason.NOT_HELD
    assert refusal is not None
    assert refusal.reason == "closed"
    assert world.said(rounds.RoundClosed)[-1].round.feedback_due_at is None
