"""What stays of a round when someone in it is erased: that it was, and no word of or about them."""

from feedback.domain.changed import changed
from feedback.domain.round import Card, Pair, Round
from feedback.domain.words import Question, Review, Scorecard, Side


def without_words_of(round_: Round, person_id: str) -> Round:
    if person_id == round_.candidate_id:
        return _without_candidate(round_)
    return changed(
        round_,
        cards=tuple(
            _silent(card) if card.interviewer_id == person_id else card for card in round_.cards
        ),
        questions=tuple(
            changed(one, answer="") if one.answered_by == person_id else one
            for one in round_.questions
        ),
        released=changed(round_.released, text="")
        if round_.released is not None and round_.released.by == person_id
        else round_.released,
        pair=_without_note(round_.pair, person_id),
        past_pairs=tuple(_without_note(pair, person_id) for pair in round_.past_pairs),
    )


def _without_candidate(round_: Round) -> Round:
    """Everything that was written in a round is by the candidate, or about them."""
    review = changed(round_.review, versions=tuple(Review() for _ in round_.review.versions))
    released = changed(round_.released, text="") if round_.released is not None else None
    return changed(
        round_,
        cards=tuple(_silent(card) for card in round_.cards),
        review=review,
        questions=tuple(_unasked(one) for one in round_.questions),
        released=released,
        pair=_without_note(round_.pair, None),
        past_pairs=tuple(_without_note(pair, None) for pair in round_.past_pairs),
    )


def _silent(card: Card) -> Card:
    versions = tuple(Scorecard(judgement=one.judgement, evidence="") for one in card.versions)
    return changed(card, versions=versions)


def _unasked(question: Question) -> Question:
    return changed(question, text="", answer="")


def _without_note(pair: Pair, person_id: str | None) -> Pair:
    for side in Side:
        one = pair.side(side)
        verdict = one.verdict
        if verdict is not None and (person_id is None or verdict.by == person_id):
            pair = pair.with_side(side, changed(one, verdict=changed(verdict, note="")))
    return pair
