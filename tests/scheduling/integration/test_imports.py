"""What was scheduled elsewhere: booked as it comes, moved when it comes otherwise, never refused."""

from datetime import datetime

from tests.scheduling.building import (
    ANNA,
    BORIS,
    CHEN,
    INTERVIEW,
    NOW,
    a_profile,
    a_request,
    a_seat,
    a_session,
    an_import,
    at,
    busy,
)
from tests.scheduling.stage import Stage

from parley_contracts.notifications import InvitationAnswered
from scheduling.adapters.watched import WAITING


async def test_an_imported_interview_is_booked_as_it_comes_moved_and_ended(stage: Stage) -> None:
    first = a_session(a_seat(ANNA), session_id="one", starts_at=at(3, 9))
    second = a_session(a_seat(BORIS), session_id="two", starts_at=at(3, 11))
    await stage.told(an_import(first, second))
    await stage.told(an_import(first, second))
    assert await stage.names() == ["InterviewBooked"]

    third = a_session(a_seat(CHEN), session_id="three", starts_at=at(4, 9))
    await stage.told(an_import({**first, "starts_at": at(3, 8)}, third))
    event = await stage.last()
    assert {(one.session_id, one.was_at) for one in event.moves} == {
        ("one", at(3, 9)),
        ("two", at(3, 11)),
        ("three", None),
    }
    assert event.interview.session("two").status == "cancelled"
    assert {one.interviewer_id for one in await stage.bookings()} == {ANNA, CHEN}

    await stage.advance(at(5, 0))
    ended = [one for one in await stage.published() if type(one).__name__ == "SessionEnded"]
    assert [(one.session_id, one.last) for one in ended] == [("one", False), ("three", True)]


async def test_imported_seats_are_facts_and_their_overlap_is_told(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    assert await stage.book(at(3, 9)) is None

    await stage.told(an_import(a_session(starts_at=at(3, 9, 30)), interview_id="ats:fact"))

    conflicts = [
        (one.interview.interview_id, one.with_interview_id)
        for one in await stage.published()
        if type(one).__name__ == "BookingConflictFound"
    ]
    assert sorted(conflicts) == [("ats:fact", INTERVIEW), (INTERVIEW, "ats:fact")]
    await stage.told(a_request(interview_id="ats:third"))
    assert at(3, 10) not in await stage.slots("ats:third")


async def test_an_import_of_the_past_ends_at_once(stage: Stage) -> None:
    await stage.told(an_import(a_session(starts_at=at(1, 7)), interview_id="ats:past"))
    stage.clock.moment = NOW
    await stage.settle()

    assert await stage.names() == ["InterviewBooked", "SessionEnded"]


async def test_an_answer_that_came_before_its_interview_is_kept(stage: Stage) -> None:
    await stage.told(
        InvitationAnswered(
            revision=1,
            interview_id=INTERVIEW,
            session_id="talk",
            person_id=ANNA,
            answer="declined",
            starts_at=at(3, 10),
        )
    )
    assert await waiting(stage) == (1, stage.clock.moment)

    await stage.told(an_import())

    assert await stage.names() == ["InterviewBooked", "SeatDeclined"]
    assert await waiting(stage) == (0, None)


async def waiting(stage: Stage) -> tuple[int, datetime | None]:
    (row,) = [one for one in await stage.pool.fetch(WAITING) if one["kind"].startswith("answers")]
    return row["rows"], row["since"]


async def test_the_entry_that_the_other_system_made_is_no_conflict(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), an_import(a_session(starts_at=at(3, 10))))

    await stage.told(busy(ANNA, (at(3, 10), at(3, 11)), uid="made-elsewhere"))
    assert await stage.names() == ["InterviewBooked"]

    await stage.told(busy(ANNA, (at(3, 10), at(3, 11)), (at(3, 10, 30), at(3, 11))))
    assert await stage.names() == ["InterviewBooked", "BookingConflictFound"]
