"""The no-ghosting clock: when the next word is due, what moves it, and what takes it back."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.feedback.builders import (
    APPLICATION,
    CANDIDATE,
    DECIDER,
    INTERVIEW,
    RECRUITER,
    SESSION_AT,
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
)
from tests.feedback.player import Player

from feedback.domain.words import Choice
from parley_contracts import applications, candidate_updates, interviews, notifications

DAY = timedelta(days=1)
END = SESSION_AT + timedelta(hours=1)


def due(world: World) -> datetime | None:
    found: datetime | None = world.rows["application"][APPLICATION].due_at
    return found


def clock_events(world: World) -> list[str]:
    return [kind for kind in world.kinds() if kind.startswith("CandidateUpdate")]


def offered(revision: int = 1, generation: int = 1) -> interviews.SlotsOffered:
    session = a_session(status="open", starts_at=None, seats=())
    interview = an_interview(status="offered", sessions=(session,), generation=generation)
    return interviews.SlotsOffered(revision=revision, interview=interview)


def message(event: str, revision: int, told_revision: int = 1, **values: Any) -> Any:
    kinds: dict[str, type[notifications.NotificationEvent]] = {
        "sent": notifications.NotificationSent,
        "failed": notifications.NotificationFailed,
        "suppressed": notifications.NotificationSuppressed,
    }
    told = notifications.ToldEvent(
        type="parley.interview.slots-offered.v1",
        aggregate_id=INTERVIEW,
        revision=told_revision,
    )
    about = {"notification_id": "n1", "person_id": CANDIDATE, "interview_id": INTERVIEW} | values
    reason = about.pop("reason", "bounced")
    notification = notifications.Notification(
        **about, kind="action", status=event, at=START + DAY, told=(told,)
    )
    return kinds[event](revision=revision, notification=notification, reason=reason)


def test_word_is_owed_from_the_opening_on() -> None:
    world = World()
    world.hear(opened(promised_days=7))
    assert due(world) == START + 7 * DAY
    (event,) = world.said(candidate_updates.CandidateUpdated)
    assert event.application.next_word_due_at == START + 7 * DAY
    assert event.application.last_word.kind == "opened"


def test_what_nobody_has_opened_waits_from_the_first_that_is_heard_of_it_until_it_is() -> None:
    def waiting(world: World) -> datetime | None:
        found: datetime | None = world.rows["application"][APPLICATION].waiting_since
        return found

    world = World()
    world.hear(closed())
    world.until(START + DAY)
    world.hear(offered())
    assert waiting(world) == START

    world.hear(opened())
    assert waiting(world) is None


@pytest.mark.parametrize(
    ("reason", "by", "moves"),
    [
        ("candidate_declined", "candidate", False),
        ("candidate_withdrew", "ats", False),
        ("request_cancelled", "ats", True),
        ("other", "candidate", True),
    ],
)
def test_what_candidates_called_off_themselves_is_no_word_to_them(
    reason: str, by: str, *, moves: bool
) -> None:
    world = World()
    world.hear(opened(), offered())
    world.until(START + DAY)
    before = due(world)

    why = interviews.Cancellation(at=START + DAY, by=by, reason=reason)
    world.hear(cancelled(2, cancelled=why))

    assert (due(world) != before) is moves


def test_due_the_day_before_and_overdue_on_the_date_and_no_more() -> None:
    world = World()
    world.hear(opened())
    world.until(START + 60 * DAY)
    assert clock_events(world) == [
        "CandidateUpdated",
        "CandidateUpdateDue",
        "CandidateUpdateOverdue",
    ]
    moments = [at for at, _ in world.published]
    assert moments == [START, START + 4 * DAY, START + 5 * DAY]
    assert not world.timers


def test_offer_moves_it_and_clears_what_was_overdue() -> None:
    world = World()
    world.hear(opened())
    world.until(START + 6 * DAY)
    world.hear(offered())
    assert due(world) == START + 11 * DAY
    event = world.said(candidate_updates.CandidateUpdated)[-1]
    assert event.application.overdue_since is None


def test_other_times_of_the_same_offer_are_no_new_word() -> None:
    """Nobody is written to about them: the link in the first mail shows them."""
    world = World()
    world.hear(opened(), offered())
    world.until(START + 2 * DAY)
    world.hear(offered(revision=2))
    assert due(world) == START + 5 * DAY
    world.hear(offered(revision=3, generation=2))
    assert due(world) == START + 7 * DAY


def test_booked_interview_moves_it_past_its_end() -> None:
    world = World()
    world.hear(opened(), booked())
    assert due(world) == END + 5 * DAY
    world.hear(cancelled())
    assert due(world) == START + 5 * DAY


def test_nothing_is_counted_before_the_application_is_known() -> None:
    world = World()
    world.hear(booked())
    assert clock_events(world) == []
    world.hear(opened())
    assert due(world) == END + 5 * DAY


def test_failed_delivery_takes_the_word_back() -> None:
    world = World()
    world.hear(opened())
    world.until(START + 3 * DAY)
    world.hear(offered())
    assert due(world) == START + 8 * DAY
    world.hear(message("failed", 1))
    assert due(world) == START + 5 * DAY
    event = world.said(candidate_updates.CandidateUpdateDue)[-1]
    assert event.application.last_word.kind == "opened"


def test_message_sent_after_all_gives_the_word_again() -> None:
    world = World()
    world.hear(opened())
    world.until(START + 3 * DAY)
    world.hear(offered(), message("failed", 1), message("sent", 2))
    assert due(world) == START + 8 * DAY


@pytest.mark.parametrize(("reason", "days"), [("contact_none", 5), ("outdated", 8)])
def test_word_held_back_is_none_unless_newer_words_replaced_it(reason: str, days: int) -> None:
    world = World()
    world.hear(opened())
    world.until(START + 3 * DAY)
    world.hear(offered(), message("suppressed", 1, reason=reason))
    assert due(world) == START + days * DAY


def test_message_to_somebody_else_takes_nothing_back() -> None:
    world = World()
    world.hear(opened())
    world.until(START + 3 * DAY)
    world.hear(offered(), message("failed", 1, person_id=RECRUITER))
    assert due(world) == START + 8 * DAY


def test_failure_heard_before_the_word_counts_all_the_same() -> None:
    world = World()
    world.hear(message("failed", 1))
    world.until(START + 3 * DAY)
    world.hear(opened(), at=START)
    world.hear(offered())
    assert due(world) == START + 5 * DAY


def test_hold_moves_it_to_its_date_and_resuming_counts_anew() -> None:
    world = World()
    world.hear(opened())
    until = START + 30 * DAY
    world.hear(applications.ApplicationOnHold(application_id=APPLICATION, until=until))
    assert due(world) == until
    world.until(START + 10 * DAY)
    world.hear(applications.ApplicationReopened(application_id=APPLICATION))
    assert due(world) == START + 15 * DAY


def test_contact_moves_it_to_the_date_that_was_promised() -> None:
    world = World()
    world.hear(opened())
    world.hear(
        applications.CandidateContacted(
            application_id=APPLICATION, channel="phone", next_word_due_at=START + 9 * DAY
        ),
        at=START + timedelta(hours=1),
    )
    assert due(world) == START + 9 * DAY


def test_nothing_is_owed_after_the_outcome() -> None:
    world = World()
    world.hear(opened())
    world.hear(closed(), at=START + DAY)
    assert due(world) is None
    assert not world.timers
    event = world.said(candidate_updates.CandidateUpdated)[-1]
    assert (event.application.status, event.application.outcome) == ("closed", "rejected")


def test_told_decisions_and_feedback_are_words() -> None:
    world = World()
    world.hear(opened(), booked())
    world.until(END)
    world.hear(ended())
    player = Player(world)
    world.until(END + DAY)
    player.release()
    assert due(world) == END + 6 * DAY
    world.until(END + 2 * DAY)
    player.decide(DECIDER, Choice.HOLD, until=END + 20 * DAY)
    assert due(world) == END + 6 * DAY
    player.decide(CANDIDATE, Choice.ADVANCE)
    assert due(world) == END + 20 * DAY


def test_decline_of_the_company_ends_what_is_owed() -> None:
    world = World()
    world.hear(opened(), booked())
    world.until(END)
    world.hear(ended())
    Player(world).decide(DECIDER, Choice.DECLINE)
    assert due(world) is None


def test_what_changes_nothing_publishes_nothing() -> None:
    world = World()
    world.hear(opened())
    before = len(world.published)
    world.hear(opened(), at=START + DAY)
    world.hear(applications.ApplicationAdvanced(application_id=APPLICATION, stage_name="Next"))
    assert len(world.published) == before
    world.hear(
        applications.HiringTeamChanged(
            application_id=APPLICATION,
            hiring_team=TEAM.model_copy(update={"recruiter_id": "ats:other"}),
        )
    )
    assert world.said(candidate_updates.CandidateUpdated)[-1].application.hiring_team.recruiter_id
    assert len(world.published) == before + 1


def test_older_revision_is_refused_and_changes_nothing() -> None:
    world = World()
    world.hear(opened(revision=5))
    refusal = world.hear(closed(revision=4))
    assert refusal is not None
    assert refusal.reason == "older"
