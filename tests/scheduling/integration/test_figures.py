"""What operators watch of interviews that are about to begin."""

from datetime import timedelta
from typing import Any

import pytest
from tests.scheduling.building import ANNA, a_profile, a_request, a_session, at
from tests.scheduling.stage import Stage

from scheduling.adapters.watched import WITHOUT_PLACE

BEGINS = at(3, 9)
VIDEO = {"kind": "video", "url": "https://meet.example.com/abc"}


async def booked(stage: Stage, place: dict[str, Any]) -> None:
    await stage.told(a_profile(ANNA), a_request(a_session(place=place)))
    assert await stage.book(BEGINS) is None


@pytest.mark.parametrize(
    ("place", "before", "found"),
    [
        ({"kind": "video"}, timedelta(hours=1), 1),
        ({"kind": "onsite"}, timedelta(hours=2), 1),
        ({"kind": "video"}, timedelta(hours=3), 0),
        ({"kind": "video"}, timedelta(0), 0),
        (VIDEO, timedelta(hours=1), 0),
        ({"kind": "onsite", "address": "Main street 1"}, timedelta(hours=1), 0),
        ({"kind": "phone"}, timedelta(hours=1), 0),
    ],
)
async def test_an_interview_that_does_not_say_where_is_counted_two_hours_before(
    stage: Stage, place: dict[str, Any], before: timedelta, found: int
) -> None:
    await booked(stage, place)

    assert await stage.pool.fetchval(WITHOUT_PLACE, BEGINS - before) == found
