"""From the booking to the match on PostgreSQL, through pages as people fill them in."""

from datetime import timedelta

from tests.feedback.builders import (
    ANNA,
    BOB,
    CANDIDATE,
    DECIDER,
    RECRUITER,
    SESSION_AT,
    booked,
    closed,
    ended,
    opened,
)
from tests.feedback.service import Service

from parley_contracts.people import PersonUpserted

END = SESSION_AT + timedelta(hours=1)
EXPECTED = [
    "parley.round.preparation-ready.v1",
    "parley.round.preparation-read.v1",
    "parley.round.question-asked.v1",
    "parley.round.question-asked.v1",
    "parley.round.question-answered.v1",
    *["parley.round.feedback-requested.v1"] * 3,
    "parley.round.decision-requested.v1",
    *["parley.round.feedback-submitted.v1"] * 3,
    "parley.round.revealed-to-candidate.v1",
    "parley.round.candidate-feedback-released.v1",
    "parley.round.decision-recorded.v1",
    "parley.round.decided.v1",
    "parley.round.match-reached.v1",
    "parley.round.revealed-to-company.v1",
    "parley.round.closed.v1",
]


def person(person_id: str, name: str, **values: str) -> PersonUpserted:
    return PersonUpserted(person_id=person_id, name=name, revision=1, **values)


async def test_pages_lead_from_the_booking_to_the_match(service: Service) -> None:
    await service.hear(
        person(CANDIDATE, "Aigul Bekova", zone="Asia/Kolkata"),
        person(ANNA, "Anna Weber", title="Hiring manager", bio="Builds payments."),
        opened(),
        booked(),
    )
    page = await service.see("prepare", CANDIDATE)
    assert page.status_code == 200
    assert "Anna Weber" in page.text
    assert "India Standard Time (Kolkata, UTC+05:30)" in page.text
    assert "Interview kit" not in page.text
    assert (await service.send("prepare", CANDIDATE, "read")).status_code == 303
    asked = await service.send(
        "prepare", CANDIDATE, "ask", question="Why now?", picked=["growth-1"]
    )
    assert asked.status_code == 303
    assert "Why now?" in (await service.see("prepare", ANNA)).text
    answered = await service.send("prepare", ANNA, "answer", answer="Because we grow.")
    assert answered.status_code == 303
    await service.until(END)
    await service.hear(ended())
    for one in (ANNA, BOB):
        async with service.browser("scorecard", one) as browser:
            assert (await browser.send("held", held="held")).status_code == 303
            sent = await browser.send("card", judgement="yes", evidence="Clear and kind.")
            assert sent.status_code == 303
            assert "Your scorecard is in" in browser.answer.text
    async with service.browser("review", CANDIDATE) as browser:
        assert (await browser.send("held", held="held")).status_code == 303
        assert (await browser.send("review", heard_rating="much")).status_code == 303
        assert "Your review is in" in browser.answer.text
    await service.send("release", RECRUITER, "release", text="You were good at design.")
    for one in (DECIDER, CANDIDATE):
        sent = await service.send("decide", one, "decide", decision="advance")
        assert sent.status_code == 303
    assert "Both sides want to go on" in (await service.see("round", CANDIDATE)).text
    await service.hear(closed("hired"))
    await service.until(END + timedelta(days=30))
    kinds = [kind for kind in await service.types() if kind.startswith("parley.round")]
    assert kinds == EXPECTED
