"""The public state of a round. Of what anyone wrote or decided it holds only what was told."""

from feedback.domain import seals
from feedback.domain import words as domain
from feedback.domain.page import feedback_due_at
from feedback.domain.round import CardStatus, Pair, Round, Team
from parley_contracts import rounds
from parley_contracts.plan import HiringTeam

MOST_CARDS = 96
MOST_READERS = 49


def describe_round(round_: Round) -> rounds.Round:
    if round_.team is None or round_.application_id is None or round_.candidate_id is None:
        raise LookupError("a round is described once its interview is known")
    released = round_.released
    return rounds.Round(
        interview_id=round_.id,
        application_id=round_.application_id,
        candidate_id=round_.candidate_id,
        status=_status(round_),
        generation=round_.generation,
        hiring_team=team_out(round_.team),
        job_title=str(round_.job["title"]),
        stage_name=str(round_.stage["name"]),
        decide_in=round_.decide_in,
        promised_days=round_.promised_days,
        sessions=tuple(
            rounds.RoundSession(
                session_id=one.id,
                ended_at=one.ends_at if one.state.value == "ended" else None,
                held=round_.held(one),
            )
            for one in round_.sessions[:16]
        ),
        cards=_cards(round_),
        review=rounds.Review(status=round_.review.status, due_at=round_.review.due_at),
        preparation=rounds.Preparation(
            ready_at=round_.ready_at, read_by=round_.read_by[:MOST_READERS]
        ),
        questions=_questions(round_),
        pair=_pair(round_.pair),
        gates=rounds.Gates(
            to_candidate_at=round_.to_candidate_at,
            a_opened_at=round_.gate_a_at,
            b_opened_at=round_.gate_b_at,
        ),
        feedback_due_at=feedback_due_at(round_),
        feedback_released_at=released.at if released is not None else None,
        closed_at=round_.closed_at,
    )


def team_out(team: Team) -> HiringTeam:
    return HiringTeam(
        recruiter_id=team.recruiter_id,
        coordinator_id=team.coordinator_id,
        decider_ids=team.decider_ids,
    )


def _status(round_: Round) -> rounds.RoundStatus:
    if round_.closed_at is not None:
        return rounds.RoundStatus.CLOSED
    if any(one.state.value == "ended" for one in round_.sessions):
        return rounds.RoundStatus.COLLECTING
    return rounds.RoundStatus.PREPARING


def _cards(round_: Round) -> tuple[rounds.Card, ...]:
    return tuple(
        rounds.Card(
            session_id=card.session_id,
            interviewer_id=card.interviewer_id,
            required=round_.required(card) or card.status is CardStatus.SUBMITTED,
            status=card.status,
            due_at=card.due_at,
        )
        for card in round_.cards[:MOST_CARDS]
    )


def _questions(round_: Round) -> rounds.Questions:
    answered = [one for one in round_.questions if one.answered_at is not None]
    return rounds.Questions(asked=len(round_.questions), answered=len(answered))


def _pair(pair: Pair) -> rounds.Pair:
    return rounds.Pair(
        number=pair.number,
        due_at=pair.due_at,
        company=_side(pair, domain.Side.COMPANY),
        candidate=_side(pair, domain.Side.CANDIDATE),
        match=seals.is_match(pair),
    )


def _side(pair: Pair, side: domain.Side) -> rounds.SideOfPair:
    one = pair.side(side)
    told = one.told
    return rounds.SideOfPair(
        recorded=one.verdict is not None,
        told=rounds.Told(decision=told.choice, hold_until=told.hold_until, told_at=told.at)
        if told is not None
        else None,
    )
