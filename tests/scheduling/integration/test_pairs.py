"""No order between topics is given: a day of five applications, each pair of topics one wholly after the other."""

import itertools
import json
from typing import Any

import pytest
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CHEN,
    NOW,
    RECRUITER,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    an_import,
    at,
    busy,
    later,
)
from tests.scheduling.stage import Stage, on_stage

from parley_contracts.applications import (
    ApplicationClosed,
    ApplicationOnHold,
    ApplicationReopened,
    HiringTeamChanged,
    InterviewRequestCancelled,
)
from parley_contracts.event import Event
from parley_contracts.interviewers import PoolMembership
from parley_contracts.notifications import InvitationAnswered
from parley_contracts.plan import HiringTeam
from parley_contracts.rounds import NoShowReported, Round, RoundDecided
from parley_local.databases import Postgres

POOL = (PoolMembership(pool_id="backend"),)
BUSY = "ats.busy.v1"
APPLICATIONS = "ats.applications.v1"
STATES = """
select 'person' as kind, id, state from person where state is not null
union all select 'interviewer', id, state from interviewer where state is not null
union all select 'calendar', id, state from calendar where state is not null
union all select 'application', id, state from application where state is not null
union all select 'interview', id, state from interview where state is not null
union all select 'offer', id, state from offer where state is not null
"""


def ids(n: int) -> dict[str, str]:
    return {
        "interview_id": f"ats:i{n}",
        "application_id": f"ats:a{n}",
        "candidate_id": f"ats:candidate{n}",
    }


def a_round(n: int, **pair: Any) -> Round:
    return Round(
        status="collecting",
        hiring_team=HiringTeam(recruiter_id=RECRUITER),
        job_title="Backend engineer",
        stage_name="Technical interview",
        pair=pair,
        **ids(n),
    )


def applications() -> list[Event]:
    imported = a_session(a_seat(ANNA), starts_at=at(4, 9))
    return [
        a_request(**ids(1)),
        a_request(a_session(a_seat(pool_id="backend"), a_seat(ANNA)), **ids(2)),
        an_import(imported, **ids(3)),
        HiringTeamChanged(application_id="ats:a2", hiring_team=HiringTeam(recruiter_id="ats:rolf")),
        a_request(**ids(4)),
        a_request(a_session(a_seat(one_of=[BORIS, CHEN])), **ids(5)),
        ApplicationOnHold(application_id="ats:a4", until=at(30, 0)),
        ApplicationReopened(application_id="ats:a4"),
        a_request(**ids(4) | {"interview_id": "ats:i4b"}),
        a_request(a_session(a_seat(one_of=[BORIS, CHEN])), **ids(5) | {"interview_id": "ats:i5b"}),
        a_request(**ids(1) | {"interview_id": "ats:i1b"}),
        InterviewRequestCancelled(application_id="ats:a1", interview_id="ats:i1b"),
        ApplicationClosed(application_id="ats:a4", outcome="hired"),
    ]


def the_day() -> dict[str, list[Event]]:
    """Every topic that scheduling reads, each in the order of its own records."""
    declined = {"recorded": True, "told": {"decision": "decline", "told_at": later(hours=3)}}
    return {
        "ats.people.v1": [
            *(a_person(f"ats:candidate{n}", zone="Asia/Kolkata", revision=1) for n in range(1, 6)),
            a_person(ANNA),
            a_person("ats:candidate1", zone="Europe/Paris", revision=2),
        ],
        "ats.interviewers.v1": [
            a_profile(ANNA, buffer_after_minutes=15),
            a_profile(BORIS, pools=POOL, limits={"per_day": 2}),
            a_profile(CHEN, pools=POOL, zone="America/New_York"),
            a_profile(ANNA, buffer_after_minutes=30),
        ],
        BUSY: [
            busy(ANNA, (at(3, 9), at(3, 11)), (at(4, 9, 30), at(4, 10))),
            busy(BORIS, (at(2, 0), at(5, 0))),
        ],
        APPLICATIONS: applications(),
        "parley.rounds.v1": [
            NoShowReported(
                revision=1,
                round=a_round(3),
                session_id="talk",
                absent="candidate",
                reported_by="company",
            ),
            RoundDecided(revision=2, round=a_round(3)),
            RoundDecided(revision=1, round=a_round(5, candidate=declined)),
        ],
        "parley.notifications.v1": [
            InvitationAnswered(
                revision=1,
                interview_id="ats:i3",
                session_id="talk",
                person_id=ANNA,
                answer="declined",
                starts_at=at(4, 9),
            ),
            InvitationAnswered(
                revision=1,
                interview_id="ats:i1",
                session_id="talk",
                person_id=ANNA,
                answer="accepted",
                starts_at=at(5, 9),
            ),
        ],
    }


async def _pages(stage: Stage) -> None:
    """What candidates do once everything is in."""
    for n, start in ((1, at(5, 9)), (2, at(8, 14)), (4, at(5, 14))):
        await stage.book(start, interview=f"ats:i{n}", who=f"ats:candidate{n}")
    await stage.settle()


async def _play(stage: Stage, order: list[str], *, pages_after: int | None = None) -> None:
    day = the_day()
    for place, topic in enumerate(order):
        if place == pages_after:
            await _pages(stage)
        moments = itertools.count()
        records = [
            stage.record(one, happened_at=NOW.replace(microsecond=next(moments)))
            for one in day[topic]
        ]
        await stage.batch.ingest(records)
        await stage.settle()
    if pages_after is None:
        await _pages(stage)


async def _state(stage: Stage) -> dict[str, Any]:
    """All that matters of it: who counts revisions and which record asked does not."""
    left_aside = {"revision", "serial", "record", "version", "avoided", "notes"}
    found: dict[str, Any] = {}
    for row in await stage.pool.fetch(STATES):
        state = json.loads(row["state"])
        kept = {name: value for name, value in state.items() if name not in left_aside}
        found[f"{row['kind']} {row['id']}"] = kept
    live = {name for name, one in found.items() if one.get("status") in {"offered", "booked"}}
    for name in [name for name in found if name.startswith("offer ")]:
        if name.replace("offer", "interview") not in live:
            del found[name]
    found["bookings"] = sorted(
        (one.interview_id, one.interviewer_id, one.starts_at, one.held_until)
        for one in await stage.bookings()
    )
    return found


def _orders(first: str, second: str) -> tuple[list[str], list[str]]:
    rest = [topic for topic in the_day() if topic not in {first, second}]
    return [*rest, first, second], [*rest, second, first]


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.combinations(list(the_day()), 2)), ids=str
)
async def test_either_order_ends_in_the_same_state(
    postgres: Postgres, first: str, second: str
) -> None:
    states = []
    for number, order in enumerate(_orders(first, second)):
        name = f"pair_{abs(hash((first, second)))}_{number}"
        dsn = await postgres.create_database(name)
        async with on_stage(dsn) as stage:
            await _play(stage, order)
            states.append(await _state(stage))
            assert not await stage.parked()
            assert not await stage.letters()
        await postgres.drop_database(name)

    one, other = states
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


async def test_a_late_busy_time_leaves_the_bookings_and_is_told_as_a_conflict(stage: Stage) -> None:
    order = [topic for topic in the_day() if topic != BUSY]
    await _play(stage, [*order, BUSY], pages_after=len(order))

    held = {(one.interview_id, one.interviewer_id) for one in await stage.bookings()}
    assert ("ats:i1", ANNA) in held
    late = busy(ANNA, (at(5, 9), at(5, 10)))
    await stage.told(late)

    assert {(one.interview_id, one.interviewer_id) for one in await stage.bookings()} == held
    conflicts = [
        one.interview.interview_id
        for one in await stage.published()
        if type(one).__name__ == "BookingConflictFound"
    ]
    assert conflicts == ["ats:i1"]
