"""What the pages say in each state: what was done, by whom, and what comes next."""

import pytest
from tests.scheduling.building import (
    ANNA,
    APPLICATION,
    BORIS,
    CANDIDATE,
    COORDINATOR,
    INTERVIEW,
    RECRUITER,
    a_person,
    a_profile,
    a_request,
    a_seat,
    a_session,
    at,
)
from tests.scheduling.stage import Stage
from tests.scheduling.visiting import Mint, visitor, words

from parley_contracts.plan import HiringTeam
from parley_contracts.rounds import NoShowReported, Round

NINE = "2027-03-03T09:00:00Z"
DECLINED = {"session": "talk", "was_at": NINE, "reason": "not_then", "note": ""}


async def _booked(stage: Stage, *sessions: dict[str, object]) -> None:
    await stage.told(a_person(CANDIDATE), a_profile(ANNA), a_profile(BORIS), a_request(*sessions))
    await stage.open()
    assert await stage.book(at(3, 9)) is None


@pytest.mark.parametrize(
    ("seat", "then"),
    [
        ({"interviewer_id": ANNA}, "Other times are looked for"),
        ({"one_of": [ANNA, BORIS]}, "The interview takes place without you"),
    ],
)
async def test_a_seat_given_up_is_confirmed_however_often_it_is_said(
    stage: Stage, mint: Mint, seat: dict[str, object], then: str
) -> None:
    await _booked(stage, a_session({"role": "Engineer"} | seat))
    anna = visitor(stage, mint, "seat", ANNA)
    await anna.follow()

    answers = [await anna.post("decline", DECLINED) for _ in range(2)]

    assert [one.status_code for one in answers] == [303, 303]
    page = words(await anna.look())
    assert "You have given up your seat" in page
    assert then in page


async def test_who_listens_may_give_up_their_own_seat_only(stage: Stage, mint: Mint) -> None:
    await _booked(stage, a_session(a_seat(ANNA), a_seat(BORIS, shadow=True)))
    boris, anna = visitor(stage, mint, "seat", BORIS), visitor(stage, mint, "seat", ANNA)

    listens, asks = await boris.follow(), await anna.follow()

    assert "I cannot be there" in words(listens)
    assert "takes place without you" in words(listens)
    for one in ("Cancel the whole interview", "Ask for another time"):
        assert one in words(asks)
        assert one not in words(listens)
    assert (await boris.post("decline", DECLINED)).status_code == 303


async def test_a_time_given_up_is_confirmed(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    anna = visitor(stage, mint, "seat", ANNA)
    await anna.follow()

    move = {"was_at": NINE, "reason": "not_then", "note": ""}
    assert (await anna.post("move", move)).status_code == 303

    assert "You have given this time up" in words(await anna.look())


async def test_who_never_sat_there_has_given_nothing_up(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    boris = visitor(stage, mint, "seat", BORIS)

    assert "You are not part of this interview" in words(await boris.follow())
    assert (await boris.post("decline", DECLINED)).status_code == 409


async def test_a_form_that_lacks_something_says_what_and_leads_back(
    stage: Stage, mint: Mint
) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()

    no_time = await cara.post("slot", {"zone": "Europe/Berlin"})
    no_reason = await cara.post("cancel")

    assert "The time Please pick one of the times shown." in words(no_time)
    assert "Why? Please fill this in." in words(no_reason)
    assert f'href="{cara.path}"' in no_reason.text


@pytest.mark.parametrize(
    ("absent", "missed", "then"),
    [
        ("candidate", "the candidate was not there", "The candidate was told"),
        ("company", "nobody of the team was there", "please write to them today"),
    ],
)
async def test_what_was_reported_is_said_with_its_day_and_what_to_do(
    stage: Stage, mint: Mint, absent: str, missed: str, then: str
) -> None:
    await _booked(stage)
    await stage.advance(at(3, 11))
    await stage.told(_no_show(absent, revision=1))
    await stage.advance(at(4, 9))
    await stage.told(_no_show(absent, revision=2))

    page = words(await visitor(stage, mint, "arrange", COORDINATOR).follow())

    assert page.count(f"Reported on Thursday 4 March 2027: {missed}.") == 1
    assert "Reported on Wednesday" not in page
    assert "ask for it anew in your ATS" in page
    assert then in page


def _no_show(absent: str, *, revision: int) -> NoShowReported:
    round_ = Round(
        interview_id=INTERVIEW,
        application_id=APPLICATION,
        candidate_id=CANDIDATE,
        status="collecting",
        hiring_team=HiringTeam(recruiter_id=RECRUITER),
        job_title="Backend engineer",
        stage_name="Technical interview",
    )
    return NoShowReported(
        revision=revision, round=round_, session_id="talk", absent=absent, reported_by="candidate"
    )


async def test_a_reason_is_shown_in_the_words_of_its_form(stage: Stage, mint: Mint) -> None:
    await _booked(stage)
    cara = visitor(stage, mint, "book", CANDIDATE)
    await cara.follow()
    move = {"zone": "Europe/Berlin", "starts_at": "2027-03-03T10:00:00Z", "was_at": NINE}
    assert (await cara.post("move", move | {"reason": "need_time"})).status_code == 303
    assert (await cara.post("cancel", {"reason": "withdraw"})).status_code == 303

    page = words(await visitor(stage, mint, "arrange", COORDINATOR).follow())

    assert "Cara moved it: “I need more time to prepare”" in page
    assert "Cara cancelled it: “I no longer want this job”" in page


async def test_a_booking_says_where_the_preparation_is(stage: Stage, mint: Mint) -> None:
    await _booked(stage)

    page = words(await visitor(stage, mint, "book", CANDIDATE).follow())

    assert "the link to your preparation" in page
