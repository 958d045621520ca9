"""The default day is in the repository, and somebody's own can be read."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from parley_contracts import cloudevents
from parley_contracts.refusals import BrokenRecord
from parley_contracts.topics import TOPICS
from parley_local.demo import cast, day, feed, own_feed
from parley_local.demo.play import DayTooSmall, Wishes

TO_DECIDE = timedelta(days=5)
GOOD = {
    "at": "2027-03-08T05:00:00+00:00",
    "topic": "ats.people.v1",
    "key": "cand:1",
    "headers": {"ce_type": "ats.person.upserted.v1"},
    "value": "{}",
}


def test_the_day_in_the_repository_is_the_one_that_is_played() -> None:
    assert day.FILE.read_text(encoding="utf-8") == day.spell(applications=60, seed=1)


def test_it_can_be_read_back() -> None:
    read, made = own_feed.read(day.FILE), feed.make(applications=60, seed=1)

    assert read.lines == (*made.lines, *made.afterwards)
    assert read.tempers.keys() == made.tempers.keys()
    assert set(read.tempers.values()) == {cast.Temper.STEADY}


def test_all_but_one_record_keeps_the_contract() -> None:
    broken = 0
    made = feed.make(applications=60, seed=1)
    for line in (*made.lines, *made.afterwards):
        headers = [(name, value.encode()) for name, value in line.headers]
        try:
            cloudevents.decode(TOPICS[line.topic], line.key.encode(), line.value.encode(), headers)
        except BrokenRecord:
            broken += 1

    assert broken == 1


@pytest.mark.parametrize("applications", [8, 60])
def test_the_visitors_story_ends_after_the_day(applications: int) -> None:
    """Both sides decide in Parley, and the ATS ends it late enough for either."""
    made = feed.make(applications=applications, seed=1)
    (closed,) = made.afterwards
    own = {
        dict(line.headers)["ce_type"]: json.loads(line.value)
        for line in (*made.lines, closed)
        if line.key == made.visitor
    }
    asked = own["ats.interview.requested.v1"]
    latest = datetime.fromisoformat(asked["window"]["ends_at"])

    assert asked["decide_in"] == "parley"
    assert own["ats.application.closed.v1"]["outcome"] == "hired"
    assert closed.at > latest + TO_DECIDE
    assert made.ends_at == feed.STARTS_AT + feed.LASTS


def test_another_seed_is_another_day() -> None:
    one, other = (feed.make(applications=8, seed=seed) for seed in (1, 2))

    assert one.lines != other.lines


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "line 2"),
        (json.dumps(GOOD | {"topic": "parley.rounds.v1"}), "parley.rounds.v1"),
        (json.dumps(GOOD | {"at": "2027-03-08T05:00:00"}), "timezone"),
        (json.dumps({"at": GOOD["at"]}), "topic"),
        (json.dumps(GOOD | {"headers": {"ce_type": 5}}), "headers.ce_type"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(tmp_path: Path, row: str, why: str) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n{row}\n")

    with pytest.raises(own_feed.BadFeed, match="line 2") as raised:
        own_feed.read(path)

    assert why in str(raised.value)


def test_an_empty_or_missing_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")

    for name in ("empty.jsonl", "missing.jsonl"):
        with pytest.raises(own_feed.BadFeed):
            own_feed.read(tmp_path / name)


def test_a_day_without_its_characters_is_refused() -> None:
    with pytest.raises(DayTooSmall, match="at least 8"):
        Wishes(once=True, report=None, applications=7, seed=1, feed=None).day()
