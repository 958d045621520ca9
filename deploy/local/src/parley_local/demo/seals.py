"""Nothing across a seal: every word that somebody wrote against everyone who was shown it, and every
opening against what it has to wait for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from parley_contracts.interviews import Interview, InterviewEvent
from parley_contracts.plan import DecideIn
from parley_contracts.rounds import (
    Decision,
    FeedbackAmended,
    FeedbackKind,
    FeedbackStatus,
    FeedbackSubmitted,
    RevealedToCandidate,
    RevealedToCompany,
    Round,
    RoundEvent,
    SideOfPair,
)
from parley_local.demo.canaries import CANARY, Kind, Written
from parley_local.demo.evidence import Evidence

GATE_A = timedelta(days=14)
GATE_B = timedelta(days=7)
LINK_HOLDS = "token="
"""What a link says before its secret: whoever reads on has somebody's page."""
StateT = TypeVar("StateT")
LAST = 10**12
"""Mails are not counted among the pages: all that was written at the same moment may stand before them."""


def seals(evidence: Evidence) -> list[str]:
    return [
        *_in_topics_and_logs(evidence),
        *_shown_too_early(evidence),
        *_opened_too_early(evidence),
        *_told_too_early(evidence),
        *_written_too_late(evidence),
    ]


def _in_topics_and_logs(evidence: Evidence) -> Iterator[str]:
    for record in evidence.records:
        for word in _planted(evidence, record.raw):
            yield f"{word.kind} stands in a record of {record.topic}: {record.type} {record.id}"
    for name, text in evidence.logs.items():
        for word in _planted(evidence, text):
            yield f"{word.kind} stands in the log of {name}"
        if LINK_HOLDS in text:
            yield f"a link's token stands in the log of {name}"


def _planted(evidence: Evidence, text: str) -> list[Written]:
    found = dict.fromkeys(CANARY.findall(text))
    return [evidence.written[canary] for canary in found if canary in evidence.written]


# Words


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody was shown something at a moment; `order` tells what stood before it."""

    reader: str
    at: datetime
    order: int
    where: str


def _shown_too_early(evidence: Evidence) -> Iterator[str]:
    watch, told = Watch.of(evidence), set[tuple[str, str]]()
    for word, reading in _readings(evidence):
        if (word.canary, reading.reader) in told:
            continue
        if reading.reader != word.author and not watch.may_read(word, reading):
            told.add((word.canary, reading.reader))
            yield (
                f"{reading.reader} was shown {word.kind} by {word.author} about {word.about} "
                f"on {reading.where} at {reading.at:%d %b %H:%M}"
            )


def _readings(evidence: Evidence) -> Iterator[tuple[Written, Reading]]:
    for sight in evidence.sights:
        word = evidence.written[sight.canary]
        yield word, Reading(sight.reader, sight.at, sight.order, sight.page)
    for mail in evidence.mails:
        text = f"{mail.subject} {mail.text} {mail.html or ''} {mail.calendar or ''}"
        for word in _planted(evidence, text):
            yield word, Reading(mail.recipient, mail.received_at, LAST, f"a mail: {mail.subject}")


@dataclass(frozen=True, slots=True)
class Watch:
    """Who may read what, from the states that were in force at each moment."""

    evidence: Evidence
    interviews: Mapping[str, list[tuple[datetime, Interview]]]
    rounds: Mapping[str, list[tuple[datetime, Round]]]

    @classmethod
    def of(cls, evidence: Evidence) -> "Watch":
        interviews: dict[str, list[tuple[datetime, Interview]]] = {}
        for record, event in evidence.of(InterviewEvent):
            told = (record.happened_at, event.interview)
            interviews.setdefault(event.aggregate_id, []).append(told)
        rounds: dict[str, list[tuple[datetime, Round]]] = {}
        for record, said in evidence.of(RoundEvent):
            rounds.setdefault(said.aggregate_id, []).append((record.happened_at, said.round))
        return cls(evidence, interviews, rounds)

    def may_read(self, word: Written, reading: Reading) -> bool:
        reader = self.evidence.person_at.get(reading.reader)
        planned = in_force(self.interviews.get(word.about, []), reading.at)
        held = in_force(self.rounds.get(word.about, []), reading.at)
        if reader is None or not planned:
            return False
        if any(one.candidate_id == reader for one in planned):
            return self._candidate_may(word, held)
        arranges, sits = _arranges(reader, planned), _interviews(reader, planned, held)
        on_desk = any(_desk(one, reader) for one in planned)
        cards = (Kind.CARD, Kind.FOR_CANDIDATE)
        opened = any(one.gates.b_opened_at is not None for one in held)
        allowed: Mapping[Kind, bool] = {
            Kind.REVIEW: False,
            Kind.REVIEW_FOR_TEAM: opened and (arranges or sits),
            Kind.CANDIDATE_NOTE: on_desk,
            Kind.SEAT_NOTE: on_desk,
            Kind.DECISION_NOTE: self._of_company(word) and _decides(reader, planned),
            Kind.FEEDBACK: arranges,
            Kind.QUESTION: arranges or _interviews(reader, planned, held, shadow=True),
            Kind.ANSWER: arranges or _interviews(reader, planned, held, shadow=True),
        }
        if word.kind in cards:
            return self._reads_cards(reader, word, reading, planned=planned, held=held)
        return allowed[word.kind]

    def _candidate_may(self, word: Written, held: list[Round]) -> bool:
        match word.kind:
            case Kind.QUESTION | Kind.ANSWER:
                return True
            case Kind.FOR_CANDIDATE:
                return any(one.gates.to_candidate_at is not None for one in held)
            case Kind.FEEDBACK:
                return any(one.feedback_released_at is not None for one in held)
            case _:
                return False

    def _of_company(self, word: Written) -> bool:
        author = self.evidence.person_at.get(word.author)
        states = self.interviews.get(word.about, [])
        return all(one.candidate_id != author for _, one in states)

    def _reads_cards(
        self,
        reader: str,
        word: Written,
        reading: Reading,
        *,
        planned: list[Interview],
        held: list[Round],
    ) -> bool:
        """One's own first; whoever decides and has none to give reads them as they come."""
        if not _decides(reader, planned) and not _interviews(reader, planned, held):
            return False
        asked = any(self._asked(reader, one) for one in held)
        wrote = any(
            one.kind == Kind.CARD and one.about == word.about and one.order < reading.order
            for one in self.evidence.written.values()
            if one.author == reading.reader
        )
        if asked or not _decides(reader, planned):
            return wrote and any(self._all_given(reader, one) for one in held)
        return True

    @staticmethod
    def _asked(reader: str, round_: Round) -> bool:
        waived = FeedbackStatus.WAIVED
        own = (card for card in round_.cards if card.interviewer_id == reader and card.required)
        return any(card.status != waived for card in own)

    @staticmethod
    def _all_given(reader: str, round_: Round) -> bool:
        done = (FeedbackStatus.SUBMITTED, FeedbackStatus.WAIVED)
        own = (card for card in round_.cards if card.interviewer_id == reader and card.required)
        return all(card.status in done for card in own)


def in_force(history: list[tuple[datetime, StateT]], at: datetime) -> list[StateT]:
    """The state that held when the moment began, and those that came in it: much happens at once."""
    before = [state for then, state in history if then < at]
    return [*before[-1:], *(state for then, state in history if then == at)]


def _desk(interview: Interview, reader: str) -> bool:
    team = interview.hiring_team
    return reader in (team.recruiter_id, team.coordinator)


def _decides(reader: str, planned: list[Interview]) -> bool:
    return any(
        reader == one.hiring_team.recruiter_id or reader in one.hiring_team.deciders
        for one in planned
    )


def _arranges(reader: str, planned: list[Interview]) -> bool:
    return _decides(reader, planned) or any(_desk(one, reader) for one in planned)


def _interviews(
    reader: str, planned: list[Interview], held: list[Round], *, shadow: bool = False
) -> bool:
    seats = (seat for one in planned for session in one.sessions for seat in session.seats)
    if any(seat.interviewer_id == reader and (shadow or not seat.shadow) for seat in seats):
        return True
    return any(card.interviewer_id == reader for one in held for card in one.cards)


# Openings


def _opened_too_early(evidence: Evidence) -> Iterator[str]:
    for record, event in evidence.of(RevealedToCandidate):
        if not _gate_a(event.round, record.happened_at):
            yield f"{event.aggregate_id} opened to the candidate before both sides had written"
        if event.round.review.status != FeedbackStatus.SUBMITTED:
            yield f"{event.aggregate_id} opened to the candidate before their own review"
    for record, revealed in evidence.of(RevealedToCompany):
        if not _gate_a(revealed.round, record.happened_at):
            yield f"{revealed.aggregate_id} opened to the team before both sides had written"
        closed_at = _closed_since(evidence, revealed.round.application_id, record.happened_at)
        if closed_at is None or record.happened_at < closed_at + GATE_B:
            yield f"{revealed.aggregate_id} opened to the team while it could cost the job"


def _gate_a(round_: Round, at: datetime) -> bool:
    everything = round_.review.status == FeedbackStatus.SUBMITTED and not round_.outstanding()
    ended = [one.ended_at for one in round_.sessions if one.ended_at is not None]
    return everything or (bool(ended) and at >= max(ended) + GATE_A)


def _closed_since(evidence: Evidence, application_id: str, at: datetime) -> datetime | None:
    closed_at = None
    for then, closed in evidence.endings.get(application_id, ()):
        if then <= at:
            closed_at = (closed_at or then) if closed else None
    return closed_at


def _told_too_early(evidence: Evidence) -> Iterator[str]:
    """To go on and to wait are told together, or when they are due; a decline alone, at once."""
    early = {
        (event.aggregate_id, event.round.pair.number)
        for _, event in evidence.of(RoundEvent)
        for side in (event.round.pair.company, event.round.pair.candidate)
        if _is_early(evidence, event.round, side)
    }
    for interview_id, number in sorted(early):
        yield f"{interview_id}: a decision of pair {number} was told before the other was in"


def _is_early(evidence: Evidence, round_: Round, side: SideOfPair) -> bool:
    told, pair = side.told, round_.pair
    if told is None or told.decision in (Decision.DECLINE, Decision.NONE):
        return False
    answered = all(one.recorded or one.told is not None for one in (pair.company, pair.candidate))
    due = pair.due_at is not None and told.told_at >= pair.due_at
    closed = _closed_since(evidence, round_.application_id, told.told_at) is not None
    return not (answered or due or closed or round_.decide_in == DecideIn.ATS)


def _written_too_late(evidence: Evidence) -> Iterator[str]:
    """Who may read the other side's words can no longer add to their own."""
    for record, event in evidence.of(RoundEvent):
        if not isinstance(event, FeedbackSubmitted | FeedbackAmended):
            continue
        gates = event.round.gates
        is_review = event.kind == FeedbackKind.REVIEW
        opened_at = gates.to_candidate_at if is_review else gates.b_opened_at
        if opened_at is not None and opened_at < record.happened_at:
            yield f"{event.aggregate_id}: {event.person_id} wrote after reading the other side"
