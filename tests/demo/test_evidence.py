"""What was kept is read as anybody could read it: records by the contracts, homes by their pages."""

from datetime import datetime
from random import Random

import httpx
import pytest
from aiokafka import ConsumerRecord
from tests.demo.building import CANDIDATE, INES, NINE, a_mail, address, opened

from parley_contracts import cloudevents
from parley_contracts.applications import ApplicationOpened
from parley_local.demo import acts
from parley_local.demo.browser import Browser, Page
from parley_local.demo.evidence import dead_links, homes_of, record_of
from parley_local.demo.homes import Look, ToDo, ask_anew, look_around, newest_links
from parley_local.demo.mailbox import Mailbox
from parley_local.demo.people import People

HOME = """
<main><h1>Hello</h1>
<section aria-labelledby="to-do"><article><h3>Say how it was</h3>
<a href="/home/home/cand:1/to/review/int%3A1">Open</a></article></section>
<section aria-labelledby="coming"><article><h3>Your interview</h3>
<a href="/home/home/cand:1/to/book/int%3A2">Open</a></article></section></main>
"""
DESK = """
<main><h1>Your desk</h1><article><h2>A word is late</h2></article>
<article><h2>No time fits</h2><a href="/desk/home/r/to/arrange/int%3A1">Open</a></article></main>
"""
LINK = "http://pages.example/home/home/cand%3A1?token=a.b.c"


def raw_record(value: bytes, *, at: datetime = NINE) -> ConsumerRecord:
    encoded = cloudevents.encode(opened(), id="1", source="test", time=at)
    return ConsumerRecord(
        topic=f"demo-{encoded.topic}",
        partition=3,
        offset=5,
        timestamp=1_500,
        timestamp_type=1,
        key=encoded.key.encode(),
        value=value,
        checksum=None,
        serialized_key_size=1,
        serialized_value_size=1,
        headers=encoded.headers,
    )


def test_a_record_is_decoded_by_the_contracts() -> None:
    record = record_of(raw_record(opened().model_dump_json().encode()), "demo-")

    assert isinstance(record.data, ApplicationOpened)
    assert (record.topic, record.partition, record.offset) == ("ats.applications.v1", 3, 5)
    assert (record.happened_at, record.wall) == (NINE, 1.5)
    assert "ce_type" in record.raw


def test_a_broken_record_says_why() -> None:
    record = record_of(raw_record(b"{}"), "demo-")

    assert record.data is None
    assert record.broken
    assert record.id == "1"


class Pages:
    """A site of one home, and of one page that it leads to."""

    def __init__(self, home: str = HOME, *, status: int = 200, beyond: int = 200) -> None:
        self.home, self.status, self.beyond = home, status, beyond
        self.posted: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.posted.append(request.content.decode())
            return httpx.Response(200, text="<h1>On its way</h1>")
        if "/to/" in request.url.path:
            return httpx.Response(self.beyond, text="<h1>There</h1>")
        return httpx.Response(self.status, text=self.home)


def browser_of(pages: Pages) -> Browser:
    seen: list[Page] = []
    return Browser.new(httpx.MockTransport(pages), seen.append)


async def test_a_home_lists_what_is_to_be_done_and_not_what_is_good_to_know() -> None:
    look = await look_around(browser_of(Pages()), LINK, "home", walks=True)

    assert look == Look(frozenset({ToDo("home", "review", "int:1")}), ())


async def test_a_desk_lists_items_that_lead_nowhere_by_their_heading() -> None:
    look = await look_around(browser_of(Pages(DESK)), LINK, "desk", walks=True)

    assert look is not None
    assert look.todo == {ToDo("desk", "", "A word is late"), ToDo("desk", "arrange", "int:1")}


@pytest.mark.parametrize(("walks", "count"), [(True, 2), (False, 0)])
async def test_a_link_to_nothing_is_found_by_who_walks(*, walks: bool, count: int) -> None:
    look = await look_around(browser_of(Pages(beyond=404)), LINK, "home", walks=walks)

    assert look is not None
    assert len(look.dead) == count


@pytest.mark.parametrize(("beyond", "count"), [(200, 0), (403, 1), (404, 1), (409, 0), (410, 0)])
async def test_a_page_that_shuts_its_reader_out_in_mid_day_is_written_down(
    *, beyond: int, count: int
) -> None:
    """By the end of the day what led there may be done and gone."""
    people = People(Mailbox(lambda: NINE), {}, {}, 1)
    browser = browser_of(Pages(DESK, beyond=beyond))

    await acts.home(a_visit(people, browser), await browser.open(LINK))

    assert len(list(dead_links(people, {}))) == count


async def test_a_link_that_is_gone_by_now_was_no_promise() -> None:
    people = People(Mailbox(lambda: NINE), {}, {}, 1)
    pages = Pages(DESK, beyond=404)
    browser = browser_of(pages)
    page = await browser.open(LINK)
    pages.home = "<main><h1>Your desk</h1></main>"

    await acts.home(a_visit(people, browser), page)

    assert list(dead_links(people, {})) == []


def a_visit(people: People, browser: Browser) -> acts.Visit:
    return acts.Visit(
        person=address(INES),
        about="home",
        temper=None,
        chance=Random(1),
        browser=browser,
        happened=people.happened,
        canaries=people.canaries,
        now=NINE,
    )


async def test_an_expired_link_is_asked_for_anew() -> None:
    form = '<form method="post" action="/links/renew"><input name="token" value="a.b.c"></form>'
    pages = Pages(f"<main><h1>Expired</h1>{form}</main>", status=410)

    await ask_anew(browser_of(pages), LINK)

    assert pages.posted == ["token=a.b.c"]
    assert await look_around(browser_of(pages), LINK, "home", walks=True) is None


def test_the_newest_link_counts() -> None:
    mails = [a_mail(CANDIDATE, f"old {LINK}0"), a_mail(CANDIDATE, f"new {LINK}1")]

    assert newest_links(mails) == {(address(CANDIDATE), "home"): f"{LINK}1"}


def test_whoever_cannot_open_one_page_is_not_compared() -> None:
    todo = ToDo("home", "review", "int:1")
    look = Look(frozenset({todo}), ())

    homes = homes_of({(CANDIDATE, "home"): look, (INES, "home"): look, (INES, "desk"): None})

    assert homes == {CANDIDATE: frozenset({todo})}
