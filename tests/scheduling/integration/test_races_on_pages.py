"""Many hands on one time, through the pages: who comes too late is told so, and nothing is booked twice."""

import asyncio
from collections import Counter

import httpx
import pytest
from tests.scheduling.building import ANNA, CANDIDATE, INTERVIEW, a_profile, a_request
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, Visitor, application

from scheduling.adapters import logs

HANDS = 50
NINE, TEN = "2027-03-03T09:00:00Z", "2027-03-03T10:00:00Z"


@pytest.fixture(autouse=True)
def as_it_is_logged() -> None:
    """One line for a page that failed: with everybody's locals it would hold up all the others."""
    logs.configure("INFO", "scheduling")


def visitors(stage: Stage, mint: Mint, interviews: dict[str, str]) -> list[Visitor]:
    """A browser for each candidate, by their interview, all at one server."""
    transport = httpx.ASGITransport(application(stage, mint), raise_app_exceptions=False)
    return [
        Visitor(
            stage,
            mint,
            "book",
            person,
            httpx.AsyncClient(transport=transport, base_url="http://parley.test"),
            interview,
        )
        for interview, person in interviews.items()
    ]


async def pick(visitor: Visitor, time: str) -> int:
    """The last answer: who waited too long for the others is asked to try again, and does."""
    while True:
        answer = await visitor.post("slot", {"zone": "Europe/Berlin", "starts_at": time})
        if answer.status_code != 503:
            return answer.status_code


async def test_of_fifty_candidates_who_pick_one_time_one_has_it(stage: Stage, mint: Mint) -> None:
    people = {f"ats:i{n}": f"ats:c{n}" for n in range(HANDS)}
    requests = [
        a_request(interview_id=one, application_id=f"{one}-app", candidate_id=person)
        for one, person in people.items()
    ]
    await stage.told(a_profile(ANNA), *requests)
    candidates = visitors(stage, mint, people)
    for candidate in candidates:
        assert (await candidate.follow()).status_code == 200

    answers = await asyncio.gather(*(pick(candidate, NINE) for candidate in candidates))

    assert Counter(answers) == {303: 1, 409: HANDS - 1}
    assert (await stage.names()).count("InterviewBooked") == 1
    assert len(await stage.bookings()) == 1


async def test_of_two_times_picked_with_one_link_one_is_booked(stage: Stage, mint: Mint) -> None:
    await stage.told(a_profile(ANNA), a_request())
    (candidate,) = visitors(stage, mint, {INTERVIEW: CANDIDATE})
    assert (await candidate.follow()).status_code == 200

    times = [NINE, TEN] * (HANDS // 2)
    answers = await asyncio.gather(*(pick(candidate, time) for time in times))

    (booking,) = await stage.bookings()
    booked = f"{booking.starts_at:%Y-%m-%dT%H:%M:%SZ}"
    assert answers == [303 if time == booked else 409 for time in times]
    assert (await stage.names()).count("InterviewBooked") == 1
