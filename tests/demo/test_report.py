"""The report counts both sides, and can be kept as JSON."""

import json
from dataclasses import replace

from rich.console import Console
from tests.demo.building import CANDIDATE, NINE, a_day, a_mail, an_interview, booked, opened

from parley_contracts.notifications import Notification, NotificationSent
from parley_local.demo import report
from parley_local.demo.evidence import Evidence
from parley_local.demo.invariants import Violation

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PLAYED = report.Played(
    applications=1, seed=1, jumps=3, seconds=2.0, said={}, done={"booked a time": 1}, visitor=""
)


def a_day_with_a_mail() -> Evidence:
    """The booking was told in a mail a quarter of a second after it was published."""
    told = Notification(
        notification_id="1",
        person_id=CANDIDATE,
        kind="invite",
        status="sent",
        at=NINE,
        told=[{"type": "parley.interview.booked.v1", "aggregate_id": "int:1", "revision": 1}],
    )
    day = a_day(
        opened(),
        booked(an_interview()),
        NotificationSent(revision=1, notification=told),
        mails=[replace(a_mail(CANDIDATE), wall=100.25)],
    )
    began = replace(day.records[-2], trace=TRACE, wall=100.0)
    return replace(day, records=(*day.records[:-2], began, day.records[-1]))


def test_both_sides_are_counted() -> None:
    made = report.make(a_day_with_a_mail(), PLAYED, [])

    assert made["company"]["booked"] == 1
    assert made["candidates"]["invites"] == 1
    assert made["candidates"]["applications"] == 1
    assert made["event_to_mail"] == {"mails": 1, "p50_seconds": 0.25, "p99_seconds": 0.25}
    assert json.loads(json.dumps(made)) == made


def test_what_the_ats_began_counts_from_there() -> None:
    day = a_day_with_a_mail()
    records = [replace(one, trace=TRACE) if one.data == opened() else one for one in day.records]
    said = {TRACE.split("-")[1]: 99.25}

    made = report.make(replace(day, records=tuple(records)), replace(PLAYED, said=said), [])

    assert made["event_to_mail"]["p50_seconds"] == 1.0


def test_violations_are_named_in_words() -> None:
    broken = [Violation("no double booking", "staff:ines sits twice")]
    console = Console(width=120, record=True, file=None, quiet=False)

    with console.capture() as shown:
        console.print(report.in_words(report.make(a_day_with_a_mail(), PLAYED, broken)))

    assert "no double booking: 1 times" in shown.get()
    assert "staff:ines sits twice" in shown.get()
    assert "250 ms (p50)" in shown.get()
