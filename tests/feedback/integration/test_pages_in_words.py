"""What the pages say in each state: as much as is true, to whom it concerns, in words that people know."""

from datetime import timedelta
from typing import Any

import pytest
from tests.feedback.builders import (
    ANNA,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    DECIDER,
    RECRUITER,
    SESSION_AT,
    a_session,
    booked,
    closed,
    ended,
    opened,
    seat,
)
from tests.feedback.service import Forms, Service

from parley_contracts.event import Event
from parley_contracts.people import PersonUpserted
from parley_contracts.plan import PayCard

END = SESSION_AT + timedelta(hours=1)
PEOPLE = tuple(
    PersonUpserted(person_id=person_id, name=name, revision=1)
    for person_id, name in ((CANDIDATE, "Aigül Bekova"), (ANNA, "Anna Weber"), (BOB, "Bob Lee"))
)


async def after_the_interview(service: Service, *more: Event, **values: Any) -> None:
    await service.hear(*PEOPLE, *more, opened(), booked(**values))
    await service.until(END)
    await service.hear(ended(**values))


async def words(service: Service, purpose: str, person: str) -> str:
    return in_words((await service.see(purpose, person)).text)


def in_words(page: str) -> str:
    return " ".join(" ".join(Forms(page).words).split())


async def give_card(service: Service, person: str, **fields: str) -> str:
    async with service.browser("scorecard", person) as browser:
        await browser.send("held", held="held")
        card = {"judgement": "yes", "evidence": f"Seen by {person}."} | fields
        assert (await browser.send("card", **card)).status_code == 303
        return in_words(browser.answer.text)


async def give_review(service: Service, **fields: str) -> str:
    async with service.browser("review", CANDIDATE) as browser:
        if browser.forms.has("held"):
            await browser.send("held", held="held")
        assert (await browser.send("review", **fields)).status_code == 303
        return in_words(browser.answer.text)


async def test_colleagues_scorecards_are_read_where_the_own_was_given(service: Service) -> None:
    await after_the_interview(service)

    first = await give_card(service, ANNA)
    second = await give_card(service, BOB)

    assert "Your colleagues have given none yet" in first
    assert f"Seen by {ANNA}." in second
    assert f"Seen by {BOB}." in await words(service, "scorecard", ANNA)


async def test_sole_interviewer_hears_nothing_of_colleagues(service: Service) -> None:
    alone = (a_session(seats=(seat(ANNA), seat(ATS_SEAT, scorecard="ats"))),)
    await after_the_interview(service, sessions=alone)

    before = await words(service, "scorecard", ANNA)
    after = await give_card(service, ANNA)

    assert "olleagues" not in before
    assert "Your scorecard is in" in after
    assert "olleagues" not in after


async def test_word_that_is_late_is_said_to_be_late(service: Service) -> None:
    await service.hear(opened(), booked())
    assert "You will hear from us by" in await words(service, "round", CANDIDATE)

    await service.until(END + timedelta(days=6))

    late = await words(service, "round", CANDIDATE)
    assert "It is late, and the company has been told so. We are sorry" in late
    assert "You will hear from us by" not in late


async def test_feedback_that_is_late_is_said_to_be_late(service: Service) -> None:
    await after_the_interview(service)
    assert "You are owed it by" in await words(service, "round", CANDIDATE)

    await service.until(END + timedelta(days=6))

    late = await words(service, "round", CANDIDATE)
    assert "You were owed it by" in late


@pytest.mark.parametrize("purpose", ["decide", "round"])
async def test_company_reads_whom_a_page_is_about(service: Service, purpose: str) -> None:
    await after_the_interview(service)

    for person in (DECIDER, RECRUITER):
        assert "Aigül Bekova · Onsite" in await words(service, purpose, person)
    assert "Aigül Bekova" not in await words(service, purpose, CANDIDATE)


MISSING = (
    ("decide", DECIDER, {"do": "decide", "decision": "hold", "pair": "1"}, "until when?"),
    ("decide", DECIDER, {"do": "decide", "pair": "1"}, "The decision"),
    ("scorecard", ANNA, {"do": "card", "judgement": "yes"}, "One sentence of evidence"),
    ("review", CANDIDATE, {"do": "review", "team_text": "x" * 2001}, "Team"),
    ("release", RECRUITER, {"do": "release"}, "What the candidate will read"),
    ("prepare", CANDIDATE, {"do": "ask"}, "Your question in your own words"),
)


@pytest.mark.parametrize(("purpose", "person", "fields", "label"), MISSING)
async def test_form_that_lacks_something_says_what(
    service: Service, purpose: str, person: str, fields: dict[str, str], label: str
) -> None:
    await after_the_interview(service)

    async with service.browser(purpose, person) as browser:
        answer = await browser.post({"person": person, "seen": "0"} | fields)

    assert answer.status_code == 422
    assert label in in_words(answer.text)


async def test_to_wait_needs_a_date_and_says_so(service: Service) -> None:
    await after_the_interview(service)

    async with service.browser("decide", DECIDER) as browser:
        answer = await browser.send("decide", decision="hold")

    assert "Please give the date until which you hold." in in_words(answer.text)


async def test_talked_about_is_offered_once_it_has_begun(service: Service) -> None:
    await service.hear(opened(), booked())
    await service.send("prepare", CANDIDATE, "ask", question="Why?")

    before = (await service.see("prepare", ANNA)).text
    await service.until(SESSION_AT)
    after = (await service.see("prepare", ANNA)).text

    assert Forms(before).has("answer")
    assert not Forms(before).has("talked")
    assert Forms(after).has("talked")


async def test_second_answer_is_told_from_that_of_a_faster_colleague(service: Service) -> None:
    await service.hear(opened(), booked())
    await service.send("prepare", CANDIDATE, "ask", question="Why?")
    async with service.browser("prepare", ANNA) as mine, service.browser("prepare", BOB) as theirs:
        first = mine.forms.form("answer") | {"answer": ["So."]}
        other = theirs.forms.form("answer") | {"answer": ["Otherwise."]}

        assert (await mine.post(first)).status_code == 303
        assert "You: So." in in_words(mine.answer.text)
        again = await mine.post(first | {"answer": ["Differently."]})
        late = await theirs.post(other)

    assert "You have answered this already" in again.text
    assert "Somebody was faster" in late.text


async def test_ratings_are_shown_in_the_words_that_were_chosen(service: Service) -> None:
    await after_the_interview(service)
    team = {"team_rating": "some", "team_audience": "team", "heard_audience": "team"}

    own = await give_review(service, heard_rating="much", **team)
    await service.hear(closed("rejected"))
    await service.until(END + timedelta(days=30))
    read = await words(service, "round", RECRUITER)

    for page in (own, read):
        assert "Were you heard? Yes" in page
        assert "Team: Some" in page


async def test_review_says_when_it_stands_and_shows_what_it_opens(service: Service) -> None:
    await after_the_interview(service)
    await service.send("review", CANDIDATE, "held", held="held")
    assert "can no longer be changed" in await words(service, "review", CANDIDATE)
    await give_card(service, BOB)
    await give_card(service, ANNA, for_candidate="Your questions were excellent.")

    given = await give_review(service, heard_rating="much")

    assert "It can no longer be changed" in given
    assert "Your questions were excellent. Anna Weber" in given


@pytest.mark.parametrize(
    ("released", "times"), [("So clear.\r\n\r\nSo kind.", 1), ("So clear.", 2)]
)
async def test_feedback_released_as_it_was_written_is_read_once(
    service: Service, released: str, times: int
) -> None:
    await after_the_interview(service)
    await give_card(service, ANNA, for_candidate="So clear.")
    await give_card(service, BOB, for_candidate="So kind.")
    await give_review(service, heard_rating="much")

    await service.send("release", RECRUITER, "release", text=released)

    page = await words(service, "round", CANDIDATE)
    assert page.count("So clear.") == times
    assert ("In the words of Anna Weber and Bob Lee" in page) == (times == 1)


async def test_preparation_says_what_it_pays_and_what_is_assessed(service: Service) -> None:
    pay = PayCard(currency="EUR", minimum="65000", maximum="82000")
    await service.hear(*PEOPLE, opened(), booked(pay=pay))
    await service.send("prepare", ANNA, "read")

    page = await words(service, "prepare", ANNA)

    assert "65,000 to 82,000 EUR a year." in page
    assert "Both sides have read" not in page
    assert "You. Both sides see this line." in page
