"""How everything stands, told again: whoever knows it does nothing, and who has lost it follows again."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.pairs.called_off import by_any_of, causes
from tests.pairs.conftest import Hall
from tests.pairs.recorded_day import Arrival, Happening
from tests.pairs.replay import THE_WHOLE_DAY, in_acts, in_order, of_service
from tests.pairs.snapshot import State, differences, snapshot
from tests.pairs.stands import STANDS, Stand, clear

import feedback.adapters.postgres
import feedback.adapters.snapshot
import feedback.app
import scheduling.adapters.postgres
import scheduling.adapters.snapshot
import scheduling.app
from parley_contracts.candidate_updates import CandidateUpdateSnapshot
from parley_contracts.cloudevents import encode
from parley_contracts.event import Event
from parley_contracts.interviews import InterviewSnapshot
from parley_contracts.rounds import RoundSnapshot
from parley_contracts.topics import (
    CANDIDATE_UPDATES,
    INTERVIEWS,
    ROUNDS,
    TOPICS,
    consumed_by,
    source_of,
)

SNAPSHOTS: dict[str, type[Event]] = {
    INTERVIEWS.name: InterviewSnapshot,
    ROUNDS.name: RoundSnapshot,
    CANDIDATE_UPDATES.name: CandidateUpdateSnapshot,
}
"""By topic."""
READERS = [
    pytest.param(service, topic.name, id=f"{service}: {topic.name}")
    for service in STANDS
    for topic in consumed_by(service)
    if topic.name in SNAPSHOTS
]
SETTLING = {"scheduling": True, "feedback": True, "notifications": False}
MINE = "snapshot-"
BEYOND = 1_000_000
"""Offsets that no record of the day has."""
TOLD = "select aggregatetype, aggregateid, type from outbox order by seq"
REVISIONS = {
    "feedback": "select id, (state ->> 'source_revision')::int as seen from round",
    "notifications": "select id, (state ->> 'interview_revision')::int as seen from dossier",
}


def snapshots(day: Sequence[Happening]) -> list[Arrival]:
    """Of each aggregate, what was told of it last, as its owner would tell it again."""
    last: dict[tuple[str, str], Arrival] = {}
    for one in day:
        if isinstance(one, Arrival) and one.topic in SNAPSHOTS:
            last[(one.topic, one.key)] = one
    return [_snapshot(one, number) for number, one in enumerate(last.values())]


def _snapshot(one: Arrival, number: int) -> Arrival:
    due = one.type == "parley.application.update-due.v1"
    event = SNAPSHOTS[one.topic].model_validate(one.data | {"due": due})
    (owner,) = TOPICS[one.topic].owners
    encoded = encode(event, id=f"{MINE}{number}", source=source_of(owner), time=one.at)
    headers = tuple((name, raw.decode()) for name, raw in encoded.headers)
    offset = BEYOND + number
    return Arrival(
        one.at, one.topic, one.partition, offset, one.key, headers, encoded.value.decode()
    )


def apart_from_claims(state: State) -> State:
    """That they came is remembered, and nothing else."""
    claims = [claim for claim in state["inbox"] if not claim[1].startswith(MINE)]
    return state | {"inbox": claims}


def owner_of(stand: Stand) -> Any:
    if stand.name == "scheduling":
        return scheduling.adapters.snapshot.Owner(
            stand.pool, scheduling.adapters.postgres.STORE, scheduling.app.STREAMS
        )
    return feedback.adapters.snapshot.Owner(
        stand.pool, feedback.adapters.postgres.STORE, feedback.app.STREAMS
    )


@pytest.mark.parametrize(("service", "topic"), READERS)
async def test_a_topic_with_snapshots_wholly_before_all_others_ends_the_same(
    hall: Hall, service: str, topic: str
) -> None:
    settling = SETTLING[service]
    state, answers = await hall.in_recorded_order(service, THE_WHOLE_DAY, settling=settling)
    day = of_service([*hall.day, *snapshots(hall.day)], service)
    stand = await hall.stand(service)

    answered = await in_order(stand, in_acts(day, THE_WHOLE_DAY), first=topic, settling=settling)
    ended = by_any_of(await snapshot(stand), causes(hall.day))

    claimed = [claim for claim in ended["inbox"] if claim[1].startswith(MINE)]
    assert claimed
    assert answered == answers
    assert differences(state, apart_from_claims(ended)) == []


@pytest.mark.parametrize("service", ["scheduling", "feedback"])
async def test_an_owner_tells_everything_once_more_and_changes_nothing(
    hall: Hall, service: str
) -> None:
    await hall.in_order(service, THE_WHOLE_DAY, settling=True)
    stand = await hall.stand(service)
    before = await snapshot(stand)
    told_before = await stand.pool.fetch(TOLD)
    owner = owner_of(stand)
    now = stand_clock(stand)

    told = await owner.tell_all(now=now)
    after = await snapshot(stand)
    again = await owner.tell_all(now=now)

    topics = {one.topic for one in owner.streams}
    known = {(row[0], row[1]) for row in told_before if row[0] in topics}
    fresh = (await stand.pool.fetch(TOLD))[len(told_before) :]
    assert differences(before, after) == []
    assert again == told
    assert {(row[0], row[1]) for row in fresh} == known
    assert len(fresh) == 2 * len(known) == 2 * sum(told.values())
    assert all(row["type"].endswith(".snapshot.v1") for row in fresh)


@pytest.mark.parametrize("service", ["feedback", "notifications"])
async def test_a_reader_that_knows_nothing_follows_by_snapshots_alone(
    hall: Hall, service: str
) -> None:
    stand = await hall.stand(service)
    await clear(stand)
    told = of_service(snapshots(hall.day), service)
    stand.set_clock(hall.day[-1].at)

    await stand.ingest([one for one in told if isinstance(one, Arrival)])

    rows = await stand.pool.fetch(REVISIONS[service])
    seen = {row["id"]: row["seen"] for row in rows}
    last = {
        one.key: one.data["revision"]
        for one in told
        if isinstance(one, Arrival) and one.topic == INTERVIEWS.name
    }
    assert last
    assert seen == last


def stand_clock(stand: Any) -> Any:
    return (stand.stage if stand.name == "scheduling" else stand.service).clock.moment
