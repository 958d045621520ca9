"""Use cases are plain functions over what was loaded: no database, no clock, nothing written when refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    INTERVIEW,
    NOW,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
)

from parley_contracts.cloudevents import Received
from parley_contracts.event import Event
from scheduling.domain.facts import Found
from scheduling.domain.interview import By, Interview, SeatState, Status
from scheduling.domain.kinds import END_SESSION, EXPIRE_OFFER, FIND_SLOTS
from scheduling.domain.slots import Diary, wish_of
from scheduling.ports import Work
from scheduling.use_cases import (
    ask_to_move,
    book_slot,
    cancel_interview,
    decline_seat,
    find_slots,
    move_interview,
    request_interview,
    search_again,
    set_profile,
    settle_attention,
)
from scheduling.working_set import Fired, Needs, NotLoaded, Refusal, Rows


def received(event: Event) -> Received:
    return Received("e1", "ats", "type", event.aggregate_id, NOW, None, None, event, b"")


def load(work: Work, needs: Needs) -> None:
    """What the shell does, with nothing behind it: rows that are not there are none."""
    tables: dict[str, Rows[Any]] = work.tables()
    for table, row_id in (*needs.ids, *needs.seen):
        rows = tables[table]
        if rows.peek(row_id) is None:
            rows.loaded({row_id: None})
    for table, column, value in needs.matches:
        tables[table].asked(column, [value])


def run(module: Any, name: str, message: Any, work: Work, now: Any = NOW) -> Refusal | None:
    """`needs` in rounds, until it names nothing new."""
    known = Needs()
    while more := module.needs(message, work) - known:
        load(work, more)
        known |= more
    answer: Refusal | None = getattr(module, name)(message, work, now=now)
    return answer


def published(work: Work) -> list[str]:
    return [type(one.event).__name__ for one in work.outgoing]


def offered() -> Work:
    """Anna and Boris are asked for together, and times are offered."""
    work = Work()
    for who in (ANNA, BORIS):
        run(set_profile, "set_profile", received(a_profile(who)), work)
    request = a_request(a_session(a_seat(ANNA), a_seat(BORIS)))
    run(request_interview, "request_interview", received(request), work)
    interview = work.interviews[INTERVIEW]
    diaries = {who: Diary(work.interviewers[who]) for who in (ANNA, BORIS)}
    wish = wish_of(interview)
    assert wish is not None
    run(find_slots, "find_slots", Fired(FIND_SLOTS, INTERVIEW, NOW, Found(wish, diaries)), work)
    return work


def booked() -> Work:
    work = offered()
    command = book_slot.BookSlot(INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9))
    assert run(book_slot, "book_slot", command, work) is None
    return work


def test_a_request_sets_a_timer_and_says_nothing_yet() -> None:
    work = Work()

    run(request_interview, "request_interview", received(a_request()), work)

    assert published(work) == []
    alarm = work.timers.changes[(FIND_SLOTS, INTERVIEW)]
    assert alarm is not None
    assert alarm.due_at == NOW


def test_an_offer_has_its_end() -> None:
    work = offered()

    interview = work.interviews[INTERVIEW]
    assert (published(work), interview.status) == (["SlotsOffered"], Status.OFFERED)
    alarm = work.timers.changes[(EXPIRE_OFFER, INTERVIEW)]
    assert alarm is not None
    assert interview.slots is not None
    assert alarm.due_at == interview.slots.expires_at
    assert work.offers[INTERVIEW].starts[0] == interview.slots.first_at


def test_what_was_read_for_another_request_is_not_used() -> None:
    work = offered()
    interview = work.interviews[INTERVIEW]
    wish = wish_of(interview)
    assert wish is not None
    stale = replace(wish, zone="Asia/Tokyo")
    work.outgoing.clear()

    run(find_slots, "find_slots", Fired(FIND_SLOTS, INTERVIEW, NOW, Found(stale, {})), work)

    assert published(work) == []
    assert work.timers.changes[(FIND_SLOTS, INTERVIEW)] is not None


def test_a_booking_takes_every_seat() -> None:
    work = booked()

    assert {one.interviewer_id for one in work.bookings} == {ANNA, BORIS}
    assert work.interviews[INTERVIEW].single.people == (ANNA, BORIS)
    alarm = work.timers.changes[(END_SESSION, INTERVIEW)]
    assert alarm is not None
    assert alarm.due_at == at(3, 10)
    assert work.timers.changes[(EXPIRE_OFFER, INTERVIEW)] is None


def test_what_was_not_loaded_is_not_touched() -> None:
    work = Work()
    command = book_slot.BookSlot(INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9))

    with pytest.raises(NotLoaded):
        book_slot.book_slot(command, work, now=NOW)


NINE, TEN, ZONE = at(3, 9), at(3, 10), "Europe/Berlin"
BOOK, MOVE = book_slot.BookSlot, move_interview.MoveInterview
CANCEL, ASK = cancel_interview.CancelInterview, ask_to_move.AskToMove
DECLINE, SEARCH = decline_seat.DeclineSeat, search_again.SearchAgain
OTHER = ("other", "")
REFUSED: list[tuple[Any, Any, str]] = [
    (book_slot, BOOK(INTERVIEW, ANNA, ZONE, NINE), "not_yours"),
    (book_slot, BOOK(INTERVIEW, CANDIDATE, ZONE, TEN), "already_booked"),
    (move_interview, MOVE(INTERVIEW, ANNA, ZONE, NINE, TEN, *OTHER), "not_yours"),
    (move_interview, MOVE(INTERVIEW, CANDIDATE, ZONE, TEN, at(3, 11), *OTHER), "moved_on"),
    (move_interview, MOVE(INTERVIEW, CANDIDATE, ZONE, NINE, at(3, 3), *OTHER), "slot_taken"),
    (cancel_interview, CANCEL(INTERVIEW, COORDINATOR, By.CANDIDATE, *OTHER), "not_yours"),
    (cancel_interview, CANCEL(INTERVIEW, CANDIDATE, By.HIRING_TEAM, *OTHER), "not_yours"),
    (ask_to_move, ASK(INTERVIEW, CANDIDATE, By.INTERVIEWER, NINE, *OTHER), "not_yours"),
    (ask_to_move, ASK(INTERVIEW, ANNA, By.INTERVIEWER, TEN, *OTHER), "moved_on"),
    (decline_seat, DECLINE(INTERVIEW, "talk", CANDIDATE, NINE, "other"), "not_seated"),
    (decline_seat, DECLINE(INTERVIEW, "no", ANNA, NINE, "other"), "not_yours"),
    (decline_seat, DECLINE(INTERVIEW, "talk", ANNA, TEN, "other"), "moved_on"),
    (search_again, SEARCH(INTERVIEW, ANNA), "not_yours"),
    (search_again, SEARCH(INTERVIEW, COORDINATOR), "not_open"),
    (settle_attention, settle_attention.SettleAttention(INTERVIEW, CANDIDATE), "not_yours"),
]
"""From somebody who may not, or after the state has moved on."""


@pytest.mark.parametrize(("module", "command", "reason"), REFUSED)
def test_a_refusing_use_case_changes_nothing(module: Any, command: Any, reason: str) -> None:
    work = booked()
    before: Interview = work.interviews[INTERVIEW]
    bookings, events = set(work.bookings), len(work.outgoing)
    alarms = dict(work.timers.changes)

    answer = run(module, module.__name__.rsplit(".", 1)[-1], command, work)

    assert answer == Refusal(reason)
    assert work.interviews[INTERVIEW] is before
    assert (set(work.bookings), len(work.outgoing)) == (bookings, events)
    assert work.timers.changes == alarms


@pytest.mark.parametrize("who", [CANDIDATE, ANNA])
def test_what_has_begun_is_not_changed_any_more(who: str) -> None:
    work = booked()
    now = at(3, 9) + timedelta(minutes=5)
    by = By.CANDIDATE if who == CANDIDATE else By.INTERVIEWER
    cancel = cancel_interview.CancelInterview(INTERVIEW, who, by, "other", "")

    assert run(cancel_interview, "cancel_interview", cancel, work, now) == Refusal("too_late")


def test_one_decliner_of_a_panel_frees_everybody_else() -> None:
    work = booked()

    command = decline_seat.DeclineSeat(INTERVIEW, "talk", ANNA, at(3, 9), "not_then")
    assert run(decline_seat, "decline_seat", command, work) is None

    interview = work.interviews[INTERVIEW]
    assert list(work.bookings) == []
    assert interview.status == Status.SEARCHING
    states = [seat.state for seat in interview.single.seats]
    assert states == [SeatState.DECLINED, SeatState.OPEN]
    assert interview.application_id == APPLICATION
