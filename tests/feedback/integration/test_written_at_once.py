"""What stands where two write at once, what is given back that is not taken, and who reads a question."""

from datetime import timedelta
from typing import Any

import pytest
from tests.feedback.builders import (
    ANNA,
    BOB,
    CANDIDATE,
    DECIDER,
    RECRUITER,
    SESSION_AT,
    a_session,
    booked,
    ended,
    opened,
    seat,
)
from tests.feedback.service import Service

from parley_contracts.plan import Place, Stage

END = SESSION_AT + timedelta(hours=1)


async def after_the_interview(service: Service, **values: Any) -> None:
    await service.hear(opened(), booked(**values))
    await service.until(END)
    await service.hear(ended(**values))


async def test_second_decider_does_not_overwrite_the_first(service: Service) -> None:
    await after_the_interview(service)
    async with (
        service.browser("decide", DECIDER) as one,
        service.browser("decide", DECIDER) as two,
    ):
        assert (await one.send("decide", decision="advance", note="Ours.")).status_code == 303
        second = await two.send("decide", decision="decline", note="What I think of it.")
        assert second.status_code == 409
        assert "What I think of it." in second.text
        two.answer = await two.client.get(two.path)
        assert "Ours." in two.answer.text
        assert (await two.send("decide", decision="decline", note="Both.")).status_code == 303


async def test_what_was_typed_is_given_back_where_it_is_not_taken(service: Service) -> None:
    await after_the_interview(service)
    async with service.browser("scorecard", ANNA) as browser:
        await browser.send("held", held="held")
        form = {"judgement": "yes", "evidence": "", "learned": "Two words, <b>bold</b>."}
        unspaced = "候補者は設計の質問に落ち着いて答え、理由を説明した。"
        answer = await browser.send("card", **form, for_candidate=unspaced)
    assert answer.status_code == 422
    assert unspaced in answer.text
    assert "Two words, &lt;b&gt;bold&lt;/b&gt;." in answer.text


async def test_what_was_begun_before_the_link_expired_may_be_finished(service: Service) -> None:
    """A home's link lives for an hour, and an interview takes as long."""
    await after_the_interview(service)
    hour, day = timedelta(hours=1), timedelta(days=1)
    async with service.browser("scorecard", ANNA, valid=hour) as browser:
        await browser.send("held", held="held")
        form = browser.forms.form("card") | {"judgement": "yes", "evidence": "Seen."}
        service.clock.moment += 2 * hour
        assert (await browser.client.get(browser.path)).status_code == 410
        taken = await browser.client.post(browser.path, data=form)
        assert (taken.status_code, "This is recorded" in taken.text) == (200, True)
        service.clock.moment += day
        late = await browser.client.post(browser.path, data=form)
        assert late.status_code == 410
        assert "http://notifications/links/renew" in late.text


async def test_theme_that_is_named_twice_is_asked_once(service: Service) -> None:
    twice = Stage(name="Onsite", assesses=("System design", "Testing", "System design"))
    await after_the_interview(service, stage=twice)
    async with service.browser("scorecard", ANNA) as browser:
        await browser.send("held", held="held")
        fields = {"judgement": "yes", "evidence": "Seen.", "note_2": "On testing."}
        assert (await browser.send("card", **fields)).status_code == 303
        assert browser.answer.text.count("Note on System design") == 1
        assert "On testing." in browser.answer.text


async def test_question_for_one_person_is_read_by_that_person(service: Service) -> None:
    await service.hear(opened(), booked())
    async with service.browser("prepare", CANDIDATE) as browser:
        for who in (ANNA, BOB):
            text = {"question": "How do you work?", "for": who}
            assert (await browser.send("ask", **text)).status_code == 303
        assert (await browser.send("ask", question="Of all.", **{"for": ""})).status_code == 303
        assert browser.answer.text.count("How do you work?") == 2

    pages = {who: await service.see("prepare", who) for who in (ANNA, BOB, RECRUITER)}
    assert {who: page.text.count("How do you work?") for who, page in pages.items()} == {
        ANNA: 1,
        BOB: 1,
        RECRUITER: 0,
    }
    assert all("Of all." in page.text for page in pages.values())
    async with service.browser("prepare", BOB) as browser:
        answer = {"person": BOB, "do": "answer", "question_id": "q1", "answer": "Not mine."}
        assert (await browser.post(answer)).status_code == 409


async def test_question_stays_with_the_team_where_whoever_was_asked_has_left(
    service: Service,
) -> None:
    await service.hear(opened(), booked())
    await service.send("prepare", CANDIDATE, "ask", question="Of Bob.", **{"for": BOB})
    assert "Of Bob." not in (await service.see("prepare", ANNA)).text
    await service.hear(booked(3, sessions=(a_session(seats=(seat(ANNA),)),)))
    assert "Of Bob." in (await service.see("prepare", ANNA)).text


@pytest.mark.parametrize("kind", ["video", "onsite", "phone", "hybrid"])
async def test_all_of_a_place_is_shown_whatever_it_is_called(service: Service, kind: str) -> None:
    place = Place(
        kind=kind, url="https://meet.example.com/1", address="1 Main St", dial_in="+41 44"
    )
    await service.hear(opened(), booked(sessions=(a_session(place=place),)))
    for who in (CANDIDATE, ANNA):
        text = (await service.see("prepare", who)).text
        assert all(one in text for one in ("https://meet.example.com/1", "1 Main St", "+41 44"))


async def test_question_for_everyone_is_everyones_where_one_alone_is_met(service: Service) -> None:
    one = (a_session(seats=(seat(ANNA),)),)
    await service.hear(opened(), booked(sessions=one))
    await service.send("prepare", CANDIDATE, "ask", question="Of whoever comes.", **{"for": ""})
    await service.hear(booked(3, sessions=(a_session(seats=(seat(ANNA), seat(BOB))),)))

    for who in (ANNA, BOB, RECRUITER):
        assert "Of whoever comes." in (await service.see("prepare", who)).text
