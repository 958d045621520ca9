"""What bad input gets: the bad record is kept and answered, the next good one goes through."""

import json
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    INTERVIEW,
    NOW,
    a_profile,
    a_request,
    a_session,
    request_fields,
)
from tests.scheduling.stage import Stage

from parley_contracts.event import Event
from scheduling.adapters.record import Record

REQUESTED = "ats.interview.requested.v1"
PROFILE = "ats.interviewer.profile-set.v1"
ON = {
    REQUESTED: ("ats.applications.v1", APPLICATION),
    PROFILE: ("ats.interviewers.v1", ANNA),
}


def raw(stage: Stage, value: bytes | None, model: str = REQUESTED, **headers: bytes) -> Record:
    offset = next(stage.offsets)
    topic, key = ON[model]
    given = {
        "ce_specversion": b"1.0",
        "ce_id": f"bad{offset}".encode(),
        "ce_source": b"ats",
        "ce_type": model.encode(),
        "ce_subject": key.encode(),
        "ce_time": b"2027-03-01T09:00:00Z",
        "content-type": b"application/json",
    } | headers
    return Record(topic, 0, offset, key.encode(), value, tuple(given.items()))


def request(**more: Any) -> bytes:
    return json.dumps(request_fields(), default=lambda one: one.isoformat()).encode()[:-1] + (
        b"," + json.dumps(more).encode()[1:] if more else b"}"
    )


def session(**more: Any) -> bytes:
    return request(sessions=[a_session(**more)])


def profile(**more: Any) -> bytes:
    return json.dumps(
        {"interviewer_id": ANNA, "zone": "Europe/Berlin", "weekly_hours": {}} | more
    ).encode()


BAD: dict[str, tuple[bytes | None, str]] = {
    "not JSON": (b"{", REQUESTED),
    "wrong shape": (b'{"interview_id": []}', REQUESTED),
    "unknown zone": (profile(zone="Mars/Olympus"), PROFILE),
    "negative duration": (session(minutes=-5), REQUESTED),
    "zero duration": (session(minutes=0), REQUESTED),
    "end before start": (
        request(window={"starts_at": "2027-03-09T00:00:00Z", "ends_at": "2027-03-02T00:00:00Z"}),
        REQUESTED,
    ),
    "null without meaning": (None, REQUESTED),
    "a megabyte of text": (session(about="x" * 1_000_000), REQUESTED),
    "nesting without end": (b"[" * 10_000 + b"]" * 10_000, REQUESTED),
    "hours that end before they start": (
        profile(weekly_hours={"monday": [{"start": "17:00", "end": "09:00"}]}),
        PROFILE,
    ),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_broken_record_is_kept_and_answered_and_the_next_goes_through(
    stage: Stage, what: str
) -> None:
    value, ce_type = BAD[what]
    topic, key = ON[ce_type]

    good = [stage.record(a_profile(ANNA)), stage.record(a_request())]
    await stage.batch.ingest([raw(stage, value, ce_type), *good])
    await stage.settle()

    (letter,) = await stage.letters()
    assert (letter["topic"], letter["value"]) == (topic, value)
    (answer,) = await stage.published("parley.intake.v1")
    assert (answer.key, answer.record.topic) == (key, topic)
    assert answer.reason
    assert await stage.names() == ["SlotsOffered"]


async def test_a_header_that_is_no_text(stage: Stage) -> None:
    await stage.batch.ingest([raw(stage, request(), ce_source=b"\xff\xfe")])
    await stage.told(a_profile(ANNA), a_request())

    assert len(await stage.letters()) == 1
    assert await stage.names() == ["SlotsOffered"]


async def test_an_id_used_twice_with_other_content(stage: Stage) -> None:
    once = raw(stage, request(), ce_id=b"same")
    again = raw(stage, request(notice_hours=1), ce_id=b"same")

    await stage.batch.ingest([once, stage.record(a_profile(ANNA)), again, once])
    await stage.settle()

    (letter,) = await stage.letters()
    assert letter["field"] == "id"
    assert await stage.names() == ["SlotsOffered"]
    assert (await stage.interview()).request is not None


async def test_an_unknown_type_is_skipped(stage: Stage) -> None:
    await stage.batch.ingest([raw(stage, b"{}", ce_type=b"ats.new.v9")])

    assert not await stage.letters()


async def test_revisions_out_of_order_and_with_gaps(stage: Stage) -> None:
    await stage.told(a_profile(ANNA, revision=7), a_request(revision=9))
    await stage.told(
        a_profile(
            ANNA, revision=3, pauses=({"starts_at": NOW, "ends_at": "2027-04-30T00:00:00Z"},)
        ),
        a_request(a_session(minutes=15), revision=4),
    )
    assert await stage.names() == ["SlotsOffered"]

    await stage.told(a_request(a_session(minutes=45), revision=20))
    assert (await stage.last()).interview.sessions[0].minutes == 45
    assert not await stage.letters()


async def test_a_whole_day_again_with_new_ids_is_nothing(stage: Stage) -> None:
    day: list[Event] = [a_profile(ANNA), a_request(), a_request(interview_id="ats:i2")]
    await stage.batch.ingest([stage.record(one, happened_at=NOW) for one in day])
    await stage.settle()
    before = await stage.names()

    await stage.batch.ingest([stage.record(one, happened_at=NOW) for one in day])
    await stage.settle()

    assert await stage.names() == before
    assert (await stage.interview(INTERVIEW)).status == "offered"
