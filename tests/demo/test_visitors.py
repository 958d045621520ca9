"""Whoever visits is told whose part to play, and in which mailbox it begins."""

from dataclasses import replace

import pytest
from tests.demo.building import NINE, a_mail

from parley_local.demo import feed
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People
from parley_local.demo.visitors import what_now

ADDRESS = "http://127.0.0.1:1"


def told(day: feed.Feed) -> str:
    people = People(Mailbox(lambda: NINE), {}, {}, 1, left_alone=frozenset({"robin@x"}))
    offer = a_mail("robin", "http://scheduling.example/book/int/robin?token=a")
    people.mailbox.mails = [replace(offer, recipient="robin@x")]
    return what_now(ADDRESS, people, day).plain


@pytest.mark.parametrize("applications", [8, 60])
def test_all_four_parts_are_named_with_their_mailboxes(applications: int) -> None:
    text = told(feed.make(applications=applications, seed=1))

    assert f"{ADDRESS}/mail/1 asks you, as robin@x" in text
    assert f"decides: Inês Carvalho ({ADDRESS}/?person=staff.ines@northwind.example)" in text
    assert "Be the recruiter: Paul Achterberg" in text
    assert "15 days after it was opened" in text


def test_an_interviewer_whom_the_ats_names_is_named() -> None:
    assert "once a time is booked, Eva Lindqvist" in told(feed.make(applications=60, seed=1))
    assert "newest invites" in told(feed.make(applications=8, seed=1))


def test_nobody_is_named_in_somebodys_own_events() -> None:
    day = replace(feed.make(applications=8, seed=1), visitor="")

    assert "everybody in them is simulated" in told(day)
    assert "Be the" not in told(day)
