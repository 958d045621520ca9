"""Candidates are led to addresses that everybody reaches, staff to their own."""

import re
from collections.abc import AsyncIterator, Iterable
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.notifications.day import Day, day_running
from tests.notifications.events import (
    CANDIDATE,
    COORDINATOR,
    INTERVIEW,
    IVAN,
    booked,
    everyone,
    offered,
    opened,
)
from tests.notifications.links import link_of

CANDIDATES = {"parley.test", "scheduling.test", "feedback.test"}
STAFF = {f"staff.{host}" for host in CANDIDATES}
OF_STAFF = {
    "staff_public_url": "http://staff.parley.test",
    "staff_scheduling_url": "http://staff.scheduling.test/",
    "staff_feedback_url": "http://staff.feedback.test",
}


@pytest.fixture
async def two_hosts(database: str, tmp_path: Path) -> AsyncIterator[Day]:
    async with day_running(database, tmp_path, **OF_STAFF) as running:
        yield running


def hosts(mails: Iterable[EmailMessage]) -> set[str]:
    """Of every signed link, in text and HTML alike."""
    found: set[str] = set()
    for mail in mails:
        for part in mail.walk():
            if part.get_content_maintype() == "text" and part.get_content_subtype() != "calendar":
                links = re.findall(r"https?://\S+?\?token=", part.get_content())
                found |= {urlsplit(one).netloc for one in links}
    return found


async def test_mails_lead_each_side_to_its_own_addresses(two_hosts: Day) -> None:
    await two_hosts.hear(*everyone(), opened(), offered())
    await two_hosts.settle()
    await two_hosts.hear(booked())
    await two_hosts.settle()

    to_candidate = two_hosts.sink.to("ana@")
    to_staff = [one for one in two_hosts.sink.mails if one not in to_candidate]

    assert hosts(to_candidate) == CANDIDATES
    assert {"staff.scheduling.test", "staff.parley.test"} <= hosts(to_staff) <= STAFF


@pytest.mark.parametrize(
    ("who", "page", "to", "host"),
    [
        (IVAN, "home", "prepare", "staff.feedback.test"),
        (IVAN, "home", "seat", "staff.scheduling.test"),
        (COORDINATOR, "desk", "arrange", "staff.scheduling.test"),
        (CANDIDATE, "home", "prepare", "feedback.test"),
        (CANDIDATE, "home", "book", "scheduling.test"),
    ],
)
async def test_a_home_leads_on_to_the_addresses_of_its_side(
    two_hosts: Day, who: str, page: str, to: str, host: str
) -> None:
    await two_hosts.hear(*everyone(), opened(), booked())
    await two_hosts.settle()
    async with two_hosts.browser() as browser:
        await browser.get(link_of(two_hosts.keys, who, page))

        followed = await browser.get(f"/{page}/home/{who}/to/{to}/{INTERVIEW}")

    assert urlsplit(followed.headers["location"]).netloc == host
