"""Whatever anybody writes stands on every page as they wrote it, and is nothing but words there."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.feedback.builders import (
    ANNA,
    BOB,
    CANDIDATE,
    COORDINATOR,
    DECIDER,
    RECRUITER,
    SESSION_AT,
    STAGE,
    a_session,
    booked,
    closed,
    ended,
    opened,
    seat,
)
from tests.feedback.service import Service, a_service
from tests.support.hostile import (
    TEXT,
    assert_only_words,
    few_at_once,
    in_place_of,
    twin,
    words_of,
)

from parley_contracts import plan
from parley_contracts.people import PersonUpserted

END = SESSION_AT + timedelta(hours=1)
EVERYONE = (CANDIDATE, ANNA, BOB, DECIDER, RECRUITER, COORDINATOR)
PURPOSES = ("prepare", "scorecard", "review", "decide", "release", "round")
PARTS = (
    "heard",
    "prepared",
    "minutes",
    "mission",
    "growth",
    "team",
    "role",
    "culture",
    "management",
    "other",
)
CARD = ("evidence", "note_1", "note_2", "learned", "for_candidate")
Say = Callable[[str], str]
"""What is written into a field."""
Pages = dict[str, str]
PLAIN = "twin of these"


@pytest.fixture
async def other(another_database: str, tmp_path: Path) -> AsyncIterator[Service]:
    """Where the same is done with harmless words."""
    folder = tmp_path / "other"
    folder.mkdir()
    async with a_service(another_database, folder) as running:
        yield running


def hostile(field: str) -> str:
    return f"({field}) {TEXT} (/{field})"


def harmless(field: str) -> str:
    return twin(hostile(field))


async def sent(service: Service, purpose: str, who: str, do: str, **fields: str) -> None:
    assert (await service.send(purpose, who, do, **fields)).status_code == 303


async def before(service: Service, say: Say) -> None:
    await service.hear(opened(), booked())
    await sent(service, "prepare", CANDIDATE, "ask", question=say("question"))
    await sent(service, "prepare", CANDIDATE, "ask", question=say("to-anna"), **{"for": ANNA})
    await sent(service, "prepare", ANNA, "answer", answer=say("answer"))
    await service.until(END)
    await service.hear(ended())


async def card(service: Service, who: str, say: Say) -> None:
    async with service.browser("scorecard", who) as browser:
        await browser.send("held", held="held")
        name = who.rpartition(":")[2]
        words = {field: say(f"{name}-{field}") for field in CARD}
        assert (await browser.send("card", judgement="yes", **words)).status_code == 303


async def review(service: Service, say: Say) -> None:
    async with service.browser("review", CANDIDATE) as browser:
        await browser.send("held", held="held")
        words = {f"{part}_text": say(f"review-{part}") for part in PARTS}
        open_to = {f"{part}_audience": "team" for part in PARTS}
        assert (await browser.send("review", **words, **open_to)).status_code == 303


async def seen(service: Service, *people: str) -> Pages:
    return {
        f"{who}'s {purpose}": (await service.see(purpose, who)).text
        for who in people
        for purpose in PURPOSES
    }


async def play(service: Service, say: Say) -> Pages:
    """A round in which every field is filled in, read while forms hold what was written and at its end."""
    await before(service, say)
    await card(service, ANNA, say)
    await review(service, say)
    wait = {"decision": "hold", "hold_until": "2027-03-20"}
    await sent(service, "decide", DECIDER, "decide", note=say("company-note"), **wait)
    on_the_way = await seen(service, CANDIDATE, ANNA, DECIDER, RECRUITER)
    await card(service, BOB, say)
    await sent(service, "decide", CANDIDATE, "decide", decision="hold", note=say("own-note"), hold_until="2027-03-20")  # fmt: skip
    await sent(service, "release", RECRUITER, "release", text=say("released"))
    await service.hear(closed("rejected"))
    await service.until(service.clock.moment + timedelta(days=8))
    return {f"{name} on the way": page for name, page in on_the_way.items()} | await seen(
        service, *EVERYONE
    )


async def test_written_words_are_words_on_every_page(service: Service, other: Service) -> None:
    plain = await play(other, harmless)

    pages = await play(service, hostile)

    assert_only_words(pages, plain)
    everything = words_of(pages.values())
    fields = ["question", "to-anna", "answer", "company-note", "own-note"]
    fields += [f"{name}-{field}" for name in ("anna", "bob") for field in CARD]
    fields += [f"review-{part}" for part in PARTS]
    for name in fields:
        assert hostile(name).replace("\r\n", "\n") in everything, name
    for line in hostile("released").splitlines():
        assert line in everything


def planned(words: str) -> dict[str, Any]:
    """All that an operator writes about an interview; lines that cannot be broken are as short as these."""
    place = plan.Place(kind="onsite", address=words, dial_in=words, instructions=words)
    panel = (seat(ANNA, role=words), seat(BOB, role=words))
    return {
        "job": plan.Job(title=words, team=words, location=words),
        "stage": STAGE.model_copy(update={"name": words, "assesses": (words, "Teamwork")}),
        "pay": plan.PayCard(currency="EUR", minimum="70000", note=words),
        "sessions": (a_session(title=words, about=words, place=place, seats=panel),),
        "materials": (plan.Material(label=words, url="https://example.com/kit", audience="both"),),
    }


def named(words: str, revision: int) -> list[PersonUpserted]:
    return [
        PersonUpserted(
            person_id=one, revision=revision, name=words, title=words, pronouns=words, bio=words
        )
        for one in (CANDIDATE, ANNA, BOB, DECIDER, RECRUITER)
    ]


async def told(service: Service, words: str, revision: int) -> Pages:
    await service.hear(*named(words, revision), ended(revision, **planned(words)))
    return await seen(service, CANDIDATE, ANNA, RECRUITER)


async def test_names_and_words_of_operators_are_words_on_every_page(service: Service) -> None:
    await service.hear(*named("Somebody", 1), opened(), booked())
    await sent(service, "prepare", CANDIDATE, "ask", question="Why?")
    await service.until(END)
    await service.hear(ended())
    await card(service, ANNA, lambda field: field)
    plain = await told(service, PLAIN, 4)

    for revision, words in enumerate(few_at_once(), start=5):
        pages = await told(service, words, revision)

        assert_only_words(pages, plain, in_place_of(PLAIN, words))
        assert words in words_of(pages.values())


@dataclass(frozen=True)
class Form:
    purpose: str
    who: str
    fields: tuple[str, ...]
    besides: Mapping[str, str] = field(default_factory=dict)


WHOLE_CARD = {"session": "s1", "judgement": "yes", "evidence": "Seen.", "seen": "0"}
FORMS = {
    "ask": Form("prepare", CANDIDATE, ("question",)),
    "answer": Form("prepare", ANNA, ("answer",), {"question_id": "q1"}),
    "card": Form("scorecard", ANNA, CARD, WHOLE_CARD),
    "review": Form("review", CANDIDATE, tuple(f"{part}_text" for part in PARTS), {"seen": "0"}),
    "decide": Form("decide", DECIDER, ("note",), {"decision": "advance", "pair": "1"}),
    "release": Form("release", RECRUITER, ("text",)),
}


@pytest.mark.parametrize("do", FORMS)
async def test_no_field_takes_what_a_database_cannot_hold(service: Service, do: str) -> None:
    form = FORMS[do]
    await before(service, lambda name: name)
    written = await service.pool.fetch("select * from round")

    async with service.browser(form.purpose, form.who) as browser:
        for name in form.fields:
            for words in ("a\0b", "\ud800"):
                filled = {"person": form.who, "do": do} | dict(form.besides) | {name: words}
                body = urlencode(filled, errors="surrogatepass")
                answer = await browser.client.post(browser.path, content=body)
                assert answer.status_code == 422, name

    assert await service.pool.fetch("select * from round") == written
