"""For each pair of topics that a service reads, one wholly before the other: the same final state."""

from itertools import permutations

import pytest
from tests.pairs.conftest import Hall
from tests.pairs.replay import DATE_BY_DATE, THE_WHOLE_DAY
from tests.pairs.snapshot import differences
from tests.pairs.stands import STANDS

from parley_contracts.topics import consumed_by

SETTLING = {"scheduling": True, "feedback": True, "notifications": False}
"""Whether timers fire between one topic and the next. For mails see `test_half_way.py`."""
WITH_PAGES = ("scheduling", "feedback")
"""No form that anybody sent went to notifications."""
PAIRS = [
    pytest.param(service, first, last, id=f"{service}: {first} before {last}")
    for service in STANDS
    for first, last in permutations([topic.name for topic in consumed_by(service)], 2)
]
LATE = [
    pytest.param(service, topic.name, id=f"{service}: {topic.name}")
    for service in WITH_PAGES
    for topic in consumed_by(service)
]
"""As long as a day has many acts: each topic after all others is every pair, both ways."""


@pytest.mark.parametrize(("service", "first", "last"), PAIRS)
async def test_topic_wholly_before_another_ends_the_same(
    hall: Hall, service: str, first: str, last: str
) -> None:
    settling = SETTLING[service]
    state, answers = await hall.in_recorded_order(service, THE_WHOLE_DAY, settling=settling)

    ended, answered = await hall.in_order(
        service, THE_WHOLE_DAY, first=first, last=last, settling=settling
    )

    assert answered == answers
    assert differences(state, ended) == []


@pytest.mark.parametrize(("service", "late"), LATE)
async def test_topic_after_all_others_of_each_date_ends_the_same(
    hall: Hall, service: str, late: str
) -> None:
    state, answers = await hall.in_recorded_order(service, DATE_BY_DATE, settling=True)

    ended, answered = await hall.in_order(service, DATE_BY_DATE, last=late, settling=True)

    assert answered == answers
    assert differences(state, ended) == []
