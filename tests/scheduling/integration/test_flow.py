"""The walking path: who can interview and what is asked for, to the last minute of the session."""

from datetime import timedelta

from tests.scheduling.building import ANNA, CANDIDATE, NOW, a_person, a_profile, a_request, at
from tests.scheduling.stage import Stage


async def test_a_request_becomes_an_offer_a_booking_and_an_ended_session(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_request())

    offered = await stage.last()
    assert await stage.names() == ["SlotsOffered"]
    assert offered.interview.slots.first_at == at(2, 9)
    assert offered.interview.slots.expires_at == offered.interview.slots.last_at - timedelta(days=1)
    assert offered.interview.book_by == NOW + timedelta(hours=72)

    await stage.open()
    assert await stage.book(at(3, 9)) is None
    booked = await stage.last()
    assert booked.interview.status == "booked"
    assert booked.interview.sessions[0].seats[0].interviewer_id == ANNA
    assert booked.interview.candidate_zone == "Europe/Berlin"

    await stage.advance(at(3, 10))
    assert await stage.names() == ["SlotsOffered", "OfferOpened", "InterviewBooked", "SessionEnded"]
    assert [one.revision for one in await stage.published()] == [1, 2, 3, 4]
    assert (await stage.last()).last is True
