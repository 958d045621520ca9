"""Whatever anybody writes stands on homes and desks as they wrote it, and is nothing but words there."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    IVAN,
    JUN,
    NAMES,
    RECRUITER,
    booked,
    card,
    clock_state,
    opened,
    person,
    round_,
    seat,
    session,
)
from tests.notifications.links import link_of
from tests.support.hostile import assert_only_words, few_at_once, in_place_of, words_of

from parley_contracts import candidate_updates, rounds
from parley_contracts.event import Event
from parley_contracts.plan import Job, Place, Stage

PLAIN = "twin of these"
PAGES = {"home": (CANDIDATE, IVAN), "desk": (RECRUITER,)}


def told(words: str, revision: int) -> list[Event]:
    """Everything that these pages know, in those words, newer each time."""
    place = Place(kind="onsite", address=words, instructions=words)
    panel = (seat(IVAN, role=words), seat(JUN, role=words, status="declined"))
    coming = session(title=words, place=place, seats=panel)
    about = {"job": Job(title=words), "stage": Stage(name=words)}
    state = round_("preparing", job_title=words, stage_name=words, cards=(card(IVAN),))
    clock = clock_state(job_title=words)
    return [
        *(person(one, name=words, title=words, bio=words, revision=revision) for one in NAMES),
        opened(job=Job(title=words), revision=revision),
        booked(revision, sessions=(coming,), **about),
        rounds.PreparationReady(revision=revision, round=state),
        candidate_updates.CandidateUpdateDue(revision=revision, application=clock),
    ]


async def seen(day: Day, browser: httpx.AsyncClient) -> Mapping[str, str]:
    pages = {}
    for purpose, readers in PAGES.items():
        for who in readers:
            link = link_of(day.keys, who, purpose)
            await browser.get(link)
            page = await browser.get(urlsplit(link).path)
            assert page.status_code == 200
            pages[f"{purpose} of {who}"] = page.text
    return pages


async def test_names_and_words_of_operators_are_words_on_every_page(day: Day) -> None:
    async with day.browser() as browser:
        await day.hear(*told(PLAIN, 2))
        plain = await seen(day, browser)

        for revision, words in enumerate(few_at_once(), start=3):
            await day.hear(*told(words, revision))

            pages = await seen(day, browser)

            assert_only_words(pages, plain, in_place_of(PLAIN, words))
            for page in pages.values():
                assert words in words_of([page])
