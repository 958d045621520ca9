"""To look changes nothing, however often and with whatever link; and every answer is guarded."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from structlog.testing import capture_logs
from tests.feedback.builders import (
    ANNA,
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
from tests.support.headers import assert_all_guarded
from tests.support.tables import everything

END = SESSION_AT + timedelta(hours=1)
RENEW = "http://notifications/links/renew"
READERS = {
    "prepare": (CANDIDATE, ANNA, RECRUITER),
    "scorecard": (ANNA,),
    "review": (CANDIDATE,),
    "decide": (CANDIDATE, DECIDER),
    "release": (RECRUITER,),
    "round": (CANDIDATE, ANNA, DECIDER),
}


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """After the interview, with something to read; a failure is answered as a server would."""
    await service.hear(opened(), booked())
    await service.send("prepare", CANDIDATE, "ask", question="Why?")
    await service.until(END)
    await service.hear(ended())
    transport = httpx.ASGITransport(service.application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://feedback") as found:
        yield found


@pytest.mark.parametrize("purpose", READERS)
async def test_twenty_looks_at_once_change_no_row(
    service: Service, client: httpx.AsyncClient, purpose: str
) -> None:
    """A mail's scanner follows the link, and so does everyone to whom it was passed on."""
    looks = []
    for who in READERS[purpose]:
        path = f"/{purpose}/{INTERVIEW}/{who}"
        good = f"{path}?token={service.token(purpose, who)}"
        late = f"{path}?token={service.token(purpose, who, valid=timedelta(seconds=-1))}"
        looks += [(good, 200), (late, 410), (f"{path}?token=x", 404), (good[:-5], 404)]
    before = await everything(service.pool)

    answers = await asyncio.gather(
        *(
            client.request("HEAD" if number % 2 else "GET", path, follow_redirects=True)
            for number in range(20)
            for path, _ in looks
        )
    )

    assert [one.status_code for one in answers] == [status for _, status in looks] * 20
    assert await everything(service.pool) == before
    assert before["round"]


async def test_every_answer_is_guarded(service: Service, client: httpx.AsyncClient) -> None:
    path = f"/round/{INTERVIEW}/{RECRUITER}"
    late = service.token("round", RECRUITER, valid=timedelta(seconds=-1))
    redirect = await client.get(path, params={"token": service.token("round", RECRUITER)})
    waive = {"person": RECRUITER, "do": "waive", "session": "s1", "interviewer": ANNA}
    answers = {
        200: [
            await client.get(path),
            await client.head(path),
            await client.get("/static/pico.css"),
        ],
        303: [redirect, await client.post(path, data=waive)],
        404: [await client.get("/"), await client.get("/static/none.css")],
        405: [await client.put(path)],
        403: [await client.post(path, data=waive | {"session": "none"})],
        410: [await client.get(path, params={"token": late})],
        422: [await client.post(path, data={"person": RECRUITER})],
    }
    await service.pool.execute("alter table round rename to gone")
    with capture_logs() as said:
        answers[503] = [await client.get(path)]

    assert [one["event"] for one in said] == ["page failed"]
    assert_all_guarded(answers, renew_url=RENEW)
