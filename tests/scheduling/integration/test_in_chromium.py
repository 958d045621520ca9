"""Each page and state in a real browser: on a phone, without JavaScript, with nothing that axe objects to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    CHEN,
    COORDINATOR,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
    busy,
)
from tests.scheduling.serving import PICTURES, serving
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint

PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1100, "height": 800}
KEPT = ("book-offer", "book-booked", "arrange-booked")
"""Shown in the dark and on a desk too."""


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(
        viewport=PHONE, color_scheme="light", reduced_motion="reduce"
    )
    yield context
    await context.close()


async def _world(stage: Stage) -> None:
    await stage.told(
        a_person(CANDIDATE, name="Cara Lindqvist", zone="Europe/Lisbon", pronouns="she/her"),
        a_person(
            ANNA,
            name="Anna Schmidt",
            pronouns="she/her",
            title="Staff engineer, payments",
            bio="Has built our ledger and likes to talk about failure.",
        ),
        a_person(BORIS, name="Boris Petrov", title="Engineering manager"),
        a_person(COORDINATOR, name="Coen"),
        a_profile(ANNA),
        a_profile(BORIS),
        a_request(
            a_session(
                a_seat(ANNA, role="Would work with you every day"),
                a_seat(BORIS, role="Hiring manager"),
                about="We look at a piece of code together; no preparation is needed.",
            )
        ),
    )


async def _checked(page: Page, name: str) -> None:
    """No violation, nothing that sticks out, and its picture in both lights and widths."""
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{name} is {wide} wide"
    await _picture(page, f"{name}-phone")
    await page.emulate_media(color_scheme="dark")
    dark = await Axe().run(page)
    assert dark.violations_count == 0, dark.generate_report()
    if name in KEPT:
        await _picture(page, f"{name}-phone-dark")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(DESKTOP)
    if name in KEPT:
        await _picture(page, f"{name}-desktop")
    await page.set_viewport_size(PHONE)


async def _picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    path: Path = PICTURES / f"scheduling-{name}.png"
    await page.screenshot(path=path, scale="css")


async def test_a_candidate_books_moves_and_cancels_on_a_phone(
    stage: Stage, mint: Mint, phone: BrowserContext
) -> None:
    await _world(stage)
    page = await phone.new_page()
    async with serving(stage, mint) as base:
        link = mint.link("book", CANDIDATE, expires_at=at(30, 0))
        await page.goto(base + link)
        assert "token" not in page.url
        await _checked(page, "book-zone")

        await page.get_by_role("button", name="These are my times").click()
        await page.get_by_role("heading", name="pick a time").wait_for()
        await _checked(page, "book-offer")

        await page.locator("input[value='2027-03-03T10:00:00Z']").check()
        await page.get_by_role("button", name="Book this time").click()
        await page.get_by_role("heading", name="Your interview is booked").wait_for()
        await _checked(page, "book-booked")

        await page.get_by_text("Move it to another time").click()
        await page.locator("form[action$=move] .slot").first.click()
        await page.get_by_text("I am ill").click()
        await _picture(page, "book-move-phone")
        await page.get_by_role("button", name="Move it").click()
        await page.get_by_role("heading", name="Your interview is booked").wait_for()

        await page.get_by_text("Cancel it or withdraw").click()
        await page.get_by_text("I no longer want this job").click()
        await page.get_by_role("button", name="Cancel the interview").click()
        await page.get_by_role("heading", name="You have cancelled").wait_for()
        await _checked(page, "book-cancelled")

    assert (await stage.names())[-3:] == [
        "InterviewBooked",
        "InterviewRescheduled",
        "InterviewCancelled",
    ]


async def test_a_slot_that_is_taken_meanwhile_is_told_with_alternatives(
    stage: Stage, mint: Mint, phone: BrowserContext
) -> None:
    await _world(stage)
    await stage.open("Europe/Lisbon")
    page = await phone.new_page()
    async with serving(stage, mint) as base:
        await page.goto(base + mint.link("book", CANDIDATE, expires_at=at(30, 0)))
        await page.locator("input[value='2027-03-02T10:00:00Z']").check()
        await stage.told(busy(ANNA, (at(2, 10), at(2, 11))))
        await page.get_by_role("button", name="Book this time").click()
        await page.get_by_role("heading", name="This time has just been taken").wait_for()
        await _checked(page, "book-taken")
        assert await page.locator("input[name=starts_at]").count() == 3

        await page.locator("input[name=starts_at]").first.check()
        await page.get_by_role("button", name="Book this time").click()
        await page.get_by_role("heading", name="Your interview is booked").wait_for()


async def test_an_interviewer_gives_up_a_seat_on_a_phone(
    stage: Stage, mint: Mint, phone: BrowserContext
) -> None:
    await _world(stage)
    await stage.book(at(3, 10))
    page = await phone.new_page()
    async with serving(stage, mint) as base:
        await page.goto(base + mint.link("seat", ANNA, expires_at=at(30, 0)))
        await _checked(page, "seat")
        await page.get_by_text("I cannot be there").click()
        await page.get_by_text("another time is fine").click()
        await _picture(page, "seat-decline-phone")
        await page.get_by_role("button", name="Give up my seat").click()
        await page.get_by_role("heading", name="You have given up your seat").wait_for()
        await _checked(page, "seat-given-up")

    assert (await stage.names())[-1] == "SeatDeclined"


async def test_a_coordinator_sees_why_no_time_fits(
    stage: Stage, mint: Mint, phone: BrowserContext
) -> None:
    await stage.told(
        a_person(CANDIDATE, name="Cara Lindqvist"),
        a_person(CHEN, name="Chen Wei"),
        a_profile(CHEN),
        busy(CHEN, (at(1, 0), at(12, 0)), whole=(at(1, 0), at(31, 0))),
        a_request(
            a_session(a_seat(CHEN)),
            window={"starts_at": at(2, 0), "ends_at": at(12, 0)},
        ),
    )
    page = await phone.new_page()
    async with serving(stage, mint) as base:
        await page.goto(base + mint.link("arrange", COORDINATOR, expires_at=at(30, 0)))
        await page.get_by_role("heading", name="Why no time fits").wait_for()
        await _checked(page, "arrange-no-slots")

        stage.clock.moment += timedelta(minutes=5)
        await page.get_by_role("button", name="Search for times again").click()
        await page.get_by_text("Times are being searched").wait_for()
        await page.get_by_text("Cancel the interview").first.click()
        await page.get_by_text("It is not needed any more").click()
        await page.get_by_role("button", name="Cancel the interview").click()
        await page.get_by_text("Cancelled", exact=True).wait_for()
        await _checked(page, "arrange-cancelled")


async def test_states_in_words(stage: Stage, mint: Mint, phone: BrowserContext) -> None:
    await _world(stage)
    await stage.book(at(3, 10))
    page = await phone.new_page()
    async with serving(stage, mint) as base:
        await page.goto(base + mint.link("arrange", COORDINATOR, expires_at=at(30, 0)))
        await _checked(page, "arrange-booked")
        await page.goto(base + mint.link("book", CANDIDATE, expires_at=at(1, 8)))
        await page.get_by_role("heading", name="This link has expired").wait_for()
        await _checked(page, "link-expired")
        await page.goto(base + f"/book/ats:other/{CANDIDATE}")
        await page.get_by_role("heading", name="This link does not open anything").wait_for()
        await _checked(page, "link-unknown")
