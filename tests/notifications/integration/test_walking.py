"""From an offer to a match: each event becomes the right mail to the right people."""

from datetime import timedelta
from typing import Any

from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    DORA,
    IVAN,
    JUN,
    STARTS,
    booked,
    card,
    everyone,
    interview,
    offered,
    opened,
    round_,
)

from parley_contracts import interviews, rounds

ANA, IVANS, JUNS, DORAS = "ana@", "ivan@", "jun@", "dora@"


async def test_offer_reaches_the_candidate_with_a_signed_link(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())

    await day.settle()

    (mail,) = day.sink.mails
    assert mail["To"] == "Ana Silva <ana@mail.example>"
    assert mail["Reply-To"] == "Cora Lind <cora@corp.example>"
    assert mail["Subject"] == "Pick a time: Technical interview for Backend engineer"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "http://scheduling.test/book/ats:int-1/ats:ana?token=" in body.get_content()
    assert await day.items("ats:ana") == ["book"]


def collecting(**changes: Any) -> rounds.Round:
    return round_(
        cards=(card(IVAN), card(JUN)),
        review=rounds.Review(status="asked", due_at=STARTS + timedelta(days=3)),
        **{"pair": rounds.Pair(due_at=STARTS + timedelta(days=5)), **changes},
    )


def both_advance() -> rounds.Pair:
    told = rounds.Told(decision="advance", told_at=STARTS)
    side = rounds.SideOfPair(recorded=True, told=told)
    return rounds.Pair(company=side, candidate=side, match=True)


async def test_booking_invites_everyone_and_reminds_them(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    await day.hear(booked())
    await day.settle()
    assert day.sink.subjects(ANA)[-1].startswith("Booked")
    assert "Gespräch mit Ana Silva" in day.sink.subjects(IVANS)[0]
    assert len(day.sink.subjects(JUNS)) == 1

    await day.pass_to(STARTS + timedelta(hours=1))
    reminders = [one for one in day.sink.subjects(ANA) if "one hour" in one or "Tomorrow" in one]
    assert len(reminders) == 2


async def test_both_sides_are_asked_once_the_last_session_has_ended(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.settle()
    people = [("scorecard", IVAN), ("scorecard", JUN), ("review", CANDIDATE)]
    requested = [
        rounds.FeedbackRequested(
            revision=number,
            round=collecting(),
            kind=kind,
            person_id=who,
            session_id="s1" if kind == "scorecard" else None,
            due_at=STARTS + timedelta(days=2),
        )
        for number, (kind, who) in enumerate(people, start=1)
    ]
    ended = interviews.SessionEnded(
        revision=3, interview=interview("ended"), session_id="s1", last=True
    )
    asked = rounds.DecisionRequested(revision=4, round=collecting())

    await day.hear(ended, *requested, asked)
    await day.settle()

    assert "Ihre Bewertung, bitte" in day.sink.subjects(IVANS)[-1]
    assert "How was it for you?" in day.sink.subjects(ANA)[-1]
    assert "Your decision, please" in day.sink.subjects(DORAS)[-1]
    assert await day.items(DORA) == ["decide"]
    assert await day.items(CANDIDATE) == ["decide", "review"]
    assert len(day.sink.to(ANA)) == 2


async def test_decisions_match_and_reveal_are_told(day: Day) -> None:
    await day.hear(*everyone(), opened(), booked())
    await day.settle()
    told = collecting(pair=both_advance())

    await day.hear(
        rounds.RoundDecided(revision=1, round=told), rounds.MatchReached(revision=2, round=told)
    )
    await day.settle()
    assert "You both want to go on" in day.sink.subjects(ANA)[-1]
    assert "has decided" in day.sink.subjects(DORAS)[-1]

    await day.hear(rounds.RevealedToCandidate(revision=3, round=told))
    await day.settle()
    assert "What the interviewers wrote" in day.sink.subjects(ANA)[-1]
    assert await day.parked() == []
    assert len(await day.published("parley.notification.sent.v1")) == len(day.sink.mails)


async def test_mail_can_be_traced_back_to_the_event_that_caused_it(day: Day) -> None:
    await day.hear(*everyone(), opened(), offered())
    await day.settle()

    (mail,) = day.sink.mails

    assert "0af7651916cd43dd8448eb211c80319c" in str(mail["Traceparent"])
