"""Who may do what: each role's link on each action; links and forms that are not as they should be."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tests.scheduling.building import (
    ANNA,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    NOW,
    a_person,
    a_profile,
    a_request,
    at,
    later,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, visitor, words

from parley_contracts.people import PersonMerged

NINE = {"starts_at": "2027-03-03T09:00:00Z", "zone": "Europe/Berlin"}
TEN = {"starts_at": "2027-03-03T10:00:00Z", "zone": "Europe/Berlin"}
REASON = {"reason": "other", "note": ""}
FIELDS = NINE | REASON | {"was_at": "2027-03-03T09:00:00Z", "session": "talk"}


async def _booked(stage: Stage) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_profile(BORIS), a_request())
    await stage.open()
    assert await stage.book(at(3, 9)) is None


async def test_a_link_opens_its_own_page_only(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    for path in (f"/seat/ats:i1/{ANNA}", f"/arrange/ats:i1/{COORDINATOR}", "/book/ats:i2/ats:x"):
        assert (await cara.client.get(path)).status_code == 404
        answer = await cara.client.post(f"{path}/cancel", content="person=x&reason=other")
        assert answer.status_code == 404


async def test_forged_expired_and_outdated_links(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    good = mint.link("book", CANDIDATE, expires_at=later(days=1))

    assert (await cara.client.get(good[:-2] + "xx")).status_code == 404
    assert (await cara.client.get(good.replace(CANDIDATE, ANNA))).status_code == 404
    assert (await cara.client.get(good.replace("/book/", "/seat/"))).status_code == 404
    assert (await cara.client.get(f"/book/ats:i1/{CANDIDATE}")).status_code == 404
    expired = mint.link("book", CANDIDATE, expires_at=NOW - timedelta(seconds=1))
    assert (await cara.client.get(expired)).status_code == 410

    await stage.pool.execute("update interview set state = state || '{\"generation\": 2}'")
    spent = await cara.follow(generation=1)
    assert spent.status_code == 410
    assert "newest mail" in words(spent)
    assert (await cara.post("cancel", REASON)).status_code == 410
    assert (await cara.follow(generation=2)).status_code == 200


async def test_the_cookie_is_for_one_page_and_the_address_holds_no_token(
    stage: Stage, mint: Mint
) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)

    first = await cara.client.get(mint.link("book", CANDIDATE, expires_at=later(days=1)))

    assert first.status_code == 303
    assert first.headers["location"] == cara.path
    cookie = first.headers["set-cookie"]
    assert f"Path={cara.path}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_a_form_posted_twice_and_from_two_tabs(stage: Stage, mint: Mint) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_request())
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    assert [(await cara.post("slot", NINE)).status_code for _ in range(2)] == [303, 303]
    other_tab = await cara.post("slot", TEN)
    assert other_tab.status_code == 409
    assert "booked already" in words(other_tab)
    assert (await stage.names()).count("InterviewBooked") == 1

    stale = TEN | REASON | {"was_at": "2027-03-03T12:00:00Z"}
    moved_on = await cara.post("move", stale)
    assert moved_on.status_code == 409
    assert "in the meantime" in words(moved_on)


async def test_a_form_after_the_interview_was_cancelled(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()
    await cara.post("cancel", REASON)

    assert (await cara.post("slot", NINE)).status_code == 409
    assert (await cara.post("move", FIELDS)).status_code == 409
    assert "You have cancelled" in words(await cara.look())


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"zone": "Europe/Berlin"},
        {"zone": "Mars/Olympus", "starts_at": "2027-03-03T09:00:00Z"},
        {"zone": "Europe/Berlin", "starts_at": "tomorrow"},
        {"zone": "Europe/Berlin", "starts_at": "2027-03-03T09:00:00"},
        {"zone": "E" * 400_000, "starts_at": "2027-03-03T09:00:00Z"},
    ],
)
async def test_a_form_with_a_missing_odd_or_oversized_field(
    stage: Stage, mint: Mint, fields: dict[str, str]
) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_request())
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    answer = await cara.post("slot", fields)

    assert answer.status_code == 422
    assert "Nothing was changed" in words(answer)
    assert await stage.names() == ["SlotsOffered"]


async def test_a_reason_has_to_be_one_of_those_shown_and_a_note_short(
    stage: Stage, mint: Mint
) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    assert (await cara.post("cancel", {"reason": "why not", "note": ""})).status_code == 422
    assert (await cara.post("cancel", {"reason": "other", "note": "x" * 1001})).status_code == 422
    foreign = await cara.client.post(f"{cara.path}/cancel", content="person=ats:anna&reason=other")
    assert foreign.status_code == 404
    assert (await stage.names())[-1] == "InterviewBooked"


async def test_a_time_that_was_never_offered_is_answered_with_those_that_are(
    stage: Stage, mint: Mint
) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_request())
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    for odd in ("2027-03-03T09:07:00Z", "2027-03-06T09:00:00Z", "2031-01-01T09:00:00Z"):
        answer = await cara.post("slot", NINE | {"starts_at": odd})
        assert answer.status_code == 409
        assert "nearest other times" in words(answer)


async def test_somebody_who_turned_out_to_be_the_same_person(stage: Stage, mint: Mint) -> None:
    await stage.told(a_profile(ANNA), a_request(), a_person(CANDIDATE), a_person("ats:cara-2"))
    await stage.told(PersonMerged(person_id=CANDIDATE, into_id="ats:cara-1"))
    await stage.told(PersonMerged(person_id="ats:cara-1", into_id="ats:cara-2"))
    cara = visitor(stage, mint, "book", "ats:cara-2")

    assert (await cara.follow()).status_code == 200
    assert (await cara.post("slot", NINE)).status_code == 303


async def test_a_database_that_does_not_answer_is_told_in_words(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()
    await stage.pool.execute("alter table interview rename to gone")

    cara.client._transport.raise_app_exceptions = False  # type: ignore[attr-defined]  # as a real server answers
    with capture_logs() as said:
        page = await cara.look()
    await stage.pool.execute("alter table gone rename to interview")

    assert [one["event"] for one in said] == ["page failed"]
    assert page.status_code == 503
    assert "try once more" in words(page)
    assert page.headers["cache-control"] == "no-store"
