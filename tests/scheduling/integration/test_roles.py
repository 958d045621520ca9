"""Who may do what with which link, in every state of an interview: all others find nothing there."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    NOW,
    RECRUITER,
    a_person,
    a_profile,
    a_request,
    at,
)
from tests.scheduling.stage import CANCEL, Stage
from tests.scheduling.visiting import Mint, visitor, words

from parley_contracts.times import spell_instant
from scheduling.domain.interview import By
from scheduling.use_cases.cancel_interview import CancelInterview

STATES = ("offered", "no_slots", "booked", "cancelled")
ACTIONS = {
    "book": ("zone", "slot", "move", "cancel"),
    "seat": ("decline", "move", "cancel"),
    "arrange": ("search", "move", "cancel", "settle"),
}
EVERY = [(purpose, action) for purpose, actions in ACTIONS.items() for action in actions]
EVERYONE = (CANDIDATE, ANNA, BORIS, RECRUITER, COORDINATOR)
RIGHT = {"book": (CANDIDATE,), "seat": (ANNA,), "arrange": (RECRUITER, COORDINATOR)}
WORKS: Mapping[str, set[tuple[str, str]]] = {
    "offered": set(EVERY)
    - {("book", "move"), ("arrange", "move"), *((("seat", one)) for one in ACTIONS["seat"])},
    "no_slots": {("book", "zone"), ("book", "cancel"), ("arrange", "search")}
    | {("arrange", "cancel"), ("arrange", "settle")},
    "booked": set(EVERY) - {("arrange", "search")},
    "cancelled": {("book", "zone"), ("book", "cancel"), ("seat", "cancel")}
    | {("arrange", "cancel"), ("arrange", "settle")},
}
"""What is done once more is done already, and is no refusal: to cancel what is cancelled."""
PAST = {"starts_at": NOW - timedelta(days=9), "ends_at": NOW - timedelta(days=2)}


def booked_at(number: int) -> datetime:
    return at(3 + number // 6, 8 + number % 6)


async def interviews(stage: Stage, state: str, count: int) -> list[str]:
    """That many interviews with Anna, at different times, all in that state."""
    ids = [f"ats:i{number}" for number in range(count)]
    more = {"window": PAST} if state == "no_slots" else {}
    requests = [a_request(interview_id=one, **more) for one in ids]
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_profile(BORIS), *requests)
    for number, one in enumerate(ids):
        if state in ("booked", "cancelled"):
            assert await stage.book(booked_at(number), interview=one) is None
        if state == "cancelled":
            await stage.command(CANCEL, CancelInterview(one, CANDIDATE, By.CANDIDATE, "other", ""))
        assert (await stage.interview(one)).status == state
    return ids


def fields(purpose: str, action: str, number: int) -> dict[str, str]:
    """All that any form asks for, and right for the interview of that number."""
    at_hand = booked_at(number)
    wanted = at(9, 9) if (purpose, action) == ("book", "move") else at_hand
    return {
        "zone": "Europe/Berlin",
        "starts_at": spell_instant(wanted),
        "was_at": spell_instant(at_hand),
        "session": "talk",
        "reason": "other",
        "note": "",
    }


@pytest.mark.parametrize("state", STATES)
async def test_the_wrong_role_finds_nothing_and_does_nothing(
    stage: Stage, mint: Mint, state: str
) -> None:
    """Even with a link for a page that is not theirs, which notifications never writes. Whoever has no part
    at all may have sat there until other times were searched: they are told so, and can do nothing.
    """
    await interviews(stage, state, 1)
    before = await stage.names()

    for purpose, right in RIGHT.items():
        for who in (one for one in EVERYONE if one not in right):
            one = visitor(stage, mint, purpose, who, "ats:i0")
            former = (purpose, who) == ("seat", BORIS)
            page = await one.follow()
            assert page.status_code == (200 if former else 404), (purpose, who)
            assert "<form" not in page.text
            for action in ACTIONS[purpose]:
                answer = await one.post(action, fields(purpose, action, 0))
                assert answer.status_code == (409 if former else 404), (purpose, who, action)
                assert "<form" not in answer.text

    assert await stage.names() == before


@pytest.mark.parametrize("state", STATES)
async def test_the_right_role_does_what_the_state_allows(
    stage: Stage, mint: Mint, state: str
) -> None:
    """Each action on an interview of its own."""
    ids = await interviews(stage, state, len(EVERY))

    for number, (purpose, action) in enumerate(EVERY):
        for who in RIGHT[purpose]:
            one = visitor(stage, mint, purpose, who, ids[number])
            assert (await one.follow()).status_code == 200
        answer = await one.post(action, fields(purpose, action, number))

        done = (purpose, action) in WORKS[state]
        assert answer.status_code == (303 if done else 409), (purpose, action)
        assert done or "Nothing was changed" in words(answer)
