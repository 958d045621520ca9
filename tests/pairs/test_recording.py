"""The kept recording is one that today's services would have made."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from tests.pairs.conftest import Hall
from tests.pairs.recorded_day import Arrival, Deed, Happening, missing
from tests.pairs.replay import Answers, as_it_was, of_service

from parley_contracts import cloudevents
from parley_contracts.cloudevents import Received, Tombstone
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import TOPICS

APPLICATIONS = 5
REDIRECTED = 303
BROKEN = "demo-ats-broken"
OUTBOX = "select aggregatetype, aggregateid, type, payload from outbox order by seq"
Said = dict[tuple[str, str], list[tuple[str, Any]]]
"""By topic and key: each event's type and data."""


def test_recording_is_read_by_the_contracts(day: Sequence[Happening]) -> None:
    broken = []
    for one in day:
        if not isinstance(one, Arrival):
            continue
        headers = tuple((name, value.encode()) for name, value in one.headers)
        topic = TOPICS[one.topic]
        try:
            found = cloudevents.decode(topic, one.key.encode(), encoded(one), headers)
        except BrokenRecord:
            broken.append(dict(one.headers)["ce_id"])
        else:
            assert isinstance(found, Received | Tombstone), one.type
    assert broken == [BROKEN]


def test_recording_is_a_day_of_five_applications_in_which_much_happens(
    day: Sequence[Happening],
) -> None:
    opened = [one for one in day if isinstance(one, Arrival) and one.type.endswith(".opened.v1")]
    deeds = [one for one in day if isinstance(one, Deed)]

    assert len({one.key for one in opened}) == APPLICATIONS
    assert missing(day) == []
    assert {one.service for one in deeds} == {"scheduling", "feedback"}
    assert sum(one.answered == REDIRECTED for one in deeds) > len(deeds) * 0.9
    assert [one.at for one in day] == sorted(one.at for one in day)


@pytest.mark.parametrize("service", ["scheduling", "feedback"])
async def test_replayed_as_it_was_the_day_is_what_was_recorded(
    hall: Hall, day: Sequence[Happening], service: str
) -> None:
    """Every form answered, every event said again, in its order and to the letter."""
    stand = await hall.stand(service)

    answers = await as_it_was(stand, of_service(day, service))

    assert other_than_recorded(answers) == []
    recorded = said_by(day, service)
    said: Said = defaultdict(list)
    for topic, key, kind, payload in await stand.pool.fetch(OUTBOX):
        said[(topic, key)].append((kind, json.loads(payload)))
    assert said.keys() == recorded.keys()
    for about, events in recorded.items():
        assert said[about][: len(events)] == events, about


async def test_replayed_as_it_was_everyone_is_mailed_what_they_were_mailed(
    hall: Hall, day: Sequence[Happening]
) -> None:
    """Side by side, what is one mail here may have been two, and the second may have had nothing to tell."""
    stand = await hall.stand("notifications")

    await as_it_was(stand, of_service(day, "notifications"))

    mailed = {
        one
        for topic, _, kind, payload in await stand.pool.fetch(OUTBOX)
        for one in told_in(topic, kind, json.loads(payload))
    }
    recorded = {
        one
        for (topic, _), events in said_by(day, "notifications").items()
        for kind, data in events
        for one in told_in(topic, kind, data)
    }
    assert recorded <= mailed
    assert {one[:3] for one in mailed} == {one[:3] for one in recorded}


def encoded(one: Arrival) -> bytes | None:
    return None if one.value is None else one.value.encode()


def other_than_recorded(answers: Answers) -> list[tuple[Deed, int]]:
    return [(deed, status) for deed, status in answers if status != deed.answered]


def said_by(day: Sequence[Happening], service: str) -> Said:
    said: Said = defaultdict(list)
    for one in day:
        if isinstance(one, Arrival) and dict(one.headers)["ce_source"] == f"parley/{service}":
            said[(one.topic, one.key)].append((one.type, one.data))
    return said


def told_in(topic: str, kind: str, data: Any) -> list[tuple[str, ...]]:
    """Whether it was sent, to whom, and each event that it told."""
    if topic != "parley.notifications.v1":
        return []
    one = data["notification"]
    return [
        (kind, one["person_id"], told["type"], told["aggregate_id"], str(told["revision"]))
        for told in one["told"]
    ]
