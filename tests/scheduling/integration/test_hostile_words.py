"""Whatever anybody writes stands on every page as they wrote it, and is nothing but words there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    CHEN,
    COORDINATOR,
    RECRUITER,
    a_change,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
    later,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, Visitor, visitor
from tests.support.hostile import (
    TEXT,
    assert_only_words,
    few_at_once,
    in_place_of,
    original,
    twin,
    words_of,
)

from parley_contracts.event import Event
from parley_contracts.times import spell_instant

ZONED = {"zone": "Europe/Berlin"}
UNSEEN, OPENED, BOOKED = "ats:unseen", "ats:opened", "ats:booked"
PLAIN = "twin of these"
WHY = {"reason": "other"}
Pages = dict[str, str]


def named(words: str) -> list[Event]:
    more = {"name": words, "title": words, "pronouns": words, "bio": words}
    people = (CANDIDATE, ANNA, BORIS, CHEN, COORDINATOR, RECRUITER)
    return [a_person(one, **more) for one in people]


def planned(words: str) -> tuple[Sequence[dict[str, Any]], dict[str, Any]]:
    """All that an operator writes about an interview; lines that cannot be broken are as short as these."""
    place = {"kind": "onsite", "address": words, "dial_in": words, "instructions": words}
    seats = (a_seat(ANNA, role=words), a_seat(one_of=[BORIS, CHEN], role=words))
    session = a_session(*seats, title=words, about=words, place=place)
    return [session], {
        "job": {"title": words, "team": words, "location": words},
        "stage": {"name": words, "assesses": [words]},
        "pay": {"currency": "EUR", "minimum": "70000", "note": words},
    }


def a_visitor(stage: Stage, mint: Mint, page: str) -> Visitor:
    purpose, interview, who = page.split()
    return visitor(stage, mint, purpose, who, interview)


async def told(stage: Stage, make: Callable[..., Event], words: str) -> None:
    sessions, more = planned(words)
    requests = [make(*sessions, interview_id=one, **more) for one in (UNSEEN, OPENED, BOOKED)]
    await stage.told(*named(words), *requests)


async def seen(visitors: Mapping[str, Visitor], nine: str) -> Pages:
    """Every page, and what picking a time gets that somebody else has taken."""
    pages = {name: await one.look() for name, one in visitors.items()}
    taken = await visitors[f"book {OPENED} {CANDIDATE}"].post("slot", ZONED | {"starts_at": nine})
    assert {page.status_code for page in pages.values()} == {200}
    assert taken.status_code == 409
    return {name: page.text for name, page in pages.items()} | {"taken": taken.text}


async def test_names_and_words_of_operators_are_words_on_every_page(
    stage: Stage, mint: Mint
) -> None:
    await stage.take(*(a_profile(one) for one in (ANNA, BORIS, CHEN)))
    await told(stage, a_request, PLAIN)
    names = [f"book {one} {CANDIDATE}" for one in (UNSEEN, OPENED, BOOKED)]
    names += [f"arrange {one} {COORDINATOR}" for one in (OPENED, BOOKED)]
    visitors = {one: a_visitor(stage, mint, one) for one in (*names, f"seat {BOOKED} {ANNA}")}
    for one in visitors.values():
        await one.follow()
    nine = spell_instant(at(3, 9))
    await visitors[f"book {OPENED} {CANDIDATE}"].post("zone", ZONED)
    booked = await visitors[f"book {BOOKED} {CANDIDATE}"].post("slot", ZONED | {"starts_at": nine})
    assert booked.status_code == 303
    await stage.settle()
    plain = await seen(visitors, nine)

    for words in few_at_once():
        await told(stage, a_change, words)

        pages = await seen(visitors, nine)

        assert_only_words(pages, plain, in_place_of(PLAIN, words))
        for name in visitors:
            assert words in words_of([pages[name]])


async def noted(stage: Stage, mint: Mint, words: str) -> Pages:
    """Everyone writes a note wherever one can be written, and all that is said is read."""
    await stage.told(a_person(CANDIDATE), a_person(ANNA), a_profile(ANNA), a_request())
    cara, anna, coen = (
        visitor(stage, mint, purpose, who)
        for purpose, who in (("book", CANDIDATE), ("seat", ANNA), ("arrange", COORDINATOR))
    )
    pages: Pages = {}

    async def act(one: Visitor, action: str, **fields: str) -> None:
        await one.follow()
        answer = await one.post(action, WHY | {"note": f"({action}) {words}"} | fields)
        assert answer.status_code == 303
        await stage.settle()
        for each in (cara, anna, coen):
            page = await each.follow()
            pages[f"{each.purpose} after {one.purpose} {action}"] = page.text

    nine, ten, noon = (spell_instant(at(3, hour)) for hour in (9, 10, 12))
    await act(cara, "slot", **ZONED, starts_at=nine)
    await act(cara, "move", **ZONED, starts_at=ten, was_at=nine)
    await act(coen, "move", was_at=ten)
    await act(cara, "slot", **ZONED, starts_at=noon)
    await act(anna, "decline", session="talk", was_at=noon)
    stage.clock.moment = later(hours=1)
    await act(coen, "cancel")
    return pages


async def test_notes_are_words_and_a_declined_seats_are_nobodys(
    stage: Stage, other: Stage, mint: Mint
) -> None:
    plain = await noted(other, mint, twin(TEXT))

    pages = await noted(stage, mint, TEXT)

    assert_only_words(pages, plain, original)
    assert words_of(pages.values()).count(TEXT.replace("\r\n", "\n")) > 0
    last = words_of([pages["arrange after arrange cancel"]])
    for action in ("move", "cancel"):
        assert f"({action}) {TEXT}".replace("\r\n", "\n") in last
    assert "(decline)" not in words_of(pages.values())
