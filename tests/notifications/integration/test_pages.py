"""Homes, desk and renewal: each role's link on each page; what is expired, forged, foreign, outdated."""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    COORDINATOR,
    DORA,
    INTERVIEW,
    IVAN,
    KIM,
    NOW,
    RECRUITER,
    booked,
    clock_state,
    everyone,
    opened,
    person,
)
from tests.notifications.links import BASES, link_of

from notifications.adapters import key_commands, signing_keys
from notifications.adapters.links import LinkKeys, Links
from notifications.adapters.mail_links import LONGEST_LINK
from notifications.adapters.signing import Signer
from parley_contracts import candidate_updates
from parley_contracts.links import LinkClaims
from parley_contracts.people import PersonMerged, PersonUpserted

PATHS = re.compile(r"https?://[^/\s]+/([^\s?]+)\?token=")
PURPOSES = (
    "book",
    "seat",
    "arrange",
    "prepare",
    "scorecard",
    "review",
    "decide",
    "release",
    "round",
)
MAY = {
    CANDIDATE: {"book", "prepare", "review", "decide", "round"},
    IVAN: {"seat", "prepare", "scorecard", "round"},
    DORA: {"decide", "round"},
    RECRUITER: {"arrange", "release", "round"},
    COORDINATOR: {"arrange", "round"},
    KIM: set(),
}


@pytest.fixture
async def browser(day: Day) -> AsyncIterator[httpx.AsyncClient]:
    await day.hear(*everyone(), opened(), booked())
    await day.hear(candidate_updates.CandidateUpdated(revision=1, application=clock_state()))
    await day.settle()
    async with day.browser() as client:
        yield client


async def test_home_of_a_candidate_says_what_comes_next_by_when_and_from_whom(
    day: Day, browser: httpx.AsyncClient
) -> None:
    first = await browser.get(link_of(day.keys, CANDIDATE))
    assert first.status_code == 303
    assert first.headers["location"] == "/home/home/ats:ana"
    assert "Path=/home/home/ats:ana" in first.headers["set-cookie"]
    assert "HttpOnly" in first.headers["set-cookie"]

    page = await browser.get("/home/home/ats:ana")

    assert page.status_code == 200
    for words in ("Prepare", "Technical interview", "you hear from Ruth Berg by Saturday, 6 March"):
        assert words in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("who", sorted(MAY))
async def test_homes_lead_only_where_their_owner_has_a_part(
    day: Day, browser: httpx.AsyncClient, who: str
) -> None:
    await browser.get(link_of(day.keys, who))

    allowed = set()
    for purpose in PURPOSES:
        answer = await browser.get(f"/home/home/{who}/to/{purpose}/{INTERVIEW}")
        if answer.status_code == 303:
            allowed.add(purpose)
            token = urlsplit(answer.headers["location"]).query.removeprefix("token=")
            claims = Links(day.keys / "public.json").claims(token)
            assert claims is not None
            assert (claims.person, claims.purpose, claims.interview) == (who, purpose, INTERVIEW)
            assert claims.expires_at == NOW + timedelta(hours=1)
        else:
            assert answer.status_code == 404

    assert allowed == MAY[who]


async def test_homes_link_is_no_desks(day: Day, browser: httpx.AsyncClient) -> None:
    token = urlsplit(link_of(day.keys, CANDIDATE)).query
    await browser.get(link_of(day.keys, CANDIDATE))

    assert (await browser.get(f"/desk/home/{CANDIDATE}?{token}")).status_code == 404
    assert (await browser.get(f"/desk/home/{CANDIDATE}")).status_code == 404


async def test_foreign_and_forged_links_open_nothing(day: Day, browser: httpx.AsyncClient) -> None:
    own = urlsplit(link_of(day.keys, CANDIDATE))
    key_commands.add(day.keys / "evil-private.json", day.keys / "evil-public.json", now=NOW)
    forged = Signer(day.keys / "evil-private.json", BASES).link(
        LinkClaims(person=CANDIDATE, purpose="home", generation=1, expires=2_000_000_000)
    )
    addresses = [
        f"/home/home/{IVAN}?{own.query}",
        f"/home/home/{CANDIDATE}?{own.query[:-6]}",
        f"/home/home/{CANDIDATE}?token=",
        f"/home/home/{CANDIDATE}",
        forged,
    ]

    answers = [await browser.get(one) for one in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_link_of_an_earlier_address_is_spent(day: Day, browser: httpx.AsyncClient) -> None:
    link = link_of(day.keys, CANDIDATE)
    await day.hear(person(CANDIDATE, email="new@mail.example", revision=2))
    await browser.get(link)

    page = await browser.get(f"/home/home/{CANDIDATE}")

    assert page.status_code == 410
    assert "newer link" in page.text
    followed = await browser.get(f"/home/home/{CANDIDATE}/to/book/{INTERVIEW}")
    assert followed.status_code == 410


async def test_home_of_an_erased_person_is_gone(day: Day, browser: httpx.AsyncClient) -> None:
    await browser.get(link_of(day.keys, CANDIDATE))
    await day.erase(CANDIDATE)

    assert (await browser.get(f"/home/home/{CANDIDATE}")).status_code == 404


async def test_expired_link_is_renewed_to_the_address_on_file(
    day: Day, browser: httpx.AsyncClient
) -> None:
    link = link_of(
        day.keys,
        CANDIDATE,
        "book",
        interview=INTERVIEW,
        expires=int((NOW - timedelta(days=3)).timestamp()),
    )
    token = urlsplit(link).query.removeprefix("token=")
    before = len(day.sink.mails)

    answer = await browser.post("/links/renew", data={"token": token})
    again = await browser.post("/links/renew", data={"token": token})
    await day.settle()

    assert (answer.status_code, again.text) == (200, answer.text)
    (mail,) = day.sink.mails[before:]
    assert mail["Subject"] == "Your new link"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "http://scheduling.test/book/ats:int-1/ats:ana?token=" in body.get_content()


@pytest.mark.parametrize(
    ("who", "purpose", "there"),
    [
        (COORDINATOR, "home", {"home/home", "desk/home"}),
        (COORDINATOR, "desk", {"desk/home"}),
        (COORDINATOR, "arrange", {f"arrange/{INTERVIEW}", "desk/home"}),
        (IVAN, "home", {"home/home"}),
        (IVAN, "seat", {f"seat/{INTERVIEW}", "home/home"}),
    ],
)
async def test_renewal_leads_to_the_desk_of_whoever_has_one(
    day: Day, browser: httpx.AsyncClient, who: str, purpose: str, there: set[str]
) -> None:
    about = None if purpose in ("home", "desk") else INTERVIEW
    old = int((NOW - timedelta(days=3)).timestamp())
    link = link_of(day.keys, who, purpose, interview=about, expires=old)
    token = urlsplit(link).query.removeprefix("token=")

    await browser.post("/links/renew", data={"token": token})
    await day.settle()

    body = day.sink.mails[-1].get_body(("plain",))
    assert body is not None
    assert {path.rpartition("/")[0] for path in PATHS.findall(body.get_content())} == there


async def test_renewal_answers_everyone_alike_and_mails_only_whom_it_should(
    day: Day, browser: httpx.AsyncClient
) -> None:
    foreign = link_of(day.keys, KIM, "book", interview=INTERVIEW)
    stranger = link_of(day.keys, "ats:nobody")
    tokens = [urlsplit(one).query.removeprefix("token=") for one in (foreign, stranger)]
    before = len(day.sink.mails)

    answers = [
        await browser.post("/links/renew", data={"token": one}) for one in (*tokens, "x", "")
    ]
    answers.append(await browser.post("/links/renew", data={}))
    await day.settle()

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len(day.sink.mails) == before
    assert (await browser.get("/links/renew")).status_code == 405
    assert (await browser.post("/links/renew", content=b"token=" + b"x" * 9000)).status_code == 422


async def test_expired_page_offers_one_button(day: Day, browser: httpx.AsyncClient) -> None:
    link = link_of(day.keys, CANDIDATE, expires=int((NOW - timedelta(seconds=1)).timestamp()))

    page = await browser.get(link)

    assert page.status_code == 410
    assert 'action="http://parley.test/links/renew"' in page.text


async def test_keys_turn_over_without_losing_a_link(day: Day, browser: httpx.AsyncClient) -> None:
    private, public = day.keys / "private.json", day.keys / "public.json"
    (first,) = [one.kid for one in signing_keys.read(private)]
    old = link_of(day.keys, CANDIDATE)
    key_commands.add(private, public, now=NOW)
    _, second = [one.kid for one in signing_keys.read(private)]
    still = link_of(day.keys, CANDIDATE)
    shown = [scraped(day.keys, one, public) for one in ("scheduling", "feedback", "notifications")]
    key_commands.use(private, second, shown, now=NOW)
    young = link_of(day.keys, CANDIDATE)

    assert [kid_of(one) for one in (old, still, young)] == [first, first, second]
    for link in (old, still, young):
        assert (await browser.get(link)).status_code == 303
    key_commands.retire(private, public, first, now=NOW + LONGEST_LINK + timedelta(days=1))
    assert (await browser.get(old)).status_code == 404
    assert (await browser.get(young)).status_code == 303
    assert private.stat().st_mode & 0o077 == 0


def scraped(folder: Path, service: str, public: Path) -> Path:
    """What a process of a service tells that has read the file."""
    registry = CollectorRegistry()
    registry.register(LinkKeys(Links(public)))
    info = Gauge("parley_build_info", "", ["service", "version"], registry=registry)
    info.labels(service, "1").set(1)
    file = folder / f"{service}.txt"
    file.write_bytes(generate_latest(registry))
    return file


def kid_of(link: str) -> str:
    token = parse_qs(urlsplit(link).query)["token"][0]
    header: dict[str, str] = json.loads(urlsafe_b64decode(token.partition(".")[0] + "=="))
    return header["kid"]


async def test_a_public_file_that_cannot_be_read_breaks_no_link(
    day: Day, browser: httpx.AsyncClient
) -> None:
    link = link_of(day.keys, CANDIDATE)
    assert (await browser.get(link)).status_code == 303

    for broken in ("", "{", '{"keys": [{"kty": "OKP"}]}', "[]"):
        (day.keys / "public.json").write_text(broken)
        assert (await browser.get(link)).status_code == 303


async def test_desk_shows_what_needs_it(day: Day, browser: httpx.AsyncClient) -> None:
    due = candidate_updates.CandidateUpdateDue(revision=2, application=clock_state())
    await day.hear(due)
    await browser.get(link_of(day.keys, RECRUITER, "desk"))

    page = await browser.get(f"/desk/home/{RECRUITER}")

    assert "The candidate is owed a word" in page.text
    assert "Ana Silva" in page.text
    await day.hear(candidate_updates.CandidateUpdated(revision=3, application=clock_state()))
    assert "Nothing needs you" in (await browser.get(f"/desk/home/{RECRUITER}")).text


NEW = "ats:ana-2"


def somebody(person_id: str, **changes: str) -> PersonUpserted:
    return person(CANDIDATE).model_copy(update={"person_id": person_id, **changes})


async def test_home_of_whoever_remains_shows_what_the_other_had(
    day: Day, browser: httpx.AsyncClient
) -> None:
    await day.hear(somebody(NEW), PersonMerged(person_id=CANDIDATE, into_id=NEW))
    await browser.get(link_of(day.keys, NEW))

    page = await browser.get(f"/home/home/{NEW}")
    followed = await browser.get(f"/home/home/{NEW}/to/prepare/{INTERVIEW}")
    others = await browser.get(f"/home/home/{NEW}/to/scorecard/{INTERVIEW}")

    assert "Prepare" in page.text
    assert "you hear from Ruth Berg" in page.text
    assert followed.status_code == 303
    assert followed.headers["location"].startswith(
        f"http://feedback.test/prepare/{INTERVIEW}/{NEW}?token="
    )
    assert others.status_code == 404


async def test_link_of_whoever_remains_is_renewed(day: Day, browser: httpx.AsyncClient) -> None:
    await day.hear(
        somebody(NEW, email="new@mail.example"),
        PersonMerged(person_id=CANDIDATE, into_id=NEW),
    )
    old = int((NOW - timedelta(days=3)).timestamp())
    link = link_of(day.keys, NEW, "prepare", interview=INTERVIEW, expires=old)
    token = urlsplit(link).query.removeprefix("token=")

    await browser.post("/links/renew", data={"token": token})
    await day.settle()

    mail = day.sink.to("new@mail.example")[-1]
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"http://feedback.test/prepare/{INTERVIEW}/{NEW}?token=" in body.get_content()


async def test_session_outlives_its_link_and_a_shorter_link_does_not_shorten_it(
    day: Day, browser: httpx.AsyncClient
) -> None:
    """A home's link lives for an hour: the mail's, which lives for weeks, goes on."""
    soon = int((NOW + timedelta(hours=1)).timestamp())
    first = await browser.get(link_of(day.keys, CANDIDATE, expires=soon))
    assert f"Max-Age={30 * 24 * 3600 + 3600}" in first.headers["set-cookie"]
    longer = await browser.get(link_of(day.keys, CANDIDATE))
    assert "set-cookie" in longer.headers
    again = await browser.get(link_of(day.keys, CANDIDATE, expires=soon))
    assert "set-cookie" not in again.headers
    assert again.status_code == 303

    day.clock.moment = NOW + timedelta(hours=2)
    assert (await browser.get(f"/home/home/{CANDIDATE}")).status_code == 200


async def test_session_that_has_expired_says_so(day: Day, browser: httpx.AsyncClient) -> None:
    soon = int((NOW + timedelta(hours=1)).timestamp())
    await browser.get(link_of(day.keys, CANDIDATE, expires=soon))
    day.clock.moment = NOW + timedelta(hours=2)

    page = await browser.get(f"/home/home/{CANDIDATE}")
    assert page.status_code == 410
    assert 'action="http://parley.test/links/renew"' in page.text
