"""The ingest shell: one batch, one transaction, and the four answers to trouble."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.conformance.conftest import Bench
from tests.conformance.tally import NOW, Bug, Tally, count

THERE = 'insert into side (id, state) values (\'ats:there\', \'{"id": "ats:there", "count": 0}\')'


async def test_a_failing_record_costs_its_batch_nothing_else(bench: Bench) -> None:
    records = [
        bench.record(i, key=f"ats:{i % 50}", channel="letter" if i == 250 else "email")
        for i in range(500)
    ]

    await bench.batch().ingest(records)

    assert await bench.total() == 499
    (letter,) = await bench.letters()
    assert letter["offset"] == 250
    assert "Bug" in letter["reason"]
    assert await bench.answers() == []


async def test_what_collides_with_nobody_is_a_bug_and_the_others_go_on(bench: Bench) -> None:
    """A row that is made anew although it is there would be tried for ever, and hold all that comes after it."""
    await bench.pool.execute(THERE)

    await bench.batch().ingest(
        [bench.record(i, key=f"ats:{i}", channel="visit" if i == 1 else "email") for i in range(3)]
    )

    assert await bench.counts() == {"ats:0": 1, "ats:2": 1}
    (letter,) = await bench.letters()
    assert (letter["offset"], "Collision" in letter["reason"]) == (1, True)


async def test_order_per_key_is_kept_where_a_record_fails(bench: Bench) -> None:
    records = [
        bench.record(i, key=f"ats:{i % 7}", channel="letter" if i == 100 else "email")
        for i in range(200)
    ]

    await bench.batch().ingest(records)

    for key in range(7):
        seen = json.loads(
            await bench.pool.fetchval("select state->'seen' from tally where id = $1", f"ats:{key}")
        )
        assert seen == [f"e{i}" for i in range(200) if i % 7 == key and i != 100]


async def test_published_revisions_are_consecutive(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(i) for i in range(20)])
    await bench.batch().ingest([bench.record(i) for i in range(20, 30)])

    revisions = [json.loads(row["payload"])["revision"] for row in await bench.outgoing()]
    assert revisions == list(range(1, 31))


async def test_redelivery_changes_nothing(bench: Bench) -> None:
    records = [bench.record(i, key=f"ats:{i % 5}") for i in range(50)]
    await bench.batch().ingest(records)

    await bench.batch().ingest(records)
    await bench.batch().ingest([*records[10:20], bench.record(50)])

    assert await bench.total() == 51
    assert len(await bench.outgoing()) == 51
    assert await bench.letters() == []


async def test_a_repeat_under_a_new_id_is_nothing(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(1)])

    again = bench.record(2, event_id="sent-again", at=NOW + timedelta(seconds=1))
    await bench.batch().ingest([again])
    await bench.batch().ingest([again])

    assert await bench.total() == 1
    assert await bench.letters() == []


async def test_two_repeats_in_one_batch_have_one_effect(bench: Bench) -> None:
    at = NOW + timedelta(hours=1)

    await bench.batch().ingest(
        [bench.record(1, at=at, event_id="one"), bench.record(2, at=at, event_id="two")]
    )

    assert await bench.total() == 1


async def test_an_id_used_for_other_content_is_dead_lettered_and_answered(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(1, event_id="same")])

    reused = bench.record(2, event_id="same", channel="phone")
    await bench.batch().ingest([reused])
    await bench.batch().ingest([reused])

    assert await bench.total() == 1
    (letter,) = await bench.letters()
    assert letter["field"] == "id"
    (answer,) = await bench.answers()
    assert json.loads(answer["payload"])["record"]["offset"] == 2


async def test_an_id_used_twice_in_one_batch_is_dead_lettered(bench: Bench) -> None:
    await bench.batch().ingest(
        [bench.record(1, event_id="same"), bench.record(2, event_id="same", channel="phone")]
    )

    assert await bench.total() == 1
    (letter,) = await bench.letters()
    assert letter["offset"] == 2


async def test_a_record_without_an_id_is_one_dead_letter_however_often_it_comes(
    bench: Bench,
) -> None:
    good = bench.record(1)
    bad = replace(good, headers=tuple(h for h in good.headers if h[0] != "ce_id"))

    await bench.batch().ingest([bad, bench.record(2)])
    await bench.batch().ingest([bad])

    (letter,) = await bench.letters()
    assert letter["field"] == "ce_id"
    assert letter["value"] == good.value
    assert len(await bench.answers()) == 1
    assert await bench.total() == 1


@pytest.mark.parametrize(
    "break_it",
    [
        lambda r: replace(r, value=b"not json"),
        lambda r: replace(r, value=b"[1, 2]"),
        lambda r: replace(r, value=None),
        lambda r: replace(r, value=b"[" * 10_000),
        lambda r: replace(r, value=b'{"application_id": "' + b"x" * 1_000_000 + b'"}'),
        lambda r: replace(r, headers=(*r.headers, ("ce_partitionkey", b"\xff\xfe"))),
        lambda r: replace(r, key=b"\xff"),
        lambda r: replace(r, key=None),
    ],
    ids=["no-json", "shape", "null", "deep", "huge", "header", "key-bytes", "no-key"],
)
async def test_a_broken_record_is_kept_answered_and_passed_by(bench: Bench, break_it: Any) -> None:
    bad = break_it(bench.record(1))

    await bench.batch().ingest([bad, bench.record(2)])

    assert await bench.total() == 1
    (letter,) = await bench.letters()
    assert (letter["value"], letter["key"]) == (bad.value, bad.key)
    (answer,) = await bench.answers()
    assert "xxx" not in answer["payload"].decode()


async def test_each_of_two_records_that_are_broken_alike_is_kept_and_answered(bench: Bench) -> None:
    first, second = (replace(bench.record(number), value=b"{") for number in (1, 2))

    await bench.batch().ingest([first])
    await bench.batch().ingest([second])

    assert [letter["offset"] for letter in await bench.letters()] == [1, 2]
    assert len(await bench.answers()) == 2


async def test_a_broken_record_sent_again_under_a_new_id_is_kept_once(bench: Bench) -> None:
    at = NOW + timedelta(seconds=1)
    first, again = (
        replace(bench.record(number, event_id=f"e{number}", at=at), value=b"{") for number in (1, 2)
    )

    await bench.batch().ingest([first, again])

    assert [letter["offset"] for letter in await bench.letters()] == [1]


async def test_who_does_not_own_a_topics_intake_keeps_no_broken_record(bench: Bench) -> None:
    bad = replace(bench.record(1), value=b"not json")
    reused = bench.record(3, event_id="e2", channel="phone")

    await bench.batch(owned=False).ingest([bad, bench.record(2), reused])

    assert await bench.total() == 1
    assert await bench.letters() == []
    assert await bench.answers() == []


async def test_an_unknown_type_is_counted_and_skipped(bench: Bench) -> None:
    seen = partial(
        bench.plumbing.metrics.REGISTRY.get_sample_value,
        "parley_records_total",
        {"topic": "ats.applications.v1", "result": "unknown type"},
    )
    before = seen() or 0
    good = bench.record(1)
    headers = _typed(good, b"ats.something.new.v1")

    await bench.batch().ingest([replace(good, headers=headers), bench.record(2)])

    assert seen() == before + 1
    assert await bench.total() == 1
    assert await bench.letters() == []


@pytest.mark.parametrize("owned", [False, True])
async def test_what_leads_to_nothing_here_is_not_even_decoded_on_topics_of_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, owned: bool
) -> None:
    """On a topic whose writers we answer it is: what is broken there has to be found."""
    decoded: list[bytes] = []
    decode = bench.plumbing.batch.cloudevents.decode

    def noting(topic: Any, key: Any, value: bytes, headers: Any) -> Any:
        decoded.append(dict(headers)["ce_type"])
        return decode(topic, key, value, headers)

    monkeypatch.setattr(bench.plumbing.batch.cloudevents, "decode", noting)
    others = replace(bench.record(1), headers=_typed(bench.record(1), b"ats.application.opened.v1"))

    await bench.batch(owned=owned).ingest([others, bench.record(2)])

    assert decoded.count(b"ats.application.opened.v1") == int(owned)
    assert await bench.total() == 1
    assert len(await bench.letters()) == int(owned)


def _typed(record: Any, ce_type: bytes) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, ce_type if name == "ce_type" else value) for name, value in record.headers)


async def test_a_refusal_is_done_and_no_dead_letter(bench: Bench) -> None:
    refused = bench.record(1, channel="chat")

    await bench.batch().ingest([refused, bench.record(2)])
    await bench.batch().ingest([refused])

    assert await bench.total() == 1
    assert await bench.letters() == []
    assert await bench.pool.fetchval("select count(*) from inbox") == 2


async def test_overlapping_batches_lose_and_double_nothing(bench: Bench) -> None:
    records = [bench.record(i, key=f"ats:{i % 20}") for i in range(300)]
    shells = [bench.batch() for _ in range(4)]

    await asyncio.gather(
        shells[0].ingest(records[:200]),
        shells[1].ingest(records[100:]),
        shells[2].ingest(list(reversed(records[50:250]))),
        shells[3].ingest(records),
    )

    assert await bench.total() == 300
    revisions: dict[str, list[int]] = {}
    for row in await bench.outgoing():
        revisions.setdefault(row["aggregateid"], []).append(json.loads(row["payload"])["revision"])
    assert all(found == list(range(1, 16)) for found in revisions.values())


async def test_touching_what_was_not_loaded_loads_it_and_runs_again(bench: Bench) -> None:
    runs = 0

    def touching(message: Any, work: Any, *, now: Any) -> Any:
        nonlocal runs
        runs += 1
        count(message, work, now=now)
        other = work.tallies.get("ats:other") or Tally("ats:other")
        work.tallies.put(replace(other, count=other.count + 1))

    await bench.batch(touching).ingest([bench.record(1)])

    assert await bench.counts() == {"ats:a": 1, "ats:other": 1}
    assert runs == 2
    assert len(await bench.outgoing()) == 1


async def test_an_event_over_64_kib_is_refused_where_it_is_made(bench: Bench) -> None:
    def shouting(message: Any, work: Any, *, now: Any) -> Any:
        count(message, work, now=now)
        if message.id == "e1":
            event = work.outgoing[-1].event
            huge = event.application.model_copy(update={"job_title": "x" * 70_000})
            work.publish(event.model_copy(update={"application": huge}), at=now)

    await bench.batch(shouting).ingest([bench.record(0), bench.record(1), bench.record(2)])

    assert await bench.total() == 2
    (letter,) = await bench.letters()
    assert letter["offset"] == 1
    assert "EventTooLarge" in letter["reason"]


def failing(message: Any, work: Any, *, now: Any) -> Any:
    raise Bug


async def test_redriving_twice_has_one_effect(bench: Bench) -> None:
    await bench.batch(failing).ingest([bench.record(1)])
    (letter,) = await bench.letters()

    mended = bench.batch()
    first = await mended.redrive(letter["id"])
    second = await mended.redrive(letter["id"])

    assert (first, second) == (True, False)
    assert await bench.total() == 1
    assert await bench.letters() == []


async def test_redriving_at_once_has_one_effect(bench: Bench) -> None:
    await bench.batch(failing).ingest([bench.record(1)])
    (letter,) = await bench.letters()

    shells = [bench.batch() for _ in range(5)]
    answers = await asyncio.gather(*[shell.redrive(letter["id"]) for shell in shells])

    assert sorted(answers) == [False, False, False, False, True]
    assert await bench.total() == 1


async def test_a_letter_that_fails_again_stays(bench: Bench) -> None:
    await bench.batch().ingest([bench.record(1, channel="letter")])
    (letter,) = await bench.letters()

    with pytest.raises(Bug):
        await bench.batch().redrive(letter["id"])

    assert len(await bench.letters()) == 1


async def test_a_letter_that_this_version_has_no_use_for_stays(bench: Bench) -> None:
    await bench.batch(failing).ingest([bench.record(1)])
    (letter,) = await bench.letters()
    shell = bench.batch()
    earlier = replace(shell, subscriptions=replace(shell.subscriptions, events={}))

    failed = bench.plumbing.failed
    answer = await failed.redrive(earlier, failed.Chosen(ids=[letter["id"]]))

    assert (answer.status, answer.report) == (1, {"redriven": 0, "stay": 1})
    assert len(await bench.letters()) == 1


async def test_a_trace_goes_from_the_record_to_what_it_causes(bench: Bench) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    good = bench.record(1)
    header = ("traceparent", f"00-{trace}-00f067aa0ba902b7-01".encode())

    await bench.batch().ingest([replace(good, headers=(*good.headers, header)), bench.record(2)])

    first, second = await bench.outgoing()
    assert first["traceparent"].split("-")[1] == trace
    assert first["traceparent"].split("-")[2] != "00f067aa0ba902b7"
    assert second["traceparent"].split("-")[1] != trace
