"""Reminders move with their session; the digest comes at eight, and only with something in it."""

from datetime import UTC, datetime, timedelta

from tests.notifications.day import Day
from tests.notifications.events import (
    IVAN,
    NOW,
    RECRUITER,
    STARTS,
    booked,
    card,
    clock_state,
    everyone,
    interview,
    offered,
    opened,
    round_,
    session,
)

from parley_contracts import candidate_updates, interviews, rounds

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def reminders(day: Day, address: str) -> list[str]:
    words = ("In one hour", "Tomorrow", "In einer Stunde", "Morgen um")
    return [one for one in day.sink.subjects(address) if one.startswith(words)]


async def test_everyone_is_reminded_a_day_and_an_hour_ahead(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(STARTS - DAY - timedelta(minutes=1))
    assert reminders(day, "ana@") == []

    await day.pass_to(STARTS + HOUR)

    assert [len(reminders(day, one)) for one in ("ana@", "ivan@", "jun@", "ruth@")] == [2, 2, 2, 0]


async def test_moved_session_never_reminds_of_its_old_time(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    later = session(starts_at=STARTS + 3 * DAY, ends_at=STARTS + 3 * DAY + HOUR)
    await day.pass_to(STARTS - 2 * DAY)
    moved = interviews.InterviewRescheduled(
        revision=3,
        interview=interview(sessions=(later,)),
        by="candidate",
        moves=(interviews.SessionMove(session_id="s1", was_at=STARTS),),
    )
    await day.hear(moved)

    await day.pass_to(STARTS + HOUR)
    assert reminders(day, "ana@") == []

    await day.pass_to(STARTS + 4 * DAY)
    assert len(reminders(day, "ana@")) == 2


async def test_cancelled_session_reminds_nobody(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    gone = interview(
        "cancelled",
        cancelled=interviews.Cancellation(at=NOW, by="candidate", reason="candidate_withdrew"),
    )
    await day.settle()
    await day.hear(interviews.InterviewCancelled(revision=3, interview=gone))
    await day.pass_to(STARTS + HOUR)

    assert reminders(day, "ivan@") == []
    assert day.sink.subjects("ana@")[-1].startswith("Cancelled")
    assert "does not go on" in day.sink.subjects("ruth@")[0]


async def test_reminder_that_was_held_up_past_the_start_is_not_sent(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(STARTS - 2 * HOUR)
    await day.service.brake.pause("operator", now=day.clock.moment)
    await day.pass_to(STARTS + HOUR)
    before = len(day.sink.mails)
    await day.service.brake.resume(now=day.clock.moment)
    await day.settle()

    assert len(reminders(day, "ana@")) == 1
    held = await day.published("parley.notification.suppressed.v1")
    assert {one["reason"] for one in held} == {"outdated"}
    assert all("In one hour" not in str(one["Subject"]) for one in day.sink.mails[before:])


async def test_digest_comes_at_eight_of_the_reader_with_what_moved(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(datetime(2027, 3, 2, 6, 59, tzinfo=UTC))
    assert day.sink.to("ruth@") == []

    await day.pass_to(datetime(2027, 3, 2, 7, 0, tzinfo=UTC))

    (mail,) = day.sink.to("ruth@")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Booked: Ana Silva, Backend engineer" in body.get_content()
    await day.pass_by(3 * DAY)
    assert len(day.sink.to("ruth@")) == 1


async def test_digest_says_once_what_needs_the_reader_and_has_moved(day: Day) -> None:
    due = candidate_updates.CandidateUpdateDue(revision=1, application=clock_state())
    late = clock_state(overdue_since=NOW)
    await day.hear(*everyone(), opened(), due)
    await day.hear(candidate_updates.CandidateUpdateOverdue(revision=2, application=late))

    await day.pass_by(DAY)

    (digest,) = day.sink.to("ruth@")
    body = digest.get_body(("plain",))
    assert body is not None
    assert body.get_content().count("The candidate is owed a word") == 1
    assert "What has moved" not in body.get_content()


async def test_digest_comes_daily_while_something_needs_the_desk(day: Day) -> None:
    none = interview("no_slots", no_slots=interviews.NoSlots(reasons=("no_common_time",)))
    await day.hear(*everyone(), opened(), interviews.NoSlotsFound(revision=1, interview=none))
    await day.settle()
    assert day.sink.subjects("ruth@") == ["No time fits: Ana Silva, Technical interview"]

    await day.pass_by(3 * DAY)
    digests = [one for one in day.sink.subjects("ruth@") if one.startswith("Today")]
    assert len(digests) == 3

    await day.hear(interviews.NoSlotsFound(revision=2, interview=none), offered(3))
    await day.settle()
    assert await day.items(RECRUITER) == []
    assert day.sink.subjects("ruth@")[-1].startswith("Today")


async def test_desk_gets_single_mails_for_what_needs_it_now(day: Day) -> None:
    overdue = interviews.BookingOverdue(
        revision=2, interview=interview("offered", booking_overdue=True, book_by=NOW)
    )
    await day.hear(*everyone(), opened(), offered(1))
    await day.settle()
    await day.hear(overdue)
    await day.settle()
    assert day.sink.subjects("ruth@")[-1].startswith("No time picked yet")
    assert day.sink.subjects("ana@")[-1].startswith("Still to pick")

    await day.hear(booked(3))
    await day.settle()
    seats = session().seats
    gone = (seats[0].model_copy(update={"status": "declined"}), seats[1])
    declined = interviews.SeatDeclined(
        revision=4,
        interview=interview(sessions=(session(seats=gone),)),
        session_id="s1",
        interviewer_id=IVAN,
    )
    await day.hear(declined)
    await day.settle()
    assert day.sink.subjects("cora@")[-1].startswith("A seat is free")
    assert day.sink.subjects("ivan@")[-1].startswith("Für Sie abgesagt")
    assert await day.items(RECRUITER) == ["declined"]
    assert len(day.sink.to("jun@")) == 1


async def test_missed_session_is_told_to_desk_and_candidate_alike(day: Day) -> None:
    held = rounds.RoundSession(session_id="s1", ended_at=STARTS + HOUR, held="candidate_absent")
    state = round_(sessions=(held,), cards=(card(IVAN, "waived"),))
    report = rounds.NoShowReported(
        revision=1, round=state, session_id="s1", absent="candidate", reported_by="company"
    )
    await day.hear(*everyone(), opened(), booked(), report)
    await day.settle()

    assert "It did not take place: Ana Silva, Technical interview" in day.sink.subjects("ruth@")
    assert await day.items(RECRUITER) == ["no_show"]


async def test_several_sessions_give_each_its_entry(day: Day) -> None:
    second = session("s2", starts_at=STARTS + 2 * HOUR, ends_at=STARTS + 3 * HOUR)
    await day.hear(*everyone(), opened(), booked(sessions=(session(), second)))
    await day.settle()

    mails = day.sink.to("ana@")
    entries = [part for mail in mails for part in mail.walk() if part.get_filename()]
    assert len(mails) == len(entries) == 2
    assert len({mail["Message-ID"] for mail in mails}) == 2
