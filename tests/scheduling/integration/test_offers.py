"""Searching and offering: what is found, what is not, what waits, and what changes an open offer."""

from datetime import timedelta

from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    BORIS,
    CHEN,
    INTERVIEW,
    NOW,
    a_change,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
    busy,
    later,
)
from tests.scheduling.stage import Stage

from parley_contracts.interviewers import PoolMembership
from parley_contracts.topics import INTERVIEWERS

POOL = "backend"


async def test_a_pool_seat_is_offered_by_whoever_can_sit_there_alone(stage: Stage) -> None:
    trained = PoolMembership(pool_id=POOL, skills=("python",))
    shadow = PoolMembership(pool_id=POOL, skills=("python",), training="shadow")
    await stage.told(
        a_profile(ANNA, pools=(shadow,)),
        a_profile(BORIS, pools=(trained,)),
        a_profile(CHEN, pools=(PoolMembership(pool_id=POOL),)),
        a_request(a_session(a_seat(pool_id=POOL, skills=["python"]))),
    )
    assert (await stage.last()).interview.sessions[0].seats[0].interviewer_id is None

    await stage.book(at(3, 10))

    assert [one.interviewer_id for one in await stage.bookings()] == [BORIS]


async def test_a_shadow_never_keeps_a_time_from_being_offered(stage: Stage) -> None:
    await stage.told(
        a_profile(ANNA),
        a_profile(BORIS),
        busy(BORIS, (at(2, 0), at(4, 0))),
        a_request(a_session(a_seat(ANNA), a_seat(BORIS, shadow=True), a_seat(CHEN, shadow=True))),
    )

    assert await stage.book(at(3, 10)) is None

    seats = (await stage.last()).interview.sessions[0].seats
    assert [seat.status for seat in seats] == ["seated", "open", "open"]


async def test_a_window_in_the_past_is_an_answer_and_no_dead_letter(stage: Stage) -> None:
    window = {"starts_at": NOW - timedelta(days=9), "ends_at": NOW - timedelta(days=2)}

    await stage.told(a_profile(ANNA), a_request(window=window))

    assert await stage.names() == ["NoSlotsFound"]
    assert (await stage.last()).interview.no_slots.reasons == ("window_past",)
    assert not await stage.letters()


async def test_several_sessions_get_their_answer_at_once(stage: Stage) -> None:
    await stage.take(a_request(a_session(session_id="one"), a_session(session_id="two")))

    assert (await stage.last()).interview.no_slots.reasons == ("several_sessions",)


async def test_no_slots_come_with_small_changes_that_would_help(stage: Stage) -> None:
    await stage.told(
        a_profile(ANNA),
        a_profile(BORIS),
        busy(ANNA, (at(1, 0), at(5, 0))),
        a_request(
            a_session(a_seat(ANNA), a_seat(BORIS)),
            window={"starts_at": at(2, 0), "ends_at": at(5, 0)},
        ),
    )

    found = (await stage.last()).interview.no_slots
    assert found.reasons == ("no_common_time",)
    assert {(one.kind, one.amount, one.interviewer_id) for one in found.relaxations} == {
        ("later_end", 2, None),
        ("without_interviewer", None, ANNA),
    }


async def test_limits_that_are_reached_are_named(stage: Stage) -> None:
    limited = a_profile(ANNA, limits={"per_week": 1})
    await stage.told(limited, a_request(interview_id="ats:i0"))
    await stage.book(at(3, 9), interview="ats:i0")

    await stage.told(a_request(window={"starts_at": at(2, 0), "ends_at": at(6, 0)}))

    assert (await stage.last()).interview.no_slots.reasons == ("limits_reached",)


async def test_an_unknown_interviewer_is_waited_for_and_searched_for_at_once(stage: Stage) -> None:
    await stage.told(a_request())
    assert await stage.names() == []

    await stage.advance(later(minutes=11))
    waiting = (await stage.published("parley.intake.v1"))[0]
    assert (waiting.key, waiting.missing_id) == (APPLICATION, ANNA)
    assert waiting.record.topic == "ats.applications.v1"

    await stage.told(a_profile(ANNA))
    assert await stage.names() == ["SlotsOffered"]


async def test_an_unknown_interviewer_is_given_up_after_an_hour(stage: Stage) -> None:
    await stage.told(a_request())

    await stage.advance(later(hours=2))

    assert (await stage.last()).interview.no_slots.reasons == ("interviewer_unknown",)
    await stage.told(a_profile(ANNA))
    assert await stage.names() == ["NoSlotsFound", "SlotsOffered"]
    assert len(await stage.published("parley.intake.v1")) == 1


async def test_a_calendar_that_fills_changes_the_open_offer(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())
    before = (await stage.last()).interview.slots.count

    await stage.told(busy(ANNA, (at(3, 0), at(4, 0))))
    assert (await stage.last()).interview.slots.count < before
    await stage.told(
        busy(
            ANNA,
            (
                at(3, 0),
                at(4, 0),
            ),
        )
    )
    assert await stage.names() == ["SlotsOffered", "SlotsOffered"]

    await stage.told(busy(ANNA, (at(1, 0), at(14, 0))))
    assert (await stage.names())[-1] == "NoSlotsFound"


async def test_a_profile_that_ends_takes_its_slots_with_it(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())

    await stage.batch.ingest([stage.tombstone(INTERVIEWERS.name, ANNA)])
    await stage.settle()

    assert (await stage.last()).interview.no_slots.reasons == ("interviewer_unknown",)


async def test_the_same_request_again_is_nothing_and_another_is_a_change(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request(revision=3))
    await stage.told(a_request(revision=4), a_request(revision=2, notice_hours=0))
    assert await stage.names() == ["SlotsOffered"]

    await stage.told(a_change(a_session(minutes=30), revision=5))
    assert await stage.names() == ["SlotsOffered", "SlotsOffered"]
    assert (await stage.last()).interview.sessions[0].minutes == 30

    moved = a_session(minutes=30, place={"kind": "onsite", "address": "Main street 1"})
    await stage.told(a_change(moved, revision=6))
    assert (await stage.last()).changed == ("place",)
    assert (await stage.last()).interview.status == "offered"


async def test_an_offer_becomes_overdue_and_ends(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request(book_within_hours=24))

    await stage.advance(later(hours=25))
    assert (await stage.last()).interview.booking_overdue is True
    assert await stage.names() == ["SlotsOffered", "BookingOverdue"]

    await stage.advance(at(13, 0))
    assert await stage.names() == ["SlotsOffered", "BookingOverdue", "OfferExpired"]
    assert (await stage.book(at(12, 15))) is not None


async def test_an_offer_is_opened_once(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())

    await stage.open()
    await stage.open("Asia/Tokyo")

    assert await stage.names() == ["SlotsOffered", "OfferOpened"]


async def test_an_offer_that_others_emptied_is_searched_again(stage: Stage) -> None:
    narrow = {"starts_at": at(3, 8), "ends_at": at(3, 10)}
    await stage.told(a_profile(ANNA), a_request(window=narrow))
    await stage.told(a_request(interview_id="ats:other", window=narrow))

    await stage.book(at(3, 8), interview="ats:other")
    await stage.advance(later(minutes=11))

    interview = await stage.interview(INTERVIEW)
    assert interview.slots is not None
    assert interview.slots.count == 1
    await stage.book(at(3, 9))
    assert {one.starts_at for one in await stage.bookings()} == {at(3, 8), at(3, 9)}
