"""To look changes nothing, however often and with whatever link; and every answer is guarded."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from structlog.testing import capture_logs
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    INTERVIEW,
    NOW,
    RECRUITER,
    booked,
    clock_state,
    everyone,
    opened,
    seat,
    session,
)
from tests.notifications.links import link_of
from tests.support.headers import assert_all_guarded
from tests.support.tables import everything

from parley_contracts import candidate_updates

READERS = {"home": (CANDIDATE, "ats:ivan"), "desk": (RECRUITER,)}
LATE = {"expires": int((NOW - timedelta(seconds=1)).timestamp())}


@pytest.fixture
async def client(day: Day) -> AsyncIterator[httpx.AsyncClient]:
    """With something on every page; a failure is answered as a server would."""
    panel = (seat("ats:ivan"), seat("ats:jun", status="declined"))
    await day.hear(*everyone(), opened(), booked(sessions=(session(seats=panel),)))
    await day.hear(candidate_updates.CandidateUpdated(revision=1, application=clock_state()))
    await day.settle()
    transport = httpx.ASGITransport(day.service.application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://parley.test") as found:
        yield found


@pytest.mark.parametrize("purpose", READERS)
async def test_twenty_looks_at_once_change_no_row(
    day: Day, client: httpx.AsyncClient, purpose: str
) -> None:
    """A mail's scanner follows the link, and so does everyone to whom it was passed on."""
    looks = []
    for who in READERS[purpose]:
        good, late = link_of(day.keys, who, purpose), link_of(day.keys, who, purpose, **LATE)
        looks += [(good, 200), (late, 410), (good[:-5], 404)]
    before = await everything(day.service.pool)

    answers = await asyncio.gather(
        *(
            client.request("HEAD" if number % 2 else "GET", link, follow_redirects=True)
            for number in range(20)
            for link, _ in looks
        )
    )

    assert [one.status_code for one in answers] == [status for _, status in looks] * 20
    assert await everything(day.service.pool) == before
    assert before["dossier"]


async def test_every_answer_is_guarded(day: Day, client: httpx.AsyncClient) -> None:
    link, late = link_of(day.keys, RECRUITER, "desk"), link_of(day.keys, RECRUITER, "desk", **LATE)
    path = urlsplit(link).path
    redirect = await client.get(link)
    answers = {
        200: [
            await client.get(path),
            await client.head(path),
            await client.get("/static/pico.css"),
            await client.post("/links/renew", data={"token": "x"}),
        ],
        303: [redirect, await client.get(f"{path}/to/arrange/{INTERVIEW}")],
        404: [await client.get("/"), await client.get(f"{path}/to/book/{INTERVIEW}")],
        405: [await client.put(path)],
        410: [await client.get(late)],
        422: [await client.post("/links/renew", content=b"token=" + b"x" * 9000)],
    }
    await day.service.pool.execute("alter table person rename to gone")
    with capture_logs() as said:
        answers[503] = [await client.get(path)]

    assert [one["event"] for one in said] == ["page failed"]
    assert_all_guarded(answers, renew_url="http://parley.test/links/renew")
