"""What the pages say in each state: what was done, by whom, and what comes next."""

import pytest
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    a_person,
    a_profile,
    a_request,
    a_session,
    at,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, visitor, words

NINE = "2027-03-03T09:00:00Z"
DECLINED = {"session": "talk", "reason": "not_then", "note": ""}


async def _booked(stage: Stage, *sessions: dict[str, object]) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_profile(BORIS), a_request(*sessions))
    await stage.open()
    assert await stage.book(at(3, 9)) is None


@pytest.mark.parametrize(
    ("seat", "then"),
    [
        ({"interviewer_id": ANNA}, "Other times are looked for"),
        ({"one_of": [ANNA, BORIS]}, "The interview takes place without you"),
    ],
)
async def test_a_seat_given_up_is_confirmed_however_often_it_is_said(
    stage: Stage, mint: Mint, seat: dict[str, object], then: str
) -> None:
    await _booked(stage, a_session({"role": "Engineer"} | seat))
    anna = visitor(stage, mint, "seat", ANNA)
    await anna.follow()

    answers = [await anna.post("decline", DECLINED) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    page = words(await anna.look())
    assert "You have given up your seat" in page
    assert then in page


async def test_a_time_given_up_is_confirmed(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    anna = visitor(stage, mint, "seat", ANNA)
    await anna.follow()

    move = {"was_at": NINE, "reason": "not_then", "note": ""}
    assert (await anna.post("move", move)).status_code == 303

    assert "You have given this time up" in words(await anna.look())


async def test_who_never_sat_there_has_given_nothing_up(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    boris = visitor(stage, mint, "seat", BORIS)

    assert "You are not part of this interview" in words(await boris.follow())
    assert (await boris.post("decline", DECLINED)).status_code == 409


async def test_a_form_that_lacks_something_says_what_and_leads_back(
    stage: Stage, mint: Mint
) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    no_time = await cara.post("slot", {"zone": "Europe/Berlin"})
    no_reason = await cara.post("cancel")

    assert "The time Please pick one of the times shown." in words(no_time)
    assert "Why? Please fill this in." in words(no_reason)
    assert f'href="{cara.path}"' in no_reason.text
