"""Canary words in everything people write, a whole day, and every page read as everyone at every step."""

import io
import json
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import timedelta

from tests.feedback.builders import (
    ANNA,
    ATS_SEAT,
    BOB,
    CANDIDATE,
    COORDINATOR,
    DECIDER,
    RECRUITER,
    SESSION_AT,
    SHADOW,
    booked,
    closed,
    ended,
    opened,
)
from tests.feedback.service import Service

from feedback.adapters import logs
from parley_contracts.people import PersonUpserted

END = SESSION_AT + timedelta(hours=1)
PURPOSES = ("prepare", "scorecard", "review", "decide", "release", "round")
COMPANY = (ANNA, BOB, SHADOW, ATS_SEAT, RECRUITER, DECIDER, COORDINATOR)
EVERYONE = (CANDIDATE, *COMPANY)
OUTSIDER = "ats:outsider"

Allowed = dict[str, set[str]]
"""Who may read a canary by now; nobody is named where nobody may."""


class Crawl:
    """Opens every page as everyone and says where each canary stands."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.allowed: Allowed = {}
        self.pages = 0

    def may(self, canary: str, *readers: str) -> None:
        self.allowed.setdefault(canary, set()).update(readers)

    async def check(self) -> None:
        for person in (*EVERYONE, OUTSIDER):
            seen = await self.read_all(person)
            for canary, readers in self.allowed.items():
                if person not in readers:
                    assert canary not in seen, f"{person} reads {canary}"
            for canary, readers in self.allowed.items():
                if person in readers:
                    assert canary in seen, f"{person} does not find {canary}"
        for row in await self.service.outbox():
            text = row["payload"].decode() + str(row["traceparent"]) + row["type"]
            assert not any(canary in text for canary in self.allowed)

    async def read_all(self, person: str) -> str:
        texts = []
        for purpose in PURPOSES:
            answer = await self.service.see(purpose, person)
            assert answer.status_code in (200, 403)
            texts.append(answer.text)
            self.pages += 1
        return "\n".join(texts)


@contextmanager
def log_lines() -> Iterator[io.StringIO]:
    captured = io.StringIO()
    with redirect_stderr(captured):
        logs.configure("DEBUG", "feedback")
        yield captured


async def written_card(service: Service, who: str, name: str) -> None:
    async with service.browser("scorecard", who) as browser:
        await browser.send("held", held="held")
        sent = await browser.send(
            "card",
            judgement="strong_no" if who == ANNA else "strong_yes",
            evidence=f"canary-evidence-{name}",
            note_1=f"canary-note-{name}",
            learned=f"canary-learned-{name}",
            for_candidate=f"canary-for-{name}",
        )
        assert sent.status_code == 303


async def written_review(service: Service) -> None:
    async with service.browser("review", CANDIDATE) as browser:
        await browser.send("held", held="held")
        sent = await browser.send(
            "review",
            team_text="canary-review-team",
            team_audience="team",
            role_text="canary-review-sum",
            heard_text="canary-review-own",
            heard_audience="nobody",
        )
        assert sent.status_code == 303


async def decided(service: Service, who: str, choice: str, reason: str) -> None:
    sent = await service.send(
        "decide", who, "decide", decision=choice, hold_until="2027-03-20", note=reason
    )
    assert sent.status_code == 303


def card_readers(name: str, *readers: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for part in ("evidence", "note", "learned", "for"):
        yield f"canary-{part}-{name}", readers


async def play(service: Service, crawl: Crawl) -> None:
    """One day from the booking to the closing of the round; after each step everything is read."""
    deciders = (RECRUITER, DECIDER)

    async def step(action: Awaitable[object]) -> None:
        await action
        await crawl.check()

    await service.hear(
        PersonUpserted(person_id=CANDIDATE, name="Aigul", email="canary@example.com", revision=1)
    )
    crawl.may("canary@example.com")
    await step(service.hear(opened(), booked()))
    crawl.may("canary-question", *EVERYONE)
    await step(service.send("prepare", CANDIDATE, "ask", question="canary-question"))
    crawl.may("canary-answer", *EVERYONE)
    await step(service.send("prepare", ANNA, "answer", answer="canary-answer"))
    await service.until(END)
    await step(service.hear(ended()))
    for canary, readers in card_readers("anna", ANNA, *deciders):
        crawl.may(canary, *readers)
    await step(written_card(service, ANNA, "anna"))
    crawl.may("canary-review-team", CANDIDATE)
    crawl.may("canary-review-sum", CANDIDATE)
    crawl.may("canary-review-own", CANDIDATE)
    await step(written_review(service))
    crawl.may("canary-reason-company", *deciders)
    await step(decided(service, DECIDER, "hold", "canary-reason-company"))
    for canary, readers in card_readers("bob", BOB, *deciders):
        crawl.may(canary, *readers)
    for name, other in (("anna", BOB), ("bob", ANNA)):
        for canary, _ in card_readers(name):
            crawl.may(canary, other)
        crawl.may(f"canary-for-{name}", CANDIDATE)
    await step(written_card(service, BOB, "bob"))
    crawl.may("canary-reason-candidate", CANDIDATE)
    await step(decided(service, CANDIDATE, "advance", "canary-reason-candidate"))
    crawl.may("canary-released", CANDIDATE, RECRUITER, DECIDER, COORDINATOR)
    await step(service.send("release", RECRUITER, "release", text="canary-released"))
    await step(service.hear(closed("rejected")))
    await step(service.until(service.clock.moment + timedelta(days=6, hours=23)))
    crawl.may("canary-review-team", *(set(COMPANY) - {SHADOW}))
    await step(service.until(service.clock.moment + timedelta(hours=1)))


async def test_no_canary_crosses_a_seal(service: Service) -> None:
    crawl = Crawl(service)
    with log_lines() as captured:
        await play(service, crawl)
    assert crawl.pages > 500
    assert "canary" not in captured.getvalue()
    closed_rounds = await service.pool.fetchval(
        "select count(*) from round where state->>'close_reason' = 'complete'"
    )
    assert closed_rounds == 1


SECRET_WORDS = ("strong_no", "Strong no", "strong_yes", "Strong yes")


async def test_verdicts_and_sealed_choices_are_told_by_nothing(service: Service) -> None:
    """Words for verdicts, on the other side's pages and on the topics, while they are sealed."""
    await service.hear(opened(), booked())
    await service.until(END)
    await service.hear(ended())
    before = await _candidate_pages(service)
    await written_card(service, ANNA, "anna")
    await decided(service, DECIDER, "hold", "why")
    after = await _candidate_pages(service)
    assert before == after
    for row in await service.outbox():
        payload = json.loads(row["payload"])
        assert not any(word in row["payload"].decode() for word in SECRET_WORDS)
        if "round" in payload:
            assert "told" not in str(payload["round"]["pair"]).replace("'told': None", "")


async def _candidate_pages(service: Service) -> list[str]:
    return [(await service.see(purpose, CANDIDATE)).text for purpose in PURPOSES]
