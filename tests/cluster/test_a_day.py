"""A hiring day played into Parley on a cluster, while pods, brokers, databases and versions come and go."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cluster.befalls import BEFALLS
from tests.cluster.doors import Doors, watched
from tests.cluster.installation import SERVICES, Installation, installed, until
from tests.cluster.report import Report

from parley_contracts.links import OWNERS

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1800)]
OVERLAY = Path(__file__).parent / "rehearsal"
DAY_SECONDS = 1200


@pytest.fixture(scope="module")
def there(cluster: None) -> Iterator[Installation]:
    with installed(OVERLAY, "parley-rehearsal") as found:
        yield found


def test_a_day_holds_whatever_befalls_it(there: Installation, report: Report) -> None:
    began = time.monotonic()
    there.until_rolled_out()
    there.said("rollout", "status", "statefulset/mailbox", "--timeout=60s")
    report.add("rehearsal: installed", "every pod ready", time.monotonic() - began)

    with watched(there.namespace) as doors:
        for befall in BEFALLS:
            began = time.monotonic()
            what = befall(there)
            report.add(befall.__name__.replace("_", " "), what, time.monotonic() - began)
        assert not said(there), "the day was over before all of it had befallen it"
        told = the_day(there)

    assert told["violations"] == []
    assert told["company"]["booked"] > 0
    failed = [one for one in told["unanswered"] if could_have_been_answered(one, doors)]
    for service in SERVICES:
        assert there.command(service, "reconcile")["warnings"] == []
        assert there.command(service, "status")["timers"]["parked"] == 0
    report.add("the day", in_words(told), told["seconds"])
    assert failed == []


def the_day(there: Installation) -> dict[str, Any]:
    """What whoever played it says at its end."""
    until(lambda: bool(said(there)), seconds=DAY_SECONDS, what="the end of the day")
    (player,) = there.pods("app.kubernetes.io/name=mailbox")
    assert player["status"]["containerStatuses"][0]["restartCount"] == 0
    told: dict[str, Any] = json.loads(said(there))
    return told


def said(there: Installation) -> str:
    """Nothing before the day is over."""
    line = there.said("logs", "mailbox-0", "--tail=1")
    return line if line.startswith("{") else ""


def could_have_been_answered(page: dict[str, Any], doors: Doors) -> bool:
    """By a pod that was ready, and whose database was."""
    service = OWNERS[page["purpose"]]
    at = page["wall"]
    return doors.fewest(f"{service}-web", at) > 0 and doors.fewest("postgres", at) > 0


def in_words(told: dict[str, Any]) -> str:
    company = told["company"]
    return (
        f"{told['applications']} applications, {company['interviews requested']} interviews asked for,"
        f" {company['booked']} booked, {told['records']} records: nothing lost, nothing twice;"
        f" {len(told['unanswered'])} page requests met no pod"
    )
