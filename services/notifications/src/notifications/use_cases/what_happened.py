"""What an event says besides its state: whom it names, and what makes it the same thing said twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notifications.domain.correspondence import RecordPlace, ToldEvent
from notifications.domain.dossier import Happened
from notifications.domain.round import Decision
from notifications.ports import Work
from parley_contracts import interviews, rounds
from parley_contracts.cloudevents import Received
from parley_contracts.event import Event
from parley_contracts.plan import DecideIn


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    key: str
    variants: frozenset[str] = field(default=frozenset())
    named: tuple[str, ...] = ()
    session_id: str | None = None
    at: datetime | None = None
    person_id: str | None = None
    word: str | None = None
    words: tuple[str, ...] = ()


def what_happened(message: Received, work: Work) -> Happened:
    event = message.data
    said = _said(event) or _Said(key=f"{message.type}:{event.revision}:{message.time.isoformat()}")
    return Happened(
        event=ToldEvent(type=message.type, aggregate_id=message.subject, revision=event.revision),
        key=said.key,
        record=_record(message, work),
        variants=said.variants,
        named=said.named,
        session_id=said.session_id,
        at=said.at,
        person_id=said.person_id,
        word=said.word,
        words=said.words,
    )


def _record(message: Received, work: Work) -> RecordPlace | None:
    if work.place is None:
        return None
    topic, partition, offset = work.place
    return RecordPlace(
        key=message.subject,
        topic=topic,
        partition=partition,
        offset=offset,
        source=message.source,
        id=message.id,
        type=message.type,
    )


def _said(event: Event) -> _Said | None:
    read = _READERS.get(type(event))
    return read(event) if read is not None else None


def _no_slots(event: interviews.NoSlotsFound) -> _Said:
    state = event.interview
    reasons = state.no_slots.reasons if state.no_slots is not None else ()
    relaxations = state.no_slots.relaxations if state.no_slots is not None else ()
    words = tuple(f"{one.kind}:{one.amount or ''}:{one.slots}" for one in relaxations)
    key = f"{state.generation}:{','.join(sorted(reasons))}"
    return _Said(key=key, word=reasons[0] if reasons else None, words=words)


def _overdue_booking(event: interviews.BookingOverdue) -> _Said:
    state = event.interview
    return _Said(key=f"{state.generation}:{state.book_by}", at=state.book_by)


def _expired(event: interviews.OfferExpired) -> _Said:
    return _Said(key=f"{event.interview.generation}:{event.revision}")


def _declined(event: interviews.SeatDeclined) -> _Said:
    session = event.interview.session(event.session_id)
    at = session.starts_at if session is not None else None
    return _Said(
        key=f"{event.session_id}:{event.interviewer_id}:{at}",
        session_id=event.session_id,
        person_id=event.interviewer_id,
    )


def _cancelled(event: interviews.InterviewCancelled) -> _Said:
    gone = event.interview.cancelled
    own = gone is not None and gone.by == interviews.Actor.CANDIDATE
    return _Said(
        key="cancelled",
        variants=frozenset({"by_candidate" if own else "by_others"}),
        word=gone.reason if gone is not None else None,
    )


def _no_show(event: rounds.NoShowReported) -> _Said:
    return _Said(
        key=f"{event.session_id}:{event.absent}",
        variants=frozenset({f"{event.absent}_absent"}),
        session_id=event.session_id,
        word=event.absent,
    )


def _asked(event: rounds.QuestionAsked) -> _Said:
    return _Said(key=event.question_id, named=event.for_ids)


def _answered(event: rounds.QuestionAnswered) -> _Said:
    return _Said(key=event.question_id, person_id=event.answered_by)


def _feedback_requested(event: rounds.FeedbackRequested) -> _Said:
    return _Said(
        key=f"{event.session_id}:{event.due_at}",
        variants=frozenset({str(event.kind)}),
        named=(event.person_id,),
        session_id=event.session_id,
        at=event.due_at,
    )


def _decision_requested(event: rounds.DecisionRequested) -> _Said:
    here = event.round.decide_in == DecideIn.PARLEY
    return _Said(
        key=str(event.round.pair.number),
        variants=frozenset({"company_decides"}) if here else frozenset(),
        at=event.round.pair.due_at,
    )


def _feedback_overdue(event: rounds.FeedbackOverdue) -> _Said:
    """Asked for anew, with another date, it may be late again."""
    return _Said(
        key=f"{event.session_id}:{_due_at(event)}",
        variants=frozenset({str(event.kind)}),
        named=(event.person_id,),
        session_id=event.session_id,
        person_id=event.person_id,
    )


def _due_at(event: rounds.FeedbackOverdue) -> datetime | None:
    if event.kind == rounds.FeedbackKind.REVIEW:
        return event.round.review.due_at
    own = (event.session_id, event.person_id)
    cards = (c for c in event.round.cards if (c.session_id, c.interviewer_id) == own)
    return next((card.due_at for card in cards), None)


def _decided(event: rounds.RoundDecided) -> _Said:
    pair = event.round.pair
    variants: set[str] = set()
    if pair.company.told is not None:
        variants.add("company_told")
    if pair.candidate.told is not None:
        variants.add("candidate_told")
    declined = [
        side
        for side, one in (("company", pair.company), ("candidate", pair.candidate))
        if one.told is not None and one.told.decision == Decision.DECLINE
    ]
    variants |= {f"{side}_declined" for side in declined} or {"nobody_declined"}
    told = pair.company.told
    return _Said(
        key=f"{pair.number}:{told.decision if told is not None else ''}",
        variants=frozenset(variants),
        at=told.hold_until if told is not None else None,
        word=told.decision if told is not None else None,
        words=(pair.candidate.told.decision,) if pair.candidate.told is not None else (),
    )


def _match(event: rounds.MatchReached) -> _Said:
    return _Said(key=str(event.round.pair.number))


def _opened_once(event: rounds.RoundEvent) -> _Said:
    del event
    return _Said(key="once")


_READERS: Mapping[type[Event], Callable[..., _Said]] = {
    interviews.NoSlotsFound: _no_slots,
    interviews.BookingOverdue: _overdue_booking,
    interviews.OfferExpired: _expired,
    interviews.SeatDeclined: _declined,
    interviews.InterviewCancelled: _cancelled,
    rounds.NoShowReported: _no_show,
    rounds.QuestionAsked: _asked,
    rounds.QuestionAnswered: _answered,
    rounds.FeedbackRequested: _feedback_requested,
    rounds.DecisionRequested: _decision_requested,
    rounds.FeedbackOverdue: _feedback_overdue,
    rounds.RoundDecided: _decided,
    rounds.MatchReached: _match,
    rounds.RevealedToCandidate: _opened_once,
    rounds.RevealedToCompany: _opened_once,
}
