"""Many hands on one time: exactly one wins, nothing is lost, nobody sits in two places."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    CHEN,
    INTERVIEW,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
    busy,
)
from tests.scheduling.stage import CANCEL, DECLINE, MOVE, Stage

from scheduling.domain.interview import By, Status
from scheduling.use_cases import cancel_interview, decline_seat, move_interview
from scheduling.working_set import Refusal

BOOKERS = 50

PANELS = {
    "single": [[ANNA]],
    "panel": [[ANNA, BORIS, CHEN], [CHEN, BORIS, ANNA], [BORIS, ANNA], [CHEN, ANNA]],
}
OVERLAPS = """
select count(*) from booking a join booking b
on a.interviewer_id = b.interviewer_id and a.id < b.id and a.during && b.during
where not a.imported and not b.imported
"""


async def _sound(stage: Stage) -> None:
    """Nobody twice at a time, every seat booked that is said to be, revisions without a gap."""
    assert await stage.pool.fetchval(OVERLAPS) == 0
    held = {(one.interview_id, one.interviewer_id) for one in await stage.bookings()}
    latest: dict[str, Any] = {}
    for event in await stage.published():
        before = latest.get(event.interview.interview_id)
        assert event.revision == (1 if before is None else before.revision + 1)
        latest[event.interview.interview_id] = event
    said = {
        (event.interview.interview_id, seat.interviewer_id)
        for event in latest.values()
        if event.interview.status == "booked"
        for session in event.interview.sessions
        for seat in session.seats
    }
    assert held == said


@pytest.mark.parametrize("kind", PANELS)
async def test_fifty_bookers_of_one_time(stage: Stage, kind: str) -> None:
    panels = PANELS[kind]
    requests = [
        a_request(
            a_session(*(a_seat(who) for who in panels[n % len(panels)])),
            interview_id=f"ats:i{n}",
            application_id=f"ats:a{n}",
        )
        for n in range(BOOKERS)
    ]
    await stage.told(a_profile(ANNA), a_profile(BORIS), a_profile(CHEN), *requests)

    order = list(range(BOOKERS))
    random.shuffle(order)
    answers = await asyncio.gather(*(stage.book(at(3, 9), interview=f"ats:i{n}") for n in order))

    assert answers.count(None) == 1
    assert {one.reason for one in answers if one is not None} == {"slot_taken"}
    await _sound(stage)


async def test_fifty_clicks_of_one_candidate_are_one_booking(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())

    answers = await asyncio.gather(*(stage.book(at(3, 9)) for _ in range(BOOKERS)))

    assert answers == [None] * BOOKERS
    assert (await stage.names()).count("InterviewBooked") == 1
    await _sound(stage)


async def test_two_tabs_with_two_times_are_one_booking(stage: Stage) -> None:
    await stage.told(a_profile(ANNA), a_request())

    answers = await asyncio.gather(stage.book(at(3, 9)), stage.book(at(3, 10)))

    assert sorted(one.reason if one else "" for one in answers) == ["", "already_booked"]
    await _sound(stage)


@pytest.mark.parametrize("seed", range(12))
async def test_what_happens_at_once_happens_in_some_order(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    seat = {"one_of": [ANNA, BORIS], "role": "Engineer"}
    await stage.told(
        a_profile(ANNA),
        a_profile(BORIS),
        a_request(a_session(seat)),
        a_request(a_session(seat), interview_id="ats:i2", application_id="ats:a2"),
    )
    await stage.book(at(3, 9))

    def happenings() -> list[Awaitable[Refusal | None]]:
        cancel = cancel_interview.CancelInterview(INTERVIEW, CANDIDATE, By.CANDIDATE, "other", "")
        move = move_interview.MoveInterview(
            INTERVIEW, CANDIDATE, "Europe/Berlin", at(3, 9), at(3, 10), "other", ""
        )
        decline = decline_seat.DeclineSeat(INTERVIEW, "talk", ANNA, at(3, 9), "not_then")
        every: list[Awaitable[Refusal | None]] = [
            stage.command(DECLINE, decline),
            stage.command(MOVE, move),
            _nothing(stage.take(busy(ANNA, (at(3, 9), at(3, 12))))),
            stage.book(at(3, 9), interview="ats:i2"),
            stage.book(at(3, 10), interview="ats:i2"),
            _nothing(stage.settle()),
        ]
        if seed % 3 == 0:
            every.append(stage.command(CANCEL, cancel))
        chance.shuffle(every)
        return every

    await asyncio.gather(*happenings())
    await stage.settle()

    await _sound(stage)
    first = await stage.interview()
    if seed % 3 == 0:
        assert first.status == Status.CANCELLED
    for held in await stage.bookings():
        if held.interviewer_id == ANNA:
            interview = await stage.interview(held.interview_id)
            assert held.starts_at >= at(3, 12) or interview.conflicts


async def _nothing(doing: Awaitable[None]) -> None:
    await doing
