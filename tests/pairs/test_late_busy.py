"""A busy time that comes after the bookings leaves them as they are, and is told as a conflict."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.pairs.conftest import Hall
from tests.pairs.recorded_day import Arrival, Deed, Happening
from tests.pairs.replay import Answers, as_it_was, of_service
from tests.pairs.stands import Stand

SERVICE, BUSY = "scheduling", "ats.busy.v1"
BOOKINGS = "select id, state from booking order by id"
CONFLICTS = """
select aggregateid from outbox where type = 'parley.interview.booking-conflict-found.v1'
"""


async def test_busy_times_after_all_bookings_leave_them_and_are_told_as_conflicts(
    hall: Hall, day: Sequence[Happening]
) -> None:
    """People book the recorded times as long as no calendar is known (who sits in a pool's seat may be someone
    else then); then all calendars come, and one of them has a meeting on top of a booked session.
    """
    stand = await hall.stand(SERVICE)
    mine = of_service(day, SERVICE)
    acted = 1 + max(number for number, one in enumerate(mine) if isinstance(one, Deed))
    before, after = without_busy(mine[:acted]), without_busy(mine[acted:])
    answers = await as_it_was(stand, [*before, *after])
    booked = await bookings(stand)
    over = next(one for one in booked.values() if instant(one["starts_at"]) > mine[acted - 1].at)
    late = [meeting(one, over, at=mine[acted - 1].at) for one in mine if is_busy(one)]

    answered = await as_it_was(stand, [*before, *late, *after])

    assert refused_to_candidates(answers) == refused_to_candidates(answered) == []
    assert answered == answers
    assert await bookings(stand) == booked
    conflicts = sorted(row["aggregateid"] for row in await stand.pool.fetch(CONFLICTS))
    assert over["interview_id"] in conflicts
    assert conflicts == overlaps(late, booked.values())


def is_busy(one: Happening) -> bool:
    return isinstance(one, Arrival) and one.topic == BUSY


def without_busy(day: Sequence[Happening]) -> list[Happening]:
    return [one for one in day if not is_busy(one)]


def meeting(one: Happening, over: dict[str, Any], *, at: datetime) -> Arrival:
    """The calendar as it was recorded; where it is that of whoever sits there, with one meeting more."""
    assert isinstance(one, Arrival)
    data = one.data
    if one.key == over["interviewer_id"]:
        data["busy"].append({"starts_at": over["starts_at"], "ends_at": over["ends_at"]})
    return replace(one, at=at, value=json.dumps(data))


def overlaps(late: Sequence[Arrival], booked: Iterable[dict[str, Any]]) -> list[str]:
    """The interview of each booking that its interviewer's calendar has something on top of, and that is to come."""
    calendars = {one.key: one.data["busy"] for one in late}
    return sorted(
        one["interview_id"]
        for one in booked
        if instant(one["starts_at"]) > late[0].at
        and any(
            instant(busy["starts_at"]) < instant(one["ends_at"])
            and instant(one["starts_at"]) < instant(busy["ends_at"])
            for busy in calendars[one["interviewer_id"]]
        )
    )


def refused_to_candidates(answers: Answers) -> list[Deed]:
    return [deed for deed, status in answers if deed.purpose == "book" and status != deed.answered]


async def bookings(stand: Stand) -> dict[str, dict[str, Any]]:
    return {row["id"]: json.loads(row["state"]) for row in await stand.pool.fetch(BOOKINGS)}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
