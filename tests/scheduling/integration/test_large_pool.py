"""Hundreds of people in one pool: their calendars are decoded once, and what others wrote into them is not kept."""

import json

import pytest
from tests.scheduling.building import (
    ANNA,
    INTERVIEW,
    NOW,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
    busy,
)
from tests.scheduling.stage import Stage

from scheduling.adapters.memory import Memory
from scheduling.adapters.postgres.calendars import CalendarCodec
from scheduling.adapters.postgres.gathers import found
from scheduling.domain.calendar import Calendar
from scheduling.domain.facts import Found
from scheduling.domain.slots import search_from

PEOPLE = 400
HOURS = (*range(10), *range(13, 17))
MEETINGS = [(at(day, hour), at(day, hour, 30)) for day in range(2, 13) for hour in HOURS]
CALENDAR = "select state from calendar where id = $1"


async def test_the_calendars_of_a_large_pool_stay_in_memory(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"ats:person-{n}" for n in range(PEOPLE)]
    await stage.take(*[a_profile(one, pools=[{"pool_id": "panel"}]) for one in names])
    await stage.take(*[busy(one, *MEETINGS) for one in names])
    await stage.take(a_request(a_session(a_seat(pool_id="panel"), a_seat(pool_id="panel"))))
    memory, decoded = Memory(), []

    def counted(self: CalendarCodec, data: str, /) -> Calendar:
        decoded.append(data)
        return validate(self, data)

    validate = CalendarCodec.validate_json
    monkeypatch.setattr(CalendarCodec, "validate_json", counted)

    async def searched() -> Found:
        async with stage.pool.acquire() as connection:
            facts = (await found(connection, [INTERVIEW], memory, now=NOW))[INTERVIEW]
        assert isinstance(facts, Found)
        assert search_from(facts.wish, facts.diaries, now=NOW).starts(now=NOW)
        return facts

    first = await searched()
    assert sum(map(len, decoded)) > 2 * memory.most_letters
    decoded.clear()
    second = await searched()

    assert not decoded
    assert len(second.diaries) == PEOPLE
    assert all(one is first.diaries[who] for who, one in second.diaries.items())


@pytest.mark.parametrize(
    ("uid", "kept"),
    [
        ("040000008200E00074C5B7101A82E008@outlook.example", None),
        ("7kukuqrfedlm2f9t0vr4o7cbm8@google.com", None),
        (f"{'0a' * 20}@parley.example", f"{'0a' * 20}@parley.example"),
        ("0a" * 20, "0a" * 20),
    ],
)
async def test_a_uid_that_cannot_be_ours_is_not_kept(
    stage: Stage, uid: str, kept: str | None
) -> None:
    await stage.told(busy(ANNA, (at(3, 10), at(3, 11)), uid=uid))

    (entry,) = json.loads(await stage.pool.fetchval(CALENDAR, ANNA))["entries"]
    assert entry["uid"] == kept
