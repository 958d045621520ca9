"""Who reads what of a round: every role in every state of the seals, with each text in its place."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from feedback.domain import seals
from feedback.domain.roles import Role
from feedback.domain.round import (
    Card,
    Pair,
    ReviewFile,
    Round,
    Seat,
    Session,
    SessionState,
    SideOfPair,
    Team,
)
from feedback.domain.seals import Readable, Sealed, Waits
from feedback.domain.words import (
    Audience,
    Choice,
    Held,
    Judgement,
    Question,
    Released,
    Review,
    ReviewPart,
    Said,
    Scorecard,
    Side,
    Told,
    Verdict,
)

CANDIDATE, ANNA, BOB, CHIEF = "ats:candidate", "ats:anna", "ats:bob", "ats:chief"
SHADOW, RECRUITER, COORDINATOR, DECIDER = "ats:shadow", "ats:rec", "ats:coord", "ats:decider"
STRANGER = "ats:stranger"
DECIDERS = {RECRUITER, DECIDER, CHIEF}
WRITERS = {ANNA, BOB, CHIEF}
"""The chief has a seat and decides."""
TEAM = (ANNA, BOB, CHIEF, SHADOW, RECRUITER, COORDINATOR, DECIDER)
END = datetime(2027, 3, 4, 11, tzinfo=UTC)
FORCED = END + timedelta(days=14)
DUE = END + timedelta(days=5)
CLOSED_SINCE = END + timedelta(days=2)
QUESTION = Question(id="q1", text="Why?", theme=None, for_ids=(ANNA, CHIEF), asked_at=END)
TO_ANNA = Question(id="q2", text="How?", theme=None, for_ids=(ANNA,), alone=True, asked_at=END)
RELEASED = Released(text="Thank you.", by=RECRUITER, at=END)
PARTS = tuple(ReviewPart(part=one.value, text=f"<{one.value}>", audience=one) for one in Audience)
OURS = Verdict(choice=Choice.ADVANCE, note="ours", at=END)
THEIRS = Verdict(choice=Choice.HOLD, note="theirs", at=END)
TOLD = Told(choice=Choice.ADVANCE, at=END)
UNTOLD = Pair(
    number=2,
    opened_at=END,
    due_at=DUE,
    company=SideOfPair(verdict=OURS),
    candidate=SideOfPair(verdict=THEIRS),
)
ANSWERED = replace(UNTOLD, company=SideOfPair(verdict=OURS, told=TOLD))
PAST = Pair(company=SideOfPair(verdict=OURS, told=TOLD))


def written(interviewer_id: str, *, for_candidate: bool = True) -> Scorecard:
    text = f"<for:{interviewer_id}>" if for_candidate else ""
    return Scorecard(
        judgement=Judgement.NO, evidence=f"<evidence:{interviewer_id}>", for_candidate=text
    )


def a_card(interviewer_id: str, state: str) -> Card:
    card = Card(session_id="s1", interviewer_id=interviewer_id, asked_at=END)
    if state == "waived":
        return replace(card, waived_at=END)
    if state == "submitted":
        old = replace(written(interviewer_id), evidence="<old>", for_candidate="<old>")
        new = written(interviewer_id, for_candidate=interviewer_id != BOB)
        return replace(card, submitted_at=END, versions=(old, new))
    return card


TEAM_OF_IT = Team(recruiter_id=RECRUITER, coordinator_id=COORDINATOR, decider_ids=(DECIDER, CHIEF))
STATES = ("asked", "submitted", "waived")
MOMENTS = (None, END)


SESSION = Session(
    id="s1",
    title="Talk",
    minutes=60,
    candidate_minutes=15,
    state=SessionState.ENDED,
    starts_at=END - timedelta(hours=1),
    ends_at=END,
    seats=(
        Seat(interviewer_id=ANNA),
        Seat(interviewer_id=BOB),
        Seat(interviewer_id=CHIEF),
        Seat(interviewer_id=SHADOW, shadow=True),
    ),
)
ABSENT = Said(
    session_id="s1",
    starts_at=SESSION.starts_at,
    person_id=ANNA,
    side=Side.COMPANY,
    held=Held.CANDIDATE_ABSENT,
    at=END,
)
REVIEWS = (Review(parts=PARTS[:1]), Review(parts=PARTS))


def rounds() -> Iterator[tuple[Round, dict[str, str]]]:
    """Every state of the cards, the review, the gates and the pair; a card is owed for what was held."""
    for anna, bob, chief in product(STATES, STATES, STATES):
        cards = {ANNA: anna, BOB: bob, CHIEF: chief}
        for opened, gate_b, closed in product(MOMENTS, MOMENTS, MOMENTS):
            for given, held, pair in product((True, False), (True, False), (UNTOLD, ANSWERED)):
                round_ = Round(
                    id="ats:i1",
                    candidate_id=CANDIDATE,
                    opened_at=END,
                    team=TEAM_OF_IT,
                    sessions=(SESSION,),
                    said=() if held else (ABSENT,),
                    cards=tuple(a_card(who, state) for who, state in cards.items()),
                    review=ReviewFile(
                        submitted_at=END if given else None, versions=REVIEWS if given else ()
                    ),
                    questions=(QUESTION, TO_ANNA),
                    released=RELEASED,
                    pair=pair,
                    past_pairs=(PAST,),
                    gate_a_at=opened or gate_b,
                    to_candidate_at=opened,
                    gate_b_at=gate_b,
                    closed_at=closed,
                )
                yield round_, cards if held else cards | {"not": "held"}


def read(round_: Round, person_id: str) -> Readable:
    return seals.read(round_, CLOSED_SINCE, person_id)


def own_given(person_id: str, cards: dict[str, str]) -> bool:
    """All that is asked of them is given, and who does not decide has given something."""
    if cards.get(person_id) == "asked" and "not" not in cards:
        return False
    return person_id in DECIDERS or cards.get(person_id) == "submitted"


def test_cards_of_others_open_after_all_of_ones_own() -> None:
    for round_, cards in rounds():
        others = {who for who in WRITERS if cards[who] == "submitted"}
        for person_id in TEAM:
            reads = person_id in WRITERS | DECIDERS and own_given(person_id, cards)
            seen = {one.interviewer_id: one for one in read(round_, person_id).cards}
            assert set(seen) == (others - {person_id} if reads else set())
            for who, one in seen.items():
                assert one.content == written(who, for_candidate=who != BOB)
                assert (one.session_id, one.submitted_at) == ("s1", END)


def test_candidate_reads_what_is_for_them_once_opened_and_nothing_else_of_a_card() -> None:
    for round_, cards in rounds():
        mine = read(round_, CANDIDATE)
        wrote = {who for who in (ANNA, CHIEF) if cards[who] == "submitted"}
        texts = {one.interviewer_id: one.text for one in mine.for_candidate}
        opened = round_.to_candidate_at is not None
        assert texts == ({who: f"<for:{who}>" for who in wrote} if opened else {})
        assert (mine.cards, mine.own_cards, mine.review_parts) == ((), (), ())
        for person_id in TEAM:
            assert read(round_, person_id).for_candidate == ()


def test_team_reads_what_was_addressed_to_it_once_opened() -> None:
    for round_, _ in rounds():
        given = bool(round_.review.versions)
        for person_id in TEAM:
            opened = round_.gate_b_at is not None and given and person_id != SHADOW
            parts = read(round_, person_id).review_parts
            assert [one.text for one in parts] == (["<team>"] if opened else [])
            assert read(round_, person_id).own_review is None
        assert read(round_, CANDIDATE).own_review == (Review(parts=PARTS) if given else None)


def test_own_cards_verdicts_and_released_words_go_to_those_they_belong_to() -> None:
    for round_, _ in rounds():
        for person_id in (CANDIDATE, *TEAM):
            mine = read(round_, person_id)
            own = {CANDIDATE: THEIRS} | dict.fromkeys(DECIDERS, OURS)
            assert mine.own_verdict == own.get(person_id)
            hears = {CANDIDATE, COORDINATOR} | DECIDERS
            assert mine.released == (RELEASED if person_id in hears else None)
            cards = tuple(one for one in round_.cards if one.interviewer_id == person_id)
            assert mine.own_cards == cards
            reads_it = person_id in (CANDIDATE, ANNA)
            assert mine.questions == ((QUESTION, TO_ANNA) if reads_it else (QUESTION,))


def test_what_was_told_is_for_all_but_shadows_the_oldest_first() -> None:
    for round_, _ in rounds():
        expected: list[tuple[int, Side, Told]] = [(1, Side.COMPANY, TOLD)]
        if round_.pair.company.told is not None:
            expected.append((2, Side.COMPANY, TOLD))
        for person_id in (CANDIDATE, *TEAM):
            mine = read(round_, person_id).told
            assert list(mine) == ([] if person_id == SHADOW else expected)


def test_who_has_no_part_in_a_round_reads_nothing() -> None:
    for round_, _ in rounds():
        assert read(round_, STRANGER) == Readable(roles=frozenset())


def test_who_is_the_candidate_is_nothing_else() -> None:
    round_ = replace(next(rounds())[0], candidate_id=ANNA)

    assert read(round_, ANNA).roles == {Role.CANDIDATE}
    assert read(round_, ANNA).cards == ()


def test_candidate_is_told_what_is_sealed_and_until_when() -> None:
    never = Sealed(what="cards", waits=Waits.NEVER)
    for round_, _ in rounds():
        waiting: tuple[Sealed, ...] = ()
        if round_.to_candidate_at is None and round_.closed_at is None:
            given = round_.review.submitted_at is not None
            held = round_.happened and round_.gate_a_at is None
            waits = Waits.GATE_A if given else Waits.OWN_REVIEW
            until = FORCED if held else None
            waiting = (Sealed(what="for_candidate", waits=waits, until=until),)
        decision: tuple[Sealed, ...] = ()
        if round_.pair.company.told is None and round_.closed_at is None:
            decision = (Sealed(what="decision", waits=Waits.DECISION, until=DUE),)
        assert read(round_, CANDIDATE).sealed == (*waiting, never, *decision)


def test_company_is_told_what_is_sealed_and_until_when() -> None:
    for round_, cards in rounds():
        for person_id in TEAM:
            assert read(round_, person_id).sealed == tuple(_sealed(round_, person_id, cards))


def _sealed(round_: Round, person_id: str, cards: dict[str, str]) -> Iterator[Sealed]:
    if person_id == SHADOW:
        return
    if person_id in WRITERS | DECIDERS and not own_given(person_id, cards):
        yield Sealed(what="cards", waits=Waits.OWN_CARD)
    if round_.gate_b_at is None and round_.closed_at is None:
        until = CLOSED_SINCE + timedelta(days=7) if round_.gate_a_at is not None else None
        yield Sealed(what="review", waits=Waits.GATE_B, until=until)
    if person_id in DECIDERS and round_.closed_at is None:
        yield Sealed(what="decision", waits=Waits.DECISION, until=DUE)


def test_decision_that_was_told_is_sealed_no_more() -> None:
    round_ = next(rounds())[0]
    for over in (Choice.ADVANCE, Choice.DECLINE, Choice.NONE):
        candidate = SideOfPair(verdict=THEIRS, told=replace(TOLD, choice=over))
        told = replace(round_, pair=replace(round_.pair, candidate=candidate))
        assert not [one for one in read(told, DECIDER).sealed if one.what == "decision"]
        still = [one for one in read(told, CANDIDATE).sealed if one.what == "decision"]
        assert bool(still) == (over is not Choice.DECLINE)


def test_shadow_who_also_has_a_seat_reads_as_an_interviewer() -> None:
    for round_, cards in rounds():
        (session,) = round_.sessions
        other = replace(session, id="s2", seats=(Seat(interviewer_id=ANNA, shadow=True),))
        both = replace(round_, sessions=(session, other))
        assert read(both, ANNA).roles == {Role.INTERVIEWER, Role.SHADOW}
        assert bool(read(both, ANNA).told)
        assert bool(read(both, ANNA).review_parts) == bool(read(round_, ANNA).review_parts)
        assert bool(read(both, ANNA).cards) == bool(read(round_, ANNA).cards)
        if not own_given(ANNA, cards):
            assert Sealed(what="cards", waits=Waits.OWN_CARD) in read(both, ANNA).sealed


def test_who_has_lost_their_seat_reads_no_cards_for_one_they_once_gave() -> None:
    for round_, cards in rounds():
        (session,) = round_.sessions
        seats = tuple(one for one in session.seats if one.interviewer_id != ANNA)
        watching = (*seats, Seat(interviewer_id=ANNA, shadow=True))
        moved = replace(round_, sessions=(replace(session, seats=watching),))
        assert read(moved, ANNA).cards == ()
        assert bool(read(moved, BOB).cards) == bool(read(round_, BOB).cards), cards


def test_who_has_several_sessions_gives_a_card_for_each_that_took_place() -> None:
    round_, _ = next(one for one in rounds() if one[1] == dict.fromkeys(WRITERS, "submitted"))
    (session,) = round_.sessions
    second = replace(session, id="s2", seats=(Seat(interviewer_id=ANNA),))
    missing = replace(a_card(ANNA, "asked"), session_id="s2")
    for state, reads in (
        (SessionState.ENDED, False),
        (SessionState.COMING, False),
        (SessionState.CANCELLED, True),
    ):
        sessions = (session, replace(second, state=state))
        two = replace(round_, sessions=sessions, cards=(*round_.cards, missing))
        assert bool(read(two, ANNA).cards) == reads
        waits = Sealed(what="cards", waits=Waits.OWN_CARD) in read(two, ANNA).sealed
        assert waits != reads
        assert read(two, BOB).cards
