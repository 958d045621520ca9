"""The candidate's page, asked as a browser asks it."""

from tests.scheduling.building import (
    ANNA,
    CANDIDATE,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, times, visitor, words


async def test_a_candidate_confirms_a_zone_and_books(stage: Stage, mint: Mint) -> None:
    await stage.told(
        a_person(CANDIDATE, name="Cara", zone="America/New_York"),
        a_person(ANNA, name="Anna Schmidt", pronouns="she/her", title="Staff engineer"),
        a_profile(ANNA),
        a_request(a_session(a_seat(ANNA, role="Hiring manager"))),
    )
    cara = visitor(stage, mint, "book", CANDIDATE)

    first = await cara.follow()
    assert first.status_code == 200
    assert "These are my times" in first.text
    assert 'value="America/New_York" selected' in first.text
    assert "Anna Schmidt (she/her)" in words(first)
    assert "Hiring manager · Staff engineer" in words(first)
    assert "70,000 to 85,000 EUR a year" in words(first)
    assert "15 of them are kept for your own questions" in words(first)

    assert (await cara.post("zone", {"zone": "Asia/Kolkata"})).status_code == 303
    page = await cara.look()
    assert "India Standard Time (Kolkata)" in words(page)
    assert times(page)[0] == "2027-03-02T09:00:00Z"
    assert "14:30" in page.text

    answer = await cara.post("slot", {"zone": "Asia/Kolkata", "starts_at": "2027-03-03T09:00:00Z"})
    assert answer.status_code == 303
    booked = await cara.look()
    assert "Your interview is booked" in booked.text
    assert "Wednesday 3 March 2027, 14:30" in words(booked)
    interview = (await stage.last()).interview
    assert interview.candidate_zone == "Asia/Kolkata"
    assert interview.sessions[0].starts_at == at(3, 9)
