"""Each page and mail in a real browser: on a phone, with nothing that axe objects to, and a picture."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    IVAN,
    JUN,
    NOW,
    RECRUITER,
    STARTS,
    booked,
    card,
    clock_state,
    everyone,
    interview,
    opened,
    person,
    round_,
    seat,
    session,
)
from tests.notifications.letters import letter_of
from tests.notifications.links import link_of
from tests.support.serving import served

from notifications.adapters import http
from parley_contracts import candidate_updates, interviews, rounds

PICTURES = Path(__file__).parents[3] / "docs" / "pages"
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1100, "height": 800}
KEPT_DARK = ("home-candidate", "desk-busy")
MAILS = [
    ("offer", "candidate", "en-GB"),
    ("invite", "candidate", "en-GB"),
    ("invite", "interviewer", "de-DE"),
    ("scorecard_asked", "interviewer", "en-GB"),
    ("decided", "candidate", "de-DE"),
    ("digest", "desk", "en-GB"),
]


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(
        viewport=PHONE, color_scheme="light", reduced_motion="reduce", java_script_enabled=True
    )
    yield context
    await context.close()


def serving(day: Day) -> AbstractAsyncContextManager[str]:
    return served(http.server(day.service.application))


async def checked(page: Page, name: str) -> None:
    """No violation in either light, nothing that sticks out on a phone, and its pictures."""
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], f"{name} is {wide} wide"
    await picture(page, f"{name}-phone")
    await page.emulate_media(color_scheme="dark")
    dark = await Axe().run(page)
    assert dark.violations_count == 0, dark.generate_report()
    if name in KEPT_DARK:
        await picture(page, f"{name}-phone-dark")
    await page.emulate_media(color_scheme="light")
    if name in KEPT_DARK:
        await page.set_viewport_size(DESKTOP)
        await picture(page, f"{name}-desktop")
        await page.set_viewport_size(PHONE)


async def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"notifications-{name}.png", scale="css")


async def opened_at(page: Page, base: str, link: str) -> None:
    parts = urlsplit(link)
    await page.goto(f"{base}{parts.path}?{parts.query}")


async def test_home_of_a_candidate(day: Day, phone: BrowserContext) -> None:
    asked = round_(review=rounds.Review(status="asked", due_at=STARTS + timedelta(days=3)))
    await day.hear(*everyone(), opened(), booked())
    await day.hear(candidate_updates.CandidateUpdated(revision=1, application=clock_state()))
    page = await phone.new_page()
    async with serving(day) as base:
        await opened_at(page, base, link_of(day.keys, CANDIDATE))
        assert "token" not in page.url
        await checked(page, "home-candidate")
        href = await page.get_by_role("button", name="Open the preparation").get_attribute("href")
        followed = await page.context.request.get(f"{base}{href}", max_redirects=0)
        assert followed.status == 303
        assert followed.headers["location"].startswith("http://feedback.test/prepare/ats:int-1/")

        await day.hear(
            interviews.SessionEnded(
                revision=3, interview=interview("ended"), session_id="s1", last=True
            ),
            rounds.FeedbackRequested(
                revision=1,
                round=asked,
                kind="review",
                person_id=CANDIDATE,
                due_at=STARTS + timedelta(days=3),
            ),
        )
        await page.reload()
        await page.get_by_role("button", name="Write your review").wait_for()
        await checked(page, "home-candidate-after")


async def test_home_of_an_interviewer_and_an_empty_one(day: Day, phone: BrowserContext) -> None:
    await day.hear(*everyone(), opened(), booked())
    page = await phone.new_page()
    async with serving(day) as base:
        await opened_at(page, base, link_of(day.keys, IVAN))
        await page.get_by_role("heading", name="You are interviewing").wait_for()
        await checked(page, "home-interviewer")

        await opened_at(page, base, link_of(day.keys, RECRUITER))
        await page.get_by_text("Nothing is open for you").wait_for()
        await checked(page, "home-empty")


async def test_desk(day: Day, phone: BrowserContext) -> None:
    await day.hear(*everyone(), opened())
    page = await phone.new_page()
    async with serving(day) as base:
        await opened_at(page, base, link_of(day.keys, RECRUITER, "desk"))
        await page.get_by_text("Nothing needs you").wait_for()
        await checked(page, "desk-empty")

        given_up = session(seats=(seat(IVAN, status="declined"), seat(JUN)))
        await day.hear(
            booked(2, sessions=(given_up,)),
            rounds.FeedbackOverdue(
                revision=1,
                round=round_(
                    cards=(card(JUN, due_at=NOW),), feedback_due_at=NOW + timedelta(days=4)
                ),
                kind="scorecard",
                person_id=JUN,
                session_id="s1",
            ),
            candidate_updates.CandidateUpdateOverdue(
                revision=1, application=clock_state(overdue_since=NOW)
            ),
        )
        day.clock.moment = NOW + timedelta(days=2)
        await page.reload()
        await page.get_by_role("heading", name="A seat is given up").wait_for()
        await checked(page, "desk-busy")


async def test_closed_doors(day: Day, phone: BrowserContext) -> None:
    await day.hear(*everyone(), opened())
    page = await phone.new_page()
    async with serving(day) as base:
        early = int((NOW - timedelta(days=1)).timestamp())
        await opened_at(page, base, link_of(day.keys, CANDIDATE, expires=early))
        await page.get_by_role("heading", name="This link has expired").wait_for()
        await checked(page, "expired")

        await page.goto(f"{base}/home/home/{IVAN}")
        await page.get_by_role("heading", name="does not open anything").wait_for()
        await checked(page, "unknown")

        spent = link_of(day.keys, CANDIDATE)
        await day.hear(person(CANDIDATE, email="new@mail.example", revision=2))
        await opened_at(page, base, spent)
        await page.get_by_role("heading", name="A newer link").wait_for()
        await checked(page, "spent")


async def test_pages_are_whole_without_javascript_and_reached_by_keyboard(
    day: Day, chromium: Browser
) -> None:
    await day.hear(*everyone(), opened(), booked())
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = await context.new_page()
    async with serving(day) as base:
        await opened_at(page, base, link_of(day.keys, CANDIDATE))
        await page.keyboard.press("Tab")
        await page.get_by_role("button", name="Open the preparation").wait_for()
        assert await page.locator(":focus").get_attribute("href")
    await context.close()


@pytest.mark.parametrize(("kind", "role", "locale"), MAILS)
async def test_mails(phone: BrowserContext, kind: str, role: str, locale: str) -> None:
    page = await phone.new_page()
    await page.set_content(letter_of(kind, role, locale).html)

    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        name = f"mail-{kind.replace('_', '-')}-{role}"
        if scheme == "light" or kind == "invite":
            await picture(page, f"{name}-{scheme}")
