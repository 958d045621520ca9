"""What happened between two states of a round, as those outside may hear it."""

from collections.abc import Iterator
from itertools import chain

from feedback.domain import seals
from feedback.domain.happened import Happened, Kind, What
from feedback.domain.round import Card, CloseReason, Pair, Round
from feedback.domain.words import Choice, Held, Side

ABSENCES = {Held.CANDIDATE_ABSENT: Side.CANDIDATE, Held.INTERVIEWERS_ABSENT: Side.COMPANY}


def happened(before: Round, after: Round) -> tuple[Happened, ...]:
    """In the order in which those who hear of it can make sense of it."""
    return tuple(
        chain(
            _preparation(before, after),
            _questions(before, after),
            _absences(before, after),
            _cards(before, after),
            _review(before, after),
            _decisions(before, after),
            _openings(before, after),
        )
    )


def _preparation(before: Round, after: Round) -> Iterator[Happened]:
    if after.preparations != before.preparations:
        yield Happened(what=What.PREPARATION_READY)
    for person_id in after.read_by:
        if person_id not in before.read_by:
            yield Happened(what=What.PREPARATION_READ, person_id=person_id)


def _questions(before: Round, after: Round) -> Iterator[Happened]:
    known = {one.id: one for one in before.questions}
    for one in after.questions:
        was = known.get(one.id)
        if was is None:
            yield Happened(what=What.QUESTION_ASKED, question_id=one.id, ids=one.for_ids)
        elif one.answered_at is not None and one.answered_at != was.answered_at:
            person_id = one.answered_by or ""
            yield Happened(what=What.QUESTION_ANSWERED, question_id=one.id, person_id=person_id)


def _absences(before: Round, after: Round) -> Iterator[Happened]:
    for one in after.said:
        session = after.session(one.session_id)
        absent = ABSENCES.get(one.held)
        if one in before.said or absent is None or session is None:
            continue
        candidate = (after.candidate_id,) if after.candidate_id is not None else ()
        yield Happened(
            what=What.NO_SHOW_REPORTED,
            session_id=one.session_id,
            absent=absent,
            ids=candidate if absent is Side.CANDIDATE else session.interviewers,
            side=one.side,
        )


def _cards(before: Round, after: Round) -> Iterator[Happened]:
    for card in after.cards:
        was = before.card(*card.key)
        if was is None:
            was = Card(session_id=card.session_id, interviewer_id=card.interviewer_id)
        for what in _steps(was, card):
            yield Happened(
                what=what,
                person_id=card.interviewer_id,
                session_id=card.session_id,
                due_at=card.due_at,
            )


def _steps(was: Card, card: Card) -> Iterator[What]:
    if card.asked_at is not None and card.asked_at != was.asked_at:
        yield What.FEEDBACK_REQUESTED
    if card.waived_at is not None and was.waived_at is None:
        yield What.FEEDBACK_WAIVED
    if card.submitted_at is not None and was.submitted_at is None:
        yield What.FEEDBACK_SUBMITTED
    elif len(card.versions) > len(was.versions):
        yield What.FEEDBACK_AMENDED
    if card.overdue and not was.overdue:
        yield What.FEEDBACK_OVERDUE


def _review(before: Round, after: Round) -> Iterator[Happened]:
    review, was = after.review, before.review
    what = []
    if review.asked_at is not None and review.asked_at != was.asked_at:
        what.append(What.FEEDBACK_REQUESTED)
    if review.submitted_at is not None and was.submitted_at is None:
        what.append(What.FEEDBACK_SUBMITTED)
    elif len(review.versions) > len(was.versions):
        what.append(What.FEEDBACK_AMENDED)
    if review.overdue and not was.overdue:
        what.append(What.FEEDBACK_OVERDUE)
    for one in what:
        yield Happened(
            what=one,
            kind=Kind.REVIEW,
            person_id=after.candidate_id or "",
            due_at=review.due_at,
        )


def _decisions(before: Round, after: Round) -> Iterator[Happened]:
    """A decision that is changed while it is sealed is no news: it would tell that it was changed."""
    was = before.pair if before.pair.number == after.pair.number else Pair(number=0)
    asked = after.pair.opened_at is not None and was.opened_at is None
    if asked and after.closed_at is None and not seals.is_over(after.pair):
        yield Happened(what=What.DECISION_REQUESTED)
    for side in Side:
        verdict, told = after.pair.side(side).verdict, after.pair.side(side).told
        fresh = verdict is not None and was.side(side).verdict is None
        declined = verdict is not None and verdict.choice is Choice.DECLINE
        if fresh and told is None and not declined:
            yield Happened(what=What.DECISION_RECORDED, side=side)
    told_anew = any(after.pair.side(side).told != was.side(side).told for side in Side)
    if told_anew:
        yield Happened(what=What.DECIDED)
    if seals.is_match(after.pair) and not seals.is_match(was):
        yield Happened(what=What.MATCHED)


def _openings(before: Round, after: Round) -> Iterator[Happened]:
    if after.released is not None and before.released is None:
        yield Happened(what=What.FEEDBACK_RELEASED)
    if after.to_candidate_at is not None and before.to_candidate_at is None:
        yield Happened(what=What.REVEALED_TO_CANDIDATE)
    if after.gate_b_at is not None and before.gate_b_at is None:
        yield Happened(what=What.REVEALED_TO_COMPANY)
    if after.closed_at is not None and before.closed_at is None:
        reason = after.close_reason or CloseReason.GIVEN_UP
        yield Happened(what=What.CLOSED, reason=reason)
