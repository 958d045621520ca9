"""Who may do what with which link, and what a form gets that was not filled in as it should be."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.feedback.builders import (
    ANNA,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    COORDINATOR,
    DECIDER,
    INTERVIEW,
    RECRUITER,
    SESSION_AT,
    SHADOW,
    booked,
    closed,
    ended,
    opened,
)
from tests.feedback.service import Browser, Service

from feedback.adapters.links import ALGORITHM
from parley_contracts.links import LinkClaims
from parley_contracts.people import PersonMerged, PersonUpserted

END = SESSION_AT + timedelta(hours=1)
EVERYONE = (CANDIDATE, ANNA, SHADOW, ATS_SEAT, RECRUITER, DECIDER, COORDINATOR, "ats:stranger")
CARD = {"session": "s1", "judgement": "yes", "evidence": "Seen.", "seen": "0"}
WAIVED = {"session": "s1", "interviewer": BOB}
REVIEW = {"seen": "0", "team_text": "They listen.", "team_audience": "team"}
ACTIONS: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "read": ("prepare", {}, {CANDIDATE, ANNA, SHADOW, ATS_SEAT}),
    "answer": ("prepare", {"question_id": "q1", "answer": "So."}, {ANNA, ATS_SEAT}),
    "talked": ("prepare", {"question_id": "q1"}, {ANNA, ATS_SEAT}),
    "held": ("scorecard", {"session": "s1", "held": "held"}, {CANDIDATE, ANNA, ATS_SEAT}),
    "card": ("scorecard", CARD, {ANNA}),
    "review": ("review", REVIEW, {CANDIDATE}),
    "nothing": ("review", {"seen": "0"}, {CANDIDATE}),
    "decide": ("decide", {"decision": "advance", "pair": "1"}, {CANDIDATE, DECIDER}),
    "waive": ("decide", WAIVED, {RECRUITER}),
    "waive on the round": ("round", {"do": "waive"} | WAIVED, {RECRUITER}),
    "release": ("release", {"text": "Well done."}, {RECRUITER, DECIDER}),
}
"""By what a form says is to be done: the page it stands on, what it holds, and who may send it."""
INSTEAD = {"talked", "nothing"}
"""What cannot be done any more once its other has been."""
PAGES = {
    "prepare": set(EVERYONE) - {"ats:stranger"},
    "scorecard": {ANNA, ATS_SEAT},
    "review": {CANDIDATE},
    "decide": {CANDIDATE, DECIDER, RECRUITER},
    "release": {DECIDER, RECRUITER},
    "round": set(EVERYONE) - {"ats:stranger"},
}


async def after_the_interview(service: Service) -> None:
    await service.hear(opened(), booked())
    await service.send("prepare", CANDIDATE, "ask", question="Why?")
    await service.until(END)
    await service.hear(ended())


async def posted(
    service: Service, purpose: str, person: str, fields: dict[str, Any], **link: Any
) -> int:
    async with service.browser(purpose, person, **link) as browser:
        return (await browser.post({"person": person} | fields)).status_code


@pytest.mark.parametrize("action", ACTIONS)
async def test_each_action_is_for_some_and_for_nobody_else(service: Service, action: str) -> None:
    await after_the_interview(service)
    purpose, fields, allowed = ACTIONS[action]
    form = {"do": action} | fields
    before = await service.outbox()
    for person in EVERYONE:
        if person not in allowed:
            assert await posted(service, purpose, person, form) == 403
    assert await service.outbox() == before
    answers = [await posted(service, purpose, person, form) for person in sorted(allowed)]
    assert answers[0] == 303
    assert set(answers) <= {303, 409}


async def test_each_page_is_for_some_and_for_nobody_else(service: Service) -> None:
    await after_the_interview(service)
    for person in EVERYONE:
        for purpose, allowed in PAGES.items():
            status = (await service.see(purpose, person)).status_code
            assert status == (200 if person in allowed else 403), (person, purpose)


async def test_candidate_asks_and_nobody_else(service: Service) -> None:
    await service.hear(opened(), booked())
    for person in EVERYONE:
        status = await posted(service, "prepare", person, {"do": "ask", "question": person})
        assert status == (303 if person == CANDIDATE else 403)
    await service.until(END)
    await service.hear(ended())
    late = await posted(service, "prepare", CANDIDATE, {"do": "ask", "question": "Late?"})
    assert late == 409


async def test_forged_foreign_and_expired_links_open_nothing(service: Service) -> None:
    await after_the_interview(service)
    async with service.browser("decide", DECIDER) as browser:
        good = service.token("decide", CANDIDATE)
        foreign = await browser.client.get(browser.path, params={"token": good})
        assert foreign.status_code == 404
        other = await browser.client.get(
            f"/decide/{INTERVIEW}/{DECIDER}", params={"token": service.token("round", DECIDER)}
        )
        assert other.status_code == 404
        forged = await browser.client.get(browser.path, params={"token": _forged(service)})
        assert forged.status_code == 404
    expired = await service.see("decide", DECIDER, valid=timedelta(seconds=-1))
    assert expired.status_code == 410
    assert "Send me a new link" in expired.text
    unknown = await service.see("round", CANDIDATE, interview="ats:nothing")
    assert unknown.status_code == 404


def _forged(service: Service) -> str:
    key = OKPKey.generate_key("Ed25519", {"kid": "test"})
    claims = LinkClaims(
        person=DECIDER,
        interview=INTERVIEW,
        purpose="decide",
        generation=1,
        expires=int((service.clock.moment + timedelta(days=9)).timestamp()),
    )
    header = {"alg": ALGORITHM, "kid": "test"}
    return jwt.encode(header, claims.model_dump(), key, algorithms=[ALGORITHM])


async def test_outdated_link_is_spent(service: Service) -> None:
    await service.hear(opened(), booked())
    await service.pool.execute("update round set state = jsonb_set(state, '{generation}', '2')")
    seen = await service.see("prepare", CANDIDATE)
    assert seen.status_code == 409
    assert "There is a newer link" in seen.text
    assert await posted(service, "prepare", CANDIDATE, {"do": "read"}) == 409
    assert await posted(service, "prepare", CANDIDATE, {"do": "read"}, generation=2) == 303


async def test_form_posted_twice_does_it_once(service: Service) -> None:
    await after_the_interview(service)
    for action, (purpose, fields, allowed) in ACTIONS.items():
        if action in INSTEAD:
            continue
        person = min(allowed & {CANDIDATE, ANNA, RECRUITER, DECIDER})
        form = {"do": action} | fields
        assert await posted(service, purpose, person, form) == 303
        before = len(await service.outbox())
        assert await posted(service, purpose, person, form) == 303
        assert len(await service.outbox()) == before, action


async def test_two_tabs_do_not_overwrite_each_other(service: Service) -> None:
    await after_the_interview(service)
    async with (
        service.browser("scorecard", ANNA) as one,
        service.browser("scorecard", ANNA) as two,
    ):
        await one.send("held", held="held")
        two.answer = await two.client.get(two.path)
        assert (await one.send("card", judgement="yes", evidence="First.")).status_code == 303
        second = await two.send("card", judgement="no", evidence="Second.")
        assert second.status_code == 409
        assert "changed in the meantime" in second.text
        assert "First." in (await two.client.get(two.path)).text


async def test_state_that_moved_on_is_told_in_words(service: Service) -> None:
    await after_the_interview(service)
    async with service.browser("decide", DECIDER) as browser:
        await service.hear(closed("rejected"))
        told = await browser.send("decide", decision="advance")
        assert told.status_code == 409
        assert "told to the other side" in told.text
    async with service.browser("review", CANDIDATE) as browser:
        await browser.send("held", held="held")
        await service.until(END + timedelta(days=40))
        late = await browser.send("nothing")
        assert late.status_code == 409
        assert "This round is closed" in late.text


ODD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("evidence", {"evidence": ""}),
    ("evidence", {"evidence": "x" * 501}),
    ("evidence", {"evidence": "a\0b"}),
    ("judgement", {"judgement": "maybe"}),
    ("judgement", {"judgement": ["yes", "no"]}),
    ("seen", {"seen": "many"}),
    ("rating", {"rating_1": "excellent"}),
    ("do", {"do": "drop"}),
    ("session", {"session": ""}),
    ("form", {"learned": "x" * 400_000}),
)


@pytest.mark.parametrize(("field", "values"), ODD, ids=lambda one: str(one)[:30])
async def test_odd_field_is_answered_and_changes_nothing(
    service: Service, field: str, values: dict[str, Any]
) -> None:
    await after_the_interview(service)
    before = await service.outbox()
    assert await posted(service, "scorecard", ANNA, {"do": "card"} | CARD | values) == 422
    assert await service.outbox() == before
    assert await posted(service, "scorecard", ANNA, {"do": "card"} | CARD) == 303


@pytest.mark.parametrize("letter", ["न", "想", "Ж", "\r\n"])
async def test_the_longest_text_fits_in_any_script(service: Service, letter: str) -> None:
    """And a line's end counts once, as in the browser."""
    await after_the_interview(service)

    text = f"a{letter * 7_998}z"
    assert await posted(service, "release", RECRUITER, {"do": "release", "text": text}) == 303


async def test_form_of_someone_else_is_refused(service: Service) -> None:
    await after_the_interview(service)
    async with service.browser("decide", DECIDER) as browser:
        form = {"person": CANDIDATE, "do": "decide", "decision": "advance", "pair": "1"}
        assert (await browser.post(form)).status_code == 404
        assert (await browser.post({"do": "decide"})).status_code == 404
    async with service.browser("round", ANNA) as browser:
        moved = Browser(browser.client, f"/decide/{INTERVIEW}/{DECIDER}")
        form = {"person": DECIDER, "do": "decide", "decision": "advance", "pair": "1"}
        assert (await moved.post(form)).status_code == 404


@pytest.mark.parametrize("day", ["", "2027-02-30", "2027-01-01", "2031-01-01", "tomorrow"])
async def test_hold_needs_a_date_ahead(service: Service, day: str) -> None:
    await after_the_interview(service)
    form = {"do": "decide", "decision": "hold", "pair": "1", "hold_until": day}
    assert await posted(service, "decide", DECIDER, form) == 422


async def test_person_who_was_merged_is_the_same_person(service: Service) -> None:
    await service.hear(
        opened(),
        booked(),
        PersonUpserted(person_id="ats:new", name="Nia", revision=1),
        PersonMerged(person_id="ats:between", into_id="ats:new"),
        PersonMerged(person_id=CANDIDATE, into_id="ats:between"),
    )
    assert (
        await posted(service, "prepare", "ats:new", {"do": "ask", "question": "Still me?"}) == 303
    )
    seen = await service.see("prepare", ANNA)
    assert "Still me?" in seen.text
    assert "Nia" in seen.text


async def test_erased_person_leaves_no_word(service: Service) -> None:
    await service.hear(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=3))
    await after_the_interview(service)
    await service.send("prepare", ANNA, "answer", answer="An answer.")
    await posted(service, "scorecard", ANNA, {"do": "card"} | CARD)
    record = service.record(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=3))
    tombstone = type(record)(record.topic, 0, 999, record.key, None, ())
    await service.batch.ingest([tombstone])
    held = await service.pool.fetchval("select string_agg(state::text, '') from round")
    people = await service.pool.fetchval("select string_agg(state::text, '') from person")
    for word in ("Why?", "An answer.", "Seen.", "Nia"):
        assert word not in held + people
    await service.hear(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=2))
    assert "Nia" not in (await service.see("round", ANNA)).text
    await service.hear(PersonUpserted(person_id=CANDIDATE, name="Nia", revision=4))
    assert "Nia" in (await service.see("scorecard", ANNA)).text
