"""Every event of a round and of the no-ghosting clock reaches exactly whom the catalogue says, with what."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.notifications.day import Day
from tests.notifications.events import (
    CANDIDATE,
    COORDINATOR,
    DORA,
    IVAN,
    JUN,
    RECRUITER,
    STARTS,
    booked,
    card,
    clock_state,
    everyone,
    opened,
    round_,
    seat,
    session,
)

from notifications.domain.catalogue import EVENTS, Audience
from parley_contracts import candidate_updates, rounds
from parley_contracts.event import StateEvent
from parley_contracts.topics import CANDIDATE_UPDATES, ROUNDS, published_as

DUE = STARTS + timedelta(days=2)
AFTER = STARTS + timedelta(hours=2)
DESK = (RECRUITER, COORDINATOR)
Case = tuple[StateEvent, frozenset[str], tuple[str, ...]]
"""An event, its variants, and whom it names."""


def side(decision: str | None, until: Any = None) -> rounds.SideOfPair:
    if decision is None:
        return rounds.SideOfPair(recorded=True)
    told = rounds.Told(decision=decision, told_at=AFTER, hold_until=until)
    return rounds.SideOfPair(recorded=decision != "none", told=told)


def pair(company: str | None, candidate: str | None) -> rounds.Pair:
    match = company == candidate == "advance"
    return rounds.Pair(company=side(company), candidate=side(candidate), match=match)


def of_round(
    model: type[rounds.RoundEvent],
    *variants: str,
    state: Mapping[str, Any] | None = None,
    named: tuple[str, ...] = (),
    **fields: Any,
) -> Case:
    round_state = round_(**state or {})
    return model(revision=7, round=round_state, **fields), frozenset(variants), named


def feedback(model: type[rounds.FeedbackEvent], kind: str, status: str = "asked") -> Case:
    who = IVAN if kind == "scorecard" else CANDIDATE
    state = {
        "cards": (card(IVAN, status), card(JUN)),
        "review": rounds.Review(status=status, due_at=DUE),
    }
    due = {"due_at": DUE} if model is rounds.FeedbackRequested else {}
    session = {"session_id": "s1"} if kind == "scorecard" else {}
    return of_round(
        model, kind, state=state, named=(who,), kind=kind, person_id=who, **due, **session
    )


def decided(company: str | None, candidate: str | None, *variants: str) -> Case:
    return of_round(rounds.RoundDecided, *variants, state={"pair": pair(company, candidate)})


def of_clock(model: type[candidate_updates.ApplicationClockEvent]) -> Case:
    return model(revision=7, application=clock_state()), frozenset(), ()


CASES: Mapping[str, Case] = {
    "preparation ready": of_round(rounds.PreparationReady),
    "preparation read": of_round(rounds.PreparationRead, person_id=IVAN),
    "question asked": of_round(
        rounds.QuestionAsked, named=(IVAN, JUN), question_id="q1", for_ids=(IVAN, JUN)
    ),
    "question answered": of_round(rounds.QuestionAnswered, question_id="q1", answered_by=JUN),
    "candidate absent": of_round(
        rounds.NoShowReported,
        "candidate_absent",
        session_id="s1",
        absent="candidate",
        reported_by="company",
    ),
    "interviewers absent": of_round(
        rounds.NoShowReported,
        "company_absent",
        session_id="s1",
        absent="company",
        reported_by="candidate",
    ),
    "scorecard requested": feedback(rounds.FeedbackRequested, "scorecard"),
    "review requested": feedback(rounds.FeedbackRequested, "review"),
    "scorecard submitted": feedback(rounds.FeedbackSubmitted, "scorecard", "submitted"),
    "review submitted": feedback(rounds.FeedbackSubmitted, "review", "submitted"),
    "scorecard amended": feedback(rounds.FeedbackAmended, "scorecard", "submitted"),
    "scorecard waived": feedback(rounds.FeedbackWaived, "scorecard", "waived"),
    "scorecard overdue": feedback(rounds.FeedbackOverdue, "scorecard"),
    "review overdue": feedback(rounds.FeedbackOverdue, "review"),
    "decision requested": of_round(rounds.DecisionRequested, "company_decides"),
    "decision requested, made in the ATS": of_round(
        rounds.DecisionRequested, state={"decide_in": "ats"}
    ),
    "decision recorded": of_round(rounds.DecisionRecorded, side="company"),
    "both told": decided("advance", "hold", "company_told", "candidate_told", "nobody_declined"),
    "nobody had decided": decided(
        "none", "none", "company_told", "candidate_told", "nobody_declined"
    ),
    "company declines": decided("decline", None, "company_told", "company_declined"),
    "candidate declines": decided(None, "decline", "candidate_told", "candidate_declined"),
    "match": of_round(rounds.MatchReached, state={"pair": pair("advance", "advance")}),
    "opened to candidate": of_round(rounds.RevealedToCandidate),
    "opened to company": of_round(rounds.RevealedToCompany),
    "feedback released": of_round(rounds.CandidateFeedbackReleased),
    "closed": of_round(rounds.RoundClosed, state={"status": "closed"}, reason="complete"),
    "told again": of_round(rounds.RoundSnapshot),
    "word due": of_clock(candidate_updates.CandidateUpdateDue),
    "word given": of_clock(candidate_updates.CandidateUpdated),
    "word overdue": of_clock(candidate_updates.CandidateUpdateOverdue),
    "clock told again": of_clock(candidate_updates.CandidateUpdateSnapshot),
}
PEOPLE_OF: Mapping[Audience, tuple[str, ...]] = {
    Audience.CANDIDATE: (CANDIDATE,),
    Audience.INTERVIEWERS: (IVAN, JUN),
    Audience.DECIDERS: (DORA,),
    Audience.DESK: DESK,
    Audience.DIGEST: DESK,
}
MAILS = """
select person_id, one ->> 'kind' as kind from message, jsonb_array_elements(state -> 'parts') as one
"""
NEWS = "select id, one ->> 'kind' as kind from desk, jsonb_array_elements(state -> 'news') as one"


def type_of(event: StateEvent) -> str:
    return published_as(type(event))[1]


async def told(day: Day) -> dict[str, set[tuple[str, str]]]:
    mails = await day.service.pool.fetch(MAILS)
    news = await day.service.pool.fetch(NEWS)
    return {
        "mails": {(row["person_id"], row["kind"]) for row in mails},
        "digest": {(row["id"], row["kind"]) for row in news},
    }


@pytest.mark.parametrize("case", CASES)
async def test_event_reaches_whom_the_catalogue_says(day: Day, case: str) -> None:
    event, variants, named = CASES[case]
    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(AFTER)
    before = await told(day)
    await day.service.pool.execute("update desk set state = jsonb_set(state, '{news}', '[]')")

    await day.hear(event)
    await day.settle()

    rows = [one for one in EVENTS[type_of(event)] if one.when is None or one.when in variants]
    people = {**PEOPLE_OF, Audience.NAMED: named}
    expected: dict[str, set[tuple[str, str]]] = {"mails": set(), "digest": set()}
    for one in rows:
        where = "digest" if one.audience is Audience.DIGEST else "mails"
        expected[where] |= {(person, one.what) for person in people[one.audience]}
    found = await told(day)
    assert found["mails"] - before["mails"] == expected["mails"]
    assert found["digest"] == expected["digest"]


async def test_a_card_asked_for_anew_and_late_again_is_said_again(day: Day) -> None:
    def late(due_at: datetime, revision: int) -> rounds.FeedbackOverdue:
        cards = (card(IVAN).model_copy(update={"due_at": due_at}),)
        return rounds.FeedbackOverdue(
            revision=revision,
            round=round_(cards=cards),
            kind="scorecard",
            person_id=IVAN,
            session_id="s1",
        )

    await day.hear(*everyone(), opened(), booked())
    await day.pass_to(AFTER)

    await day.hear(late(DUE, 11))
    await day.settle()
    await day.hear(late(DUE, 12), late(DUE + timedelta(days=7), 13))
    await day.settle()

    rows = await day.service.pool.fetch(MAILS)
    assert [(row["person_id"], row["kind"]) for row in rows].count((IVAN, "scorecard_overdue")) == 2


@pytest.mark.parametrize("sits", [False, True])
async def test_whoever_decides_hears_once_that_the_team_may_read(day: Day, sits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """With a seat as an interviewer, without one as a decider."""
    panel = (seat(IVAN), seat(DORA)) if sits else (seat(IVAN),)
    await day.hear(*everyone(), opened(), booked(sessions=(session(seats=panel),)))
    await day.pass_to(AFTER)

    gates = rounds.Gates(b_opened_at=AFTER)
    await day.hear(rounds.RevealedToCompany(revision=7, round=round_("closed", gates=gates)))
    await day.settle()

    about = [one for one in day.sink.subjects("dora@corp.example") if "wrote to the team" in one]
    assert len(about) == 1
    assert "read" in await day.items(DORA)


def test_every_row_of_these_topics_is_tried() -> None:
    rows = {
        (event_type, one)
        for topic in (ROUNDS, CANDIDATE_UPDATES)
        for event_type in topic.events
        for one in EVENTS[event_type] or (None,)
    }

    tried = {
        (type_of(event), one)
        for event, variants, _ in CASES.values()
        for one in EVENTS[type_of(event)] or (None,)
        if one is None or one.when is None or one.when in variants
    }

    assert tried == rows
