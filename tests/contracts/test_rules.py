"""What an upstream's data is refused for, and under which field it comes back."""

import json
import zoneinfo
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from parley_contracts import samples, topics
from parley_contracts.cloudevents import Received, decode
from parley_contracts.interviewers import WeeklyHours
from parley_contracts.plan import HiringTeam
from parley_contracts.refusals import BrokenRecord
from parley_contracts.times import Interval, NoZoneData, known_zones, spell_instant

SEATED = {"interviewer_id": "greenhouse:1"}


def read(ce_type: str, changes: dict[str, Any]) -> Received:
    """A sample with values set at dotted paths; `...` leaves one out."""
    sample = deepcopy(samples.of_type(ce_type)[0])
    for path, value in changes.items():
        *steps, last = path.split(".")
        at: Any = sample["data"]
        for step in steps:
            at = at[int(step)] if step.isdigit() else at.setdefault(step, {})
        if value is ...:
            del at[last]
        else:
            at[int(last) if last.isdigit() else last] = value
    key = str(sample["subject"]).encode()
    headers = (("content-type", b"application/cloudevents+json"),)
    record = decode(topics.TOPIC_OF_TYPE[ce_type], key, json.dumps(sample).encode(), headers)
    assert isinstance(record, Received)
    return record


REQUESTED = "ats.interview.requested.v1"
PERSON = "ats.person.upserted.v1"
PROFILE = "ats.interviewer.profile-set.v1"
BUSY = "ats.interviewer.busy-set.v1"
IMPORTED = "ats.interview.imported.v1"
SEATS = "sessions.0.seats"


@pytest.mark.parametrize(
    ("ce_type", "path", "value", "field"),
    [
        (PERSON, "zone", "Mars/Olympus", "zone"),
        (PERSON, "zone", "europe/berlin", "zone"),
        (PERSON, "zone", "../../etc/passwd", "zone"),
        (PERSON, "zone", "localtime", "zone"),
        (PERSON, "email", "no address", "email"),
        (PERSON, "email", "a@b\r\nBcc: c@d", "email"),
        (PERSON, "email", "a@b,c@d", "email"),
        (PERSON, "email", "x" * 65 + "@example.com", "email"),
        (PERSON, "email", "a@example..com", "email"),
        (PERSON, "email", "a@example.com.", "email"),
        (PERSON, "email", "a@.example.com", "email"),
        (PERSON, "name", "", "name"),
        (PERSON, "name", "   ", "name"),
        (PERSON, "name", "Jane\r\nBcc: x", "name"),
        (PERSON, "name", "Jane\u2028Doe", "name"),
        (PERSON, "name", "Jane\u0085Doe", "name"),
        (PERSON, "name", "x" * 201, "name"),
        (PERSON, "bio", "a\u0000b", "bio"),
        (PERSON, "locale", "klingon!", "locale"),
        (PERSON, "revision", 0, "revision"),
        (PERSON, "revision", -1, "revision"),
        (PERSON, "revision", 1.5, "revision"),
        (PERSON, "contact", "not allowed", "contact"),
        ("ats.person.merged.v1", "into_id", "greenhouse:265001", "into_id"),
        (PROFILE, "weekly_hours.monday.0.start", "24:30", "weekly_hours.monday.0.start"),
        (PROFILE, "weekly_hours.monday.0.end", "08:00", "weekly_hours.monday.0.end"),
        (PROFILE, "weekly_hours.monday.0.end", "9:30", "weekly_hours.monday.0.end"),
        (PROFILE, "buffer_after_minutes", -5, "buffer_after_minutes"),
        (PROFILE, "limits.per_day", 0, "limits.per_day"),
        (PROFILE, "pauses.0.ends_at", "2027-04-05T00:00:00Z", "pauses.0.ends_at"),
        (PROFILE, "zone", ..., "zone"),
        (BUSY, "range.ends_at", "2027-03-01T00:00:00Z", "range.ends_at"),
        (BUSY, "busy.0.ends_at", "2027-03-15T09:00:00Z", "busy.0.ends_at"),
        (BUSY, "busy.0.starts_at", "2027-03-15T09:00:00", "busy.0.starts_at"),
        (BUSY, "busy.0.starts_at", "2027-03-15", "busy.0.starts_at"),
        (BUSY, "busy.0.starts_at", 1_800_000_000, "busy.0.starts_at"),
        (BUSY, "busy.0.starts_at", "1800000000", "busy.0.starts_at"),
        (BUSY, "busy.0.starts_at", "0001-01-01T00:00:00+14:00", "busy.0.starts_at"),
        (BUSY, "busy.0.starts_at", "2027-02-30T09:00:00Z", "busy.0.starts_at"),
        (BUSY, "range.starts_at", "2027-03-20T00:00:00Z", "busy"),
        (REQUESTED, "sessions.0.minutes", 0, "sessions.0.minutes"),
        (REQUESTED, "sessions.0.minutes", -30, "sessions.0.minutes"),
        (REQUESTED, "sessions.0.minutes", 721, "sessions.0.minutes"),
        (REQUESTED, "sessions.0.minutes", "60", "sessions.0.minutes"),
        (REQUESTED, "sessions.0.candidate_minutes", 61, "sessions.0.candidate_minutes"),
        (REQUESTED, "window.ends_at", "2027-03-15T07:00:00Z", "window.ends_at"),
        (REQUESTED, "sessions", [], "sessions"),
        (REQUESTED, SEATS, [], SEATS),
        (REQUESTED, SEATS, [SEATED | {"shadow": True}], SEATS),
        (REQUESTED, SEATS, [SEATED, SEATED], SEATS),
        (REQUESTED, SEATS, [SEATED | {"pool_id": "p"}], f"{SEATS}.0"),
        (REQUESTED, SEATS, [SEATED | {"skills": ["Go"]}], f"{SEATS}.0"),
        (REQUESTED, SEATS, [{"role": "Peer"}], f"{SEATS}.0"),
        (REQUESTED, f"{SEATS}.0.interviewer_id", "jane@example.com", f"{SEATS}.0.interviewer_id"),
        (REQUESTED, "sessions.0.place.url", "javascript:alert(1)", "sessions.0.place.url"),
        (REQUESTED, "sessions.0.place.url", "https://x/ y", "sessions.0.place.url"),
        (REQUESTED, "sessions.0.place.url", "ftp://example.com", "sessions.0.place.url"),
        (REQUESTED, "pay.maximum", "1000", "pay.maximum"),
        (REQUESTED, "pay.minimum", 78_000, "pay.minimum"),
        (REQUESTED, "pay.minimum", "1e5", "pay.minimum"),
        (REQUESTED, "promised_days", 0, "promised_days"),
        (REQUESTED, "hiring_team", ..., "hiring_team"),
        (IMPORTED, "sessions.0.starts_at", ..., "sessions.0.starts_at"),
        (IMPORTED, "sessions.1.session_id", "greenhouse:9128481", "sessions"),
        ("ats.application.on-hold.v1", "until", "someday", "until"),
    ],
)
def test_bad_data_comes_back_with_its_field(
    ce_type: str, path: str, value: object, field: str
) -> None:
    with pytest.raises(BrokenRecord) as caught:
        read(ce_type, {path: value})

    assert caught.value.field == f"data.{field}"
    assert caught.value.reason


def test_a_reason_is_in_words() -> None:
    with pytest.raises(BrokenRecord, match="Input should be an http or https address in ASCII"):
        read(REQUESTED, {"sessions.0.place.url": "javascript:alert(1)"})
    with pytest.raises(BrokenRecord, match="as 2027-03-16T09:30:00Z is"):
        read(REQUESTED, {"window.starts_at": "tomorrow"})


def test_sessions_have_at_most_48_seats_in_all() -> None:
    def session(number: int) -> dict[str, Any]:
        seats = [{"interviewer_id": f"greenhouse:{one}"} for one in range(seats_each)]
        place = {"kind": "video"}
        told = {"session_id": f"s{number}", "title": "T", "minutes": 30}
        return told | {"place": place, "seats": seats}

    seats_each = 12
    assert read(REQUESTED, {"sessions": [session(number) for number in range(4)]})
    with pytest.raises(BrokenRecord, match="at most 48 seats"):
        read(REQUESTED, {"sessions": [session(number) for number in range(5)]})
    seats_each = 13
    with pytest.raises(BrokenRecord, match="at most 12 items"):
        read(REQUESTED, {"sessions": [session(0)]})


@pytest.mark.parametrize(("minutes", "reserved"), [(60, 15), (15, 15), (10, 10)])
def test_the_candidate_has_15_minutes_where_nothing_is_said(minutes: int, reserved: int) -> None:
    record = read(REQUESTED, {"sessions.0.candidate_minutes": ..., "sessions.0.minutes": minutes})

    assert record.data.model_dump()["sessions"][0]["candidate_minutes"] == reserved


def test_a_past_window_is_no_broken_record() -> None:
    past = {"starts_at": "1999-01-01T00:00:00Z", "ends_at": "1999-01-02T00:00:00Z"}

    assert read(REQUESTED, {"window": past})


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "America/Argentina/Ushuaia", "UTC", "Etc/GMT+5"])
def test_a_zone_of_the_iana_is_taken(zone: str) -> None:
    assert read(PERSON, {"zone": zone})


def test_space_around_a_text_is_nothing() -> None:
    assert read(PERSON, {"name": "  山田 花子\n"}).data.model_dump()["name"] == "山田 花子"


def test_an_installation_without_zone_data_blames_no_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known_zones.cache_clear()
    monkeypatch.setattr(zoneinfo, "available_timezones", set)

    with pytest.raises(NoZoneData, match="install tzdata"):
        read(PERSON, {"zone": "Europe/Berlin"})

    known_zones.cache_clear()


def test_an_instant_is_kept_in_utc_and_spelled_with_z() -> None:
    local = datetime(2027, 3, 28, 3, 30, tzinfo=timezone(timedelta(hours=2)))

    interval = Interval(starts_at=local, ends_at=local + timedelta(minutes=1))

    assert interval.model_dump_json().startswith('{"starts_at":"2027-03-28T01:30:00Z"')
    assert spell_instant(local) == "2027-03-28T01:30:00Z"
    assert spell_instant(local.replace(microsecond=5)) == "2027-03-28T01:30:00.000005Z"


def test_a_naive_time_is_refused_from_python_too() -> None:
    naive = datetime(2027, 3, 28)  # noqa: DTZ001 - that is the point

    with pytest.raises(ValidationError):
        Interval(starts_at=naive, ends_at=naive + timedelta(minutes=1))


def test_intervals_are_half_open() -> None:
    at = datetime(2027, 3, 28, tzinfo=UTC)
    hour = timedelta(hours=1)
    first, second = (
        Interval(starts_at=at, ends_at=at + hour),
        Interval(starts_at=at + hour, ends_at=at + 2 * hour),
    )

    assert not first.overlaps(second)
    assert first.overlaps(Interval(starts_at=at, ends_at=at + 2 * hour))


def test_an_event_cannot_be_changed() -> None:
    person = read(PERSON, {}).data

    with pytest.raises(ValidationError):
        person.revision = 7  # type: ignore[misc]  # that is the point


def test_the_recruiter_stands_in_where_nobody_is_named() -> None:
    alone = HiringTeam(recruiter_id="greenhouse:1")

    assert (alone.coordinator, alone.deciders) == ("greenhouse:1", ("greenhouse:1",))


def test_a_week_is_read_by_pythons_weekdays() -> None:
    week = WeeklyHours.model_validate({"sunday": [{"start": "09:00", "end": "24:00"}]})

    assert [len(week.of_weekday(day)) for day in range(7)] == [0, 0, 0, 0, 0, 0, 1]
