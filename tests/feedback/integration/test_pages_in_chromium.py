"""Every page and state as people see it: in Chromium, on a phone, by keyboard, light and dark.

With PARLEY_PICTURES=1 the pictures of docs/pages are made anew.
"""

import os
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from tests.feedback.builders import (
    ANNA,
    BOB,
    CANDIDATE,
    DECIDER,
    INTERVIEW,
    RECRUITER,
    SESSION_AT,
    booked,
    ended,
    opened,
)
from tests.feedback.service import Service
from tests.support.serving import served

from feedback.adapters import http
from parley_contracts.people import PersonUpserted

END = SESSION_AT + timedelta(hours=1)
PICTURES = Path(__file__).parents[3] / "docs" / "pages"
TAPS_AT_MOST = 6
TALLEST = 2100
DARK = {"scorecard", "prepare-candidate", "round-candidate", "decide-company", "review"}


def on_the_web(service: Service) -> AbstractAsyncContextManager[str]:
    return served(http.server(service.application))


class Eyes:
    def __init__(self, service: Service, page: Page, base: str) -> None:
        self.service, self.page, self.base = service, page, base
        self.taps = 0

    async def open(self, purpose: str, person: str) -> None:
        token = self.service.token(purpose, person)
        await self.page.goto(f"{self.base}/{purpose}/{INTERVIEW}/{person}?token={token}")
        assert "token" not in self.page.url

    async def look(self, name: str) -> None:
        """No violation of accessibility, nothing that runs out of the screen, in light and in dark."""
        for scheme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=scheme)
            found = await Axe().run(self.page)
            assert found.violations_count == 0, found.generate_report()
            wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert await self.page.evaluate(wide), name
            kept = scheme == "light" or name in DARK
            if kept and os.environ.get("PARLEY_PICTURES") == "1":
                await self._picture(f"feedback-{name}-{scheme}")
        await self.page.emulate_media(color_scheme="light")

    async def tap(self, role: str, name: str) -> None:
        """Every button sends a form: whoever looks at once might look at the page that goes."""
        self.taps += 1
        found = self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]  # one of its literals
        if role != "button":
            await found.click()
            return
        async with self.page.expect_event("load"):
            await found.click()

    async def _picture(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        tall = await self.page.evaluate("document.documentElement.scrollHeight")
        clip = {"x": 0, "y": 0, "width": 360, "height": min(tall, TALLEST)}
        await self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True, clip=clip)  # type: ignore[arg-type]  # one of its typed dicts


def person(person_id: str, name: str, **values: str) -> PersonUpserted:
    return PersonUpserted(person_id=person_id, name=name, revision=1, **values)


PEOPLE = (
    person(CANDIDATE, "Aigül Bekova", pronouns="she/her", bio="Built ledgers for ten years."),
    person(ANNA, "Anna Weber", title="Head of payments", bio="Leads payments since 2021."),
    person(BOB, "Борис Волков", title="Staff engineer"),
    person(DECIDER, "Dana Cruz"),
    person(RECRUITER, "Ryo Tanaka"),
)


async def test_before_the_interview(service: Service, page: Page) -> None:
    await service.hear(*PEOPLE, opened(), booked())
    async with on_the_web(service) as base:
        eyes = Eyes(service, page, base)
        await eyes.open("prepare", CANDIDATE)
        await eyes.look("prepare-candidate")
        await page.get_by_text("Growth", exact=True).first.click()
        await page.get_by_label("What has someone who left this role gone on to do?").check()
        await page.get_by_label("In your own words").fill("Who decides about the architecture?")
        await eyes.tap("button", "Ask")
        await page.get_by_text("Who decides about the architecture?").wait_for()
        await eyes.tap("button", "I have read this")
        await eyes.look("prepare-candidate-asked")
        await eyes.open("prepare", ANNA)
        await eyes.look("prepare-interviewer")
        await page.get_by_label("Answer in writing").first.fill("The team that runs it.")
        await page.get_by_role("button", name="Send this answer").first.click()
        await page.get_by_text("The team that runs it.").wait_for()
        await eyes.open("round", CANDIDATE)
        await eyes.look("round-candidate-before")


async def test_after_the_interview(service: Service, page: Page) -> None:
    await service.hear(*PEOPLE, opened(), booked())
    await service.until(END)
    await service.hear(ended())
    async with on_the_web(service) as base:
        eyes = Eyes(service, page, base)
        await _scorecards(eyes)
        await _review(eyes)
        await eyes.open("release", RECRUITER)
        await eyes.look("release")
        await eyes.tap("button", "Release it to the candidate")
        await page.get_by_text("Released by you").wait_for()
        await eyes.look("release-done")
        await _decisions(eyes)
        for who, name in ((CANDIDATE, "candidate"), (ANNA, "interviewer"), (RECRUITER, "team")):
            await eyes.open("round", who)
            await eyes.look(f"round-{name}")
        await eyes.open("decide", ANNA)
        await page.get_by_text("This is not yours to do").wait_for()
        await eyes.look("refused")
        await page.goto(f"{base}/round/{INTERVIEW}/{DECIDER}?token=forged")
        await eyes.look("unknown")


async def _scorecards(eyes: Eyes) -> None:
    """On a phone: at most six taps besides typing."""
    page = eyes.page
    await eyes.open("scorecard", ANNA)
    await eyes.look("scorecard-held")
    eyes.taps = 1
    await eyes.tap("button", "Yes, it took place")
    await eyes.look("scorecard")
    await eyes.tap("radio", "Yes")
    evidence = page.get_by_label("One sentence of evidence")
    await evidence.click()
    await evidence.fill("Drew the failure modes before the happy path.")
    eyes.taps += 1
    await page.get_by_label("What I want to tell them").fill("Your questions were excellent.")
    eyes.taps += 1
    await eyes.tap("button", "Give my scorecard")
    await page.get_by_text("Your scorecard is in").wait_for()
    assert eyes.taps <= TAPS_AT_MOST
    await eyes.look("scorecard-written")
    await eyes.open("scorecard", BOB)
    await eyes.tap("button", "Yes, it took place")
    await eyes.tap("radio", "Strong yes")
    await page.get_by_label("One sentence of evidence").fill("Explained trade-offs calmly.")
    await eyes.tap("button", "Give my scorecard")


async def _review(eyes: Eyes) -> None:
    page = eyes.page
    await eyes.open("review", CANDIDATE)
    await eyes.look("review-held")
    await eyes.tap("button", "Yes, it took place")
    await eyes.look("review")
    await page.get_by_role("group", name="Were you heard?").get_by_label("Yes").check()
    await page.get_by_label("Anything else").fill("A good hour.")
    await eyes.tap("button", "Give my review")
    await page.get_by_text("Your review is in").wait_for()
    await eyes.look("review-written")


async def _decisions(eyes: Eyes) -> None:
    page = eyes.page
    await eyes.open("decide", DECIDER)
    await eyes.look("decide-company")
    await page.get_by_label("Yes, go on").check()
    await eyes.tap("button", "Record this")
    await page.get_by_text("Recorded and sealed").wait_for()
    await eyes.look("decide-company-sealed")
    await eyes.open("decide", CANDIDATE)
    await eyes.look("decide-candidate")
    await page.get_by_label("Yes, go on").check()
    await eyes.tap("button", "Record this")
    await page.get_by_text("Both sides want to go on").wait_for()
    await eyes.look("decide-candidate-match")
