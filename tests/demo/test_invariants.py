"""Each invariant lets a good day pass, and names what was planted in a bad one."""

from dataclasses import replace

import pytest
from tests.demo.building import (
    CANDIDATE,
    DAY,
    HOUR,
    INES,
    NINE,
    OLU,
    a_day,
    a_mail,
    a_seat,
    a_session,
    an_application,
    an_interview,
    an_invite,
    booked,
    broken,
    opened,
)

from parley_contracts.candidate_updates import (
    CandidateUpdated,
    CandidateUpdateOverdue,
)
from parley_contracts.intake import RecordRef, RecordRejected
from parley_contracts.interviews import (
    BookingConflictFound,
    InterviewStatus,
    Origin,
    SeatStatus,
    SessionStatus,
)
from parley_contracts.notifications import Notification, NotificationSent, ToldEvent
from parley_local.demo import invariants
from parley_local.demo.evidence import Booking, DeadLetter, Evidence, Undone

APPLICATIONS = "ats.applications.v1"


def test_one_after_the_other_is_no_double_booking() -> None:
    later = an_interview(a_session(starts_at=NINE + HOUR), interview_id="int:2")

    assert invariants.no_double_booking(a_day(booked(an_interview()), booked(later))) == []


def test_two_seats_at_one_time_are_a_double_booking() -> None:
    other = an_interview(a_session(starts_at=NINE + HOUR / 2), interview_id="int:2")

    found = invariants.no_double_booking(a_day(booked(an_interview()), booked(other)))

    assert len(found) == 1
    assert INES in found[0]


def test_a_seat_that_was_imported_may_overlap() -> None:
    other = an_interview(interview_id="int:2", origin=Origin.IMPORTED)

    assert invariants.no_double_booking(a_day(booked(an_interview()), booked(other))) == []


def test_an_announced_conflict_is_no_double_booking() -> None:
    other = an_interview(interview_id="int:2")
    announced = BookingConflictFound(
        revision=2, interview=other, session_id="team", interviewer_id=INES
    )

    day = a_day(booked(an_interview()), booked(other), announced)

    assert invariants.no_double_booking(day) == []


@pytest.mark.parametrize(("imported", "count"), [(True, 0), (False, 1)])
def test_rows_of_the_booking_table_do_not_overlap(*, imported: bool, count: int) -> None:
    one = Booking("int:1", INES, imported, NINE, NINE + HOUR)
    other = Booking("int:2", INES, False, NINE + HOUR / 2, NINE + 2 * HOUR)

    day = Evidence(now=NINE, bookings=(one, other))

    assert len(invariants.no_double_booking(day)) == count


def test_bookings_are_those_that_were_published() -> None:
    day = a_day(booked(an_interview()))
    row = Booking("int:1", INES, False, NINE, NINE + HOUR)

    assert invariants.bookings_as_published(replace(day, bookings=(row,))) == []
    assert len(invariants.bookings_as_published(day)) == 1
    strange = replace(row, interviewer_id=OLU)
    assert len(invariants.bookings_as_published(replace(day, bookings=(row, strange)))) == 1


def test_calendars_as_invited_are_right() -> None:
    mails = [an_invite(CANDIDATE), an_invite(INES)]

    assert invariants.every_calendar_right(a_day(booked(an_interview()), mails=mails)) == []


def test_an_update_replaces_the_invite_whatever_comes_last() -> None:
    moved = an_interview(a_session(starts_at=NINE + DAY))
    late = [an_invite(CANDIDATE, starts_at=NINE + DAY, sequence=1), an_invite(CANDIDATE)]
    mails = [*late, an_invite(INES, starts_at=NINE + DAY)]

    assert invariants.every_calendar_right(a_day(booked(moved), mails=mails)) == []


def test_a_missing_invite_is_seen() -> None:
    found = invariants.every_calendar_right(
        a_day(booked(an_interview()), mails=[an_invite(CANDIDATE)])
    )

    assert len(found) == 1
    assert "lacks" in found[0]


def test_a_cancelled_session_that_still_stands_is_seen() -> None:
    gone = an_interview(a_session(status=SessionStatus.CANCELLED), status=InterviewStatus.CANCELLED)
    invites = [an_invite(CANDIDATE), an_invite(INES)]
    taken_back = [an_invite(CANDIDATE, sequence=1, method="CANCEL")]

    found = invariants.every_calendar_right(a_day(booked(gone), mails=[*invites, *taken_back]))

    assert len(found) == 1
    assert "still has" in found[0]


def test_a_replaced_interviewer_keeps_no_entry() -> None:
    other = an_interview(a_session(a_seat(OLU)))
    mails = [an_invite(CANDIDATE), an_invite(INES), an_invite(OLU)]

    found = invariants.every_calendar_right(a_day(booked(other), mails=mails))

    assert [one.split(":")[0] for one in found] == ["staff.ines@mail.example"]


def test_another_place_is_seen() -> None:
    mails = [an_invite(CANDIDATE, location="Room 5"), an_invite(INES)]

    found = invariants.every_calendar_right(a_day(booked(an_interview()), mails=mails))

    assert len(found) == 1
    assert "Room 5" in found[0]


def test_a_seat_given_up_is_in_no_calendar() -> None:
    declined = an_interview(a_session(a_seat(INES, SeatStatus.DECLINED), a_seat(OLU)))
    mails = [an_invite(CANDIDATE), an_invite(OLU)]

    assert invariants.every_calendar_right(a_day(booked(declined), mails=mails)) == []


def test_a_mail_that_came_twice_is_seen_unless_a_crash_allows_it() -> None:
    day = a_day(mails=[a_mail(CANDIDATE), a_mail(CANDIDATE), a_mail(INES)])

    assert len(invariants.mail_once(day)) == 1
    assert invariants.mail_once(day, copies_allowed=1) == []


def test_a_day_on_which_nobody_can_do_anything_is_seen() -> None:
    nothing = invariants.check(Evidence(now=NINE), something_happens=True)

    assert {one.invariant for one in nothing} == {invariants.HAPPENS}
    assert "no mail led to anybody's home" in {one.what for one in nothing}
    assert invariants.check(Evidence(now=NINE)) == []


def test_an_event_told_in_two_mails_is_seen() -> None:
    first, second = (
        NotificationSent(
            revision=number,
            notification=Notification(
                notification_id=f"n{number}",
                person_id=CANDIDATE,
                kind="invite",
                status="sent",
                at=NINE,
                told=(ToldEvent(type="parley.interview.booked.v1", aggregate_id="int:1"),),
            ),
        )
        for number in (1, 2)
    )

    assert invariants.told_once(a_day(first)) == []
    assert len(invariants.told_once(a_day(first, second))) == 1


def test_what_waits_is_named() -> None:
    day = Evidence(now=NINE, undone=(Undone("feedback", "the timer remind of x is parked"),))

    assert invariants.nothing_undone(day) == ["feedback: the timer remind of x is parked"]


def test_a_page_that_failed_is_named_unless_programs_were_killed() -> None:
    day = Evidence(now=NINE, pages_failed=2)

    assert [one.what for one in invariants.check(day)] == [
        "2 times a page did not answer, or was broken"
    ]
    assert invariants.check(day, pages_may_fail=True) == []


def rejected(number: int) -> RecordRejected:
    where = RecordRef(topic=APPLICATIONS, partition=0, offset=number)
    return RecordRejected(key="app:1", record=where, field="minutes", reason="too small")


def kept(number: int, service: str = "scheduling") -> DeadLetter:
    return DeadLetter(service, APPLICATIONS, 0, number, "test", "one", "too small")


def test_the_broken_record_is_kept_and_answered() -> None:
    day = a_day(rejected(99))
    whole = replace(day, records=(*day.records, broken(APPLICATIONS, 99)), dead_letters=(kept(99),))

    assert invariants.only_broken_dead_lettered(whole) == []
    assert len(invariants.only_broken_dead_lettered(replace(whole, dead_letters=()))) == 1


def test_a_good_record_that_is_kept_is_seen() -> None:
    day = replace(a_day(opened()), dead_letters=(kept(4),))

    assert len(invariants.only_broken_dead_lettered(day)) == 1


def test_a_record_kept_by_somebody_else_is_seen() -> None:
    day = a_day(rejected(99))
    whole = replace(
        day,
        records=(*day.records, broken(APPLICATIONS, 99)),
        dead_letters=(kept(99, "feedback"),),
    )

    assert len(invariants.only_broken_dead_lettered(whole)) == 1


def test_a_broken_record_that_nobody_answered_is_seen() -> None:
    day = a_day()
    whole = replace(day, records=(*day.records, broken(APPLICATIONS, 99)), dead_letters=(kept(99),))

    assert len(invariants.only_broken_dead_lettered(whole)) == 1


def a_word(due: object) -> CandidateUpdated:
    return CandidateUpdated(revision=1, application=an_application(next_word_due_at=due))


def test_a_word_in_time_keeps_the_promise() -> None:
    day = a_day(opened(), (NINE, a_word(NINE + 5 * DAY)), (NINE + DAY, a_word(None)))

    assert invariants.every_word_given(day) == []


def test_silence_is_seen() -> None:
    day = a_day(opened(), (NINE, a_word(NINE + 5 * DAY)))

    assert len(invariants.every_word_given(day)) == 1


def test_a_breach_that_was_published_is_no_silence() -> None:
    due = NINE + 5 * DAY
    late = an_application(next_word_due_at=due, overdue_since=due)
    breach = CandidateUpdateOverdue(revision=2, application=late)

    assert invariants.every_word_given(a_day(opened(), (NINE, a_word(due)), (due, breach))) == []


def test_an_application_without_any_date_is_seen() -> None:
    assert len(invariants.every_word_given(a_day(opened()))) == 1


def test_a_word_that_no_mail_carried_is_seen() -> None:
    said = an_application(last_word={"kind": "outcome", "at": NINE})
    day = a_day(opened(), CandidateUpdated(revision=1, application=said))

    assert len(invariants.every_word_given(day)) == 1
    assert invariants.every_word_given(replace(day, mails=(a_mail(CANDIDATE),))) == []
