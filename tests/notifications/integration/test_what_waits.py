"""Unknown people, erased people, merged people; everything sent again; one topic wholly after another."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise, permutations
from pathlib import Path

import pytest
from tests.notifications.day import Day, day_running
from tests.notifications.events import (
    APPLICATION,
    CANDIDATE,
    IVAN,
    JUN,
    KIM,
    NOW,
    STARTS,
    booked,
    card,
    clock_state,
    closed,
    everyone,
    interview,
    offered,
    opened,
    person,
    round_,
    seat,
    session,
)

from parley_contracts import applications, candidate_updates, interviews, people, rounds
from parley_contracts.event import Event
from parley_contracts.topics import published_as
from parley_local.databases import Postgres


def whole_day() -> list[Event]:
    """In the order in which it happened."""
    moved = session(
        starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=1)
    )
    replaced = moved.model_copy(update={"seats": (seat(KIM), seat(JUN))})
    asked = round_(
        cards=(card(KIM), card(JUN, "submitted")),
        review=rounds.Review(status="asked", due_at=STARTS + timedelta(days=3)),
    )
    told = rounds.Told(decision="decline", told_at=STARTS)
    decided = asked.model_copy(
        update={"pair": rounds.Pair(company=rounds.SideOfPair(recorded=True, told=told))}
    )
    return [
        *everyone(),
        opened(),
        candidate_updates.CandidateUpdated(revision=1, application=clock_state()),
        offered(1),
        booked(2),
        interviews.InterviewRescheduled(
            revision=3,
            interview=interview(sessions=(moved,)),
            by="candidate",
            moves=(interviews.SessionMove(session_id="s1", was_at=STARTS),),
        ),
        interviews.InterviewerReplaced(
            revision=4,
            interview=interview(sessions=(replaced,)),
            session_id="s1",
            replaced_id=IVAN,
            interviewer_id=KIM,
        ),
        rounds.PreparationReady(revision=1, round=round_("preparing")),
        rounds.FeedbackRequested(
            revision=2,
            round=asked,
            kind="review",
            person_id=CANDIDATE,
            due_at=STARTS + timedelta(days=3),
        ),
        rounds.RoundDecided(revision=3, round=decided),
        closed("rejected"),
        candidate_updates.CandidateUpdateDue(
            revision=2, application=clock_state(status="closed", outcome="rejected")
        ),
    ]


TOPICS = tuple(dict.fromkeys(published_as(type(event))[0].name for event in whole_day()))


def topic_of(event: Event) -> str:
    return published_as(type(event))[0].name


async def final_state(day: Day) -> dict[str, object]:
    """What holds and what is open at the end; how mails were cut on the way there may differ."""
    rows = await day.service.pool.fetch(
        "select 'dossier' as kind, id, state -> 'interview' as a, state -> 'round' as b,"
        " (select jsonb_object_agg(person_id, one -> 'told') from jsonb_each(state -> 'letters')"
        "  as letter (person_id, one) where one -> 'told' ->> 'meetings' <> '[]') as c,"
        " (select jsonb_agg(one - 'since' order by (one - 'since')::text)"
        "  from jsonb_array_elements(state -> 'items') as one) as d from dossier where state is not null"
        " union all select 'application', id, state -> 'state', state -> 'clock', state -> 'told',"
        " (select jsonb_agg(one - 'since' order by (one - 'since')::text)"
        "  from jsonb_array_elements(state -> 'items') as one) from application where state is not null"
        " order by 1, 2"
    )
    return {row["id"]: tuple(row)[2:] for row in rows}


async def play(day: Day, events: Sequence[Event]) -> dict[str, object]:
    for event in events:
        await day.hear(event, at=NOW)
        await day.settle()
    assert await day.parked() == []
    return await final_state(day)


async def test_each_topic_wholly_after_each_other_comes_to_the_same(
    postgres: Postgres, tmp_path: Path
) -> None:
    reached: dict[str, dict[str, object]] = {}
    for number, (first, last) in enumerate([("", ""), *permutations(TOPICS, 2)]):
        others = [one for one in whole_day() if topic_of(one) not in (first, last)]
        early = [one for one in whole_day() if topic_of(one) == first]
        late = [one for one in whole_day() if topic_of(one) == last]
        name = f"pair_{number}_{tmp_path.name[-8:].replace('-', '_').lower()}"
        folder = tmp_path / str(number)
        folder.mkdir()
        dsn = await postgres.create_database(name)
        async with day_running(dsn, folder) as day:
            reached[f"{first} before {last}"] = await play(day, [*early, *others, *late])
        await postgres.drop_database(name)

    usual = reached.pop(" before ")
    assert {pair: state for pair, state in reached.items() if state != usual} == {}


async def test_whole_day_sent_again_under_new_ids_tells_nobody_anything(day: Day) -> None:
    for event in whole_day():
        await day.hear(event, at=NOW)
    await day.settle()
    mails, published = len(day.sink.mails), len(await day.published())

    for event in whole_day():
        await day.hear(event, at=NOW, name="again")
    await day.settle()

    assert (len(day.sink.mails), len(await day.published())) == (mails, published)


async def test_state_published_again_at_another_time_tells_nobody_anything(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked(2))
    await day.settle()
    mails = len(day.sink.mails)

    await day.hear(booked(2), booked(1), booked(3), at=NOW + timedelta(hours=1), name="other")
    await day.settle()

    assert len(day.sink.mails) == mails


async def test_mail_to_an_unknown_person_waits_and_is_released(day: Day) -> None:
    others = [one for one in everyone() if one.person_id != CANDIDATE]
    await day.hear(*others, opened(), offered())
    await day.settle()
    assert day.sink.mails == []

    await day.pass_by(timedelta(minutes=11))
    (said,) = await day.published("parley.intake.record-waiting.v1")
    assert (said["missing"], said["missing_id"]) == ("person", CANDIDATE)
    assert said["record"]["type"] == "parley.interview.slots-offered.v1"

    await day.hear(person(CANDIDATE))
    await day.settle()
    assert day.sink.subjects("ana@") == ["Pick a time: Technical interview for Backend engineer"]


async def test_what_was_overtaken_while_it_waited_is_not_told(day: Day) -> None:
    others = [one for one in everyone() if one.person_id != CANDIDATE]
    await day.hear(*others, opened(), offered(1))
    await day.settle()
    await day.hear(booked(2))
    await day.settle()

    await day.hear(person(CANDIDATE))
    await day.settle()

    (subject,) = day.sink.subjects("ana@")
    assert subject.startswith("Booked")


async def test_erased_person_is_forgotten_and_gets_nothing(day: Day) -> None:
    await day.service.brake.pause("operator", now=NOW)
    await day.hear(*everyone(), opened(), offered())
    await day.settle()
    await day.erase(CANDIDATE)
    await day.service.brake.resume(now=NOW)
    await day.settle()

    (held,) = await day.published("parley.notification.suppressed.v1")
    assert (held["reason"], day.sink.to("ana@")) == ("person_erased", [])
    everything = await day.service.pool.fetchval(
        "select coalesce(string_agg(t::text, ' '), '') from"
        " (select state::text from person union all select state::text from message"
        " union all select state::text from dossier) as t"
    )
    assert "Ana" not in everything
    assert "ana@mail" not in everything


async def test_dead_letters_of_an_erased_person_go_too(day: Day) -> None:
    broken = day.record(person(CANDIDATE))
    bad = type(broken)(
        broken.topic, 0, broken.offset, broken.key, b'{"person_id": "ats:ana"}', broken.headers
    )
    gone = type(broken)(broken.topic, 0, broken.offset + 1, broken.key, None, ())
    await day.service.batch.ingest([bad, gone])
    assert await day.service.pool.fetchval("select count(*) from dead_letter") == 1

    await day.settle()

    assert await day.service.pool.fetchval("select count(*) from dead_letter") == 0


async def test_only_a_higher_revision_brings_an_erased_person_back(day: Day) -> None:
    await day.hear(person(CANDIDATE, revision=4))
    await day.erase(CANDIDATE)

    await day.hear(person(CANDIDATE, revision=4), at=NOW + timedelta(hours=1))
    (refused,) = await day.published("parley.intake.record-rejected.v1")
    await day.hear(person(CANDIDATE, revision=5), opened(), offered())
    await day.settle()

    assert refused["reason"] == "erased"
    assert len(day.sink.to("ana@")) == 1


async def test_merged_person_is_reached_where_who_remains_is_reached(day: Day) -> None:
    remains = person(CANDIDATE, email="remains@mail.example").model_copy(
        update={"person_id": "ats:ana-2"}
    )
    merged = people.PersonMerged(person_id=CANDIDATE, into_id="ats:ana-2", revision=2)
    await day.hear(*everyone(), remains, merged, opened(), offered())

    await day.settle()

    assert len(day.sink.to("remains@mail.example")) == 1
    assert day.sink.to("ana@") == []


@pytest.mark.parametrize("erased_first", [True, False])
async def test_mails_to_an_id_of_long_ago_go_with_whoever_remains(
    day: Day,
    erased_first: bool,  # noqa: FBT001 - a case
) -> None:
    remains = person(CANDIDATE, email="remains@mail.example").model_copy(
        update={"person_id": "ats:ana-3"}
    )
    merges = (
        people.PersonMerged(person_id=CANDIDATE, into_id="ats:ana-2", revision=2),
        people.PersonMerged(person_id="ats:ana-2", into_id="ats:ana-3", revision=2),
    )
    await day.service.brake.pause("operator", now=NOW)
    await day.hear(*everyone(), remains, opened(), offered())
    await day.settle()
    if erased_first:
        await day.erase("ats:ana-3")
        await day.hear(merges[1], merges[0])
    else:
        await day.hear(*merges)
        await day.erase("ats:ana-3")
    await day.service.brake.resume(now=NOW)
    await day.settle()

    (held,) = await day.published("parley.notification.suppressed.v1")
    assert (held["reason"], day.sink.to("remains@"), day.sink.to("ana@")) == (
        "person_erased",
        [],
        [],
    )
    written = "select string_agg(state::text, '') from message where person_id = $1"
    assert '"parts": []' in await day.service.pool.fetchval(written, CANDIDATE)


async def test_merges_are_followed_to_their_end(day: Day) -> None:
    chain = [CANDIDATE, *(f"ats:ana-{number}" for number in range(8))]
    remains = person(CANDIDATE, email="remains@mail.example").model_copy(
        update={"person_id": chain[-1]}
    )
    merges = [
        people.PersonMerged(person_id=one, into_id=other, revision=2)
        for one, other in pairwise(chain)
    ]
    await day.hear(*everyone(), remains, *merges, opened(), offered())
    await day.settle()

    assert len(day.sink.to("remains@mail.example")) == 1


async def test_what_waits_for_somebody_erased_waits_no_longer(day: Day) -> None:
    await day.hear(*[one for one in everyone() if one.person_id != CANDIDATE], opened(), offered())
    await day.settle()
    waiting = "select count(*) from dossier where waiting_for @> array[$1::text]"
    assert await day.service.pool.fetchval(waiting, CANDIDATE) == 1

    await day.erase(CANDIDATE)
    await day.settle()

    assert await day.service.pool.fetchval(waiting, CANDIDATE) == 0


@pytest.mark.parametrize("told", [True, False])
async def test_rejection_is_told_once_whoever_says_it_first(day: Day, told: bool) -> None:  # noqa: FBT001 - a case
    decline = rounds.Told(decision="decline", told_at=STARTS)
    pair = rounds.Pair(company=rounds.SideOfPair(recorded=True, told=decline))
    decided = rounds.RoundDecided(revision=1, round=round_(pair=pair))
    await day.hear(*everyone(), opened())
    for event in (decided, closed("rejected")) if told else (closed("rejected"), decided):
        await day.hear(event)
        await day.settle()

    assert len(day.sink.to("ana@")) == 1


async def test_application_that_is_closed_later_is_told_for_itself(day: Day) -> None:
    decline = rounds.Told(decision="decline", told_at=STARTS)
    pair = rounds.Pair(company=rounds.SideOfPair(recorded=True, told=decline))
    await day.hear(*everyone(), opened(), rounds.RoundDecided(revision=1, round=round_(pair=pair)))
    await day.settle()
    day.clock.moment = NOW + timedelta(days=2)

    await day.hear(closed("rejected"))
    await day.settle()

    assert day.sink.subjects("ana@") == [
        "About Technical interview for Backend engineer",
        "Your application for Backend engineer",
    ]


async def test_candidate_whom_the_ats_told_is_not_told_again(day: Day) -> None:
    await day.hear(*everyone(), opened(), closed("rejected", candidate_told=True))
    await day.settle()

    assert day.sink.mails == []


async def test_hold_and_going_on_are_told(day: Day) -> None:
    hold = applications.ApplicationOnHold(
        application_id=APPLICATION, until=NOW + timedelta(days=20), revision=2
    )
    await day.hear(*everyone(), opened(), hold)
    await day.settle()
    await day.hear(applications.ApplicationReopened(application_id=APPLICATION, revision=3))
    await day.settle()

    assert day.sink.subjects("ana@") == [
        "Your application for Backend engineer is on hold",
        "Your application for Backend engineer goes on",
    ]
