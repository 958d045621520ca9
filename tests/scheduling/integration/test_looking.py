"""To look changes nothing, however often and with whatever link; and every answer is guarded."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs
from tests.scheduling.building import (
    ANNA,
    CANDIDATE,
    COORDINATOR,
    RECRUITER,
    a_person,
    a_profile,
    a_request,
    at,
    later,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, application
from tests.support.headers import assert_all_guarded
from tests.support.tables import everything

OFFERED, BOOKED = "ats:offered", "ats:booked"
READERS = {
    "book": ((CANDIDATE, OFFERED), (CANDIDATE, BOOKED)),
    "seat": ((ANNA, OFFERED), (ANNA, BOOKED)),
    "arrange": ((RECRUITER, OFFERED), (COORDINATOR, BOOKED)),
}


@pytest.fixture
async def client(stage: Stage, mint: Mint) -> AsyncIterator[httpx.AsyncClient]:
    """With an offer that nobody has opened yet; a failure is answered as a server would."""
    requests = [a_request(interview_id=one) for one in (OFFERED, BOOKED)]
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), *requests)
    assert await stage.book(at(3, 9), interview=BOOKED) is None
    await stage.settle()
    transport = httpx.ASGITransport(application(stage, mint), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://scheduling") as found:
        yield found


@pytest.mark.parametrize("purpose", READERS)
async def test_twenty_looks_at_once_change_no_row(
    stage: Stage, mint: Mint, client: httpx.AsyncClient, purpose: str
) -> None:
    """A mail's scanner follows the link, and so does everyone to whom it was passed on."""
    looks = []
    for who, interview in READERS[purpose]:
        good, late = (
            mint.link(purpose, who, interview=interview, expires_at=later(seconds=seconds))
            for seconds in (60, -1)
        )
        looks += [(good, 200), (late, 410), (good[:-5], 404), (good.split("=")[0] + "=x", 404)]
    before = await everything(stage.pool)

    answers = await asyncio.gather(
        *(
            client.request("HEAD" if number % 2 else "GET", link, follow_redirects=True)
            for number in range(20)
            for link, _ in looks
        )
    )

    assert [one.status_code for one in answers] == [status for _, status in looks] * 20
    assert await everything(stage.pool) == before
    assert before["interview"]


async def test_every_answer_is_guarded(stage: Stage, mint: Mint, client: httpx.AsyncClient) -> None:
    good, late = (
        mint.link("arrange", RECRUITER, interview=OFFERED, expires_at=later(seconds=seconds))
        for seconds in (60, -1)
    )
    path = good.partition("?")[0]
    redirect = await client.get(good)
    own = {"person": RECRUITER}
    moved = own | {"was_at": "2027-03-03T09:00:00Z", "reason": "other"}
    answers = {
        200: [
            await client.get(path),
            await client.head(path),
            await client.get("/static/pico.css"),
        ],
        303: [redirect, await client.post(f"{path}/settle", data=own)],
        404: [await client.get("/"), await client.post(f"{path}/settle", data={})],
        405: [await client.put(path)],
        409: [await client.post(f"{path}/move", data=moved)],
        410: [await client.get(late)],
        422: [await client.post(f"{path}/move", data=own)],
    }
    await stage.pool.execute("alter table interview rename to gone")
    with capture_logs() as said:
        answers[503] = [await client.get(path)]
    await stage.pool.execute("alter table gone rename to interview")

    assert [one["event"] for one in said] == ["page failed"]
    assert_all_guarded(answers)
