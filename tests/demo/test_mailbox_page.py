"""The mailbox in a browser: everybody's mails, one mail, and the way on in time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser
from tests.demo.building import CANDIDATE, INES, NINE, a_mail, an_invite
from tests.support.serving import served

from parley_local.demo.mailbox import Mail, Mailbox
from parley_local.demo.mailbox_page import linked, mailbox_page


class Steps:
    def __init__(self) -> None:
        self.taken = 0

    async def __call__(self) -> None:
        self.taken += 1


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
async def browser(steps: Steps) -> AsyncIterator[httpx.AsyncClient]:
    mailbox = Mailbox(lambda: NINE)
    nasty = a_mail(INES, "<script>alert(1)</script> https://pages.example/seat/x?token=a.b")
    mailbox.mails = [an_invite(CANDIDATE), replace(nasty, number=2)]
    application = mailbox_page(mailbox, lambda: NINE, steps)
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def test_all_mails_stand_there_the_newest_first(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text

    assert page.index("/mail/2") < page.index("/mail/1")
    assert "Tuesday 16 March 2027, 09:00 UTC" in page


async def test_one_persons_mails(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/", params={"person": "staff.ines"})).text

    assert "/mail/2" in page
    assert "/mail/1" not in page


async def test_a_mail_shows_its_entry_and_its_links_and_runs_nothing(
    browser: httpx.AsyncClient,
) -> None:
    invite, nasty = (await browser.get("/mail/1")).text, (await browser.get("/mail/2")).text

    assert "In the calendar" in invite
    assert "https://meet.example/1" in invite
    assert '<a href="https://pages.example/seat/x?token=a.b"' in nasty
    assert "<script>" not in nasty


async def test_a_mail_that_is_not_there(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/mail/3")).status_code == 404


async def test_the_button_moves_time_and_a_look_does_not(
    browser: httpx.AsyncClient, steps: Steps
) -> None:
    await browser.get("/next")
    assert steps.taken == 0

    answer = await browser.post("/next")

    assert steps.taken == 1
    assert answer.status_code == 303
    assert "Nothing came by mail." in (await browser.get(answer.headers["location"])).text


async def test_another_site_cannot_move_time(browser: httpx.AsyncClient, steps: Steps) -> None:
    foreign = await browser.post("/next", headers={"Sec-Fetch-Site": "cross-site"})
    renamed = await browser.get("/", headers={"Host": "evil.example"})

    assert (foreign.status_code, renamed.status_code, steps.taken) == (403, 400, 0)


def test_text_is_escaped_around_its_links() -> None:
    assert linked("<b> http://x.example/a.") == (
        '&lt;b&gt; <a href="http://x.example/a" target="_blank" rel="noreferrer">'
        "http://x.example/a</a>."
    )


LONG = "<!doctype html><html><body>" + "<p>One more line of it.</p>" * 60 + "</body></html>"
NASTY = "<script>parent.document.title = 'taken'; top.document.title = 'taken'</script>"


def looking_so(html: str) -> Mail:
    mail = a_mail(INES)
    message = message_from_bytes(mail.raw, policy=default)
    message.add_alternative(html, subtype="html")
    return replace(mail, raw=bytes(message))


@pytest.mark.parametrize("width", [390, 1100])
async def test_a_mail_is_as_tall_as_it_is_and_still_runs_nothing(
    chromium: Browser, width: int
) -> None:
    mailbox = Mailbox(lambda: NINE)
    mailbox.mails = [looking_so(LONG.replace("<body>", f"<body>{NASTY}"))]
    page = await chromium.new_page(viewport={"width": width, "height": 844})
    application = mailbox_page(mailbox, lambda: NINE, Steps())
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning"))
    async with served(server) as base:
        await page.goto(f"{base}/mail/1")
        inside = await page.evaluate(
            """() => {
                const frame = document.querySelector("iframe");
                const mail = frame.contentDocument.documentElement;
                return {needs: mail.scrollHeight, has: frame.clientHeight};
            }"""
        )

        assert 844 < inside["needs"] <= inside["has"]
        assert await page.title() == "News"
    await page.close()
