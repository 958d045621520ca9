"""From the contracts' models to what this service keeps of them: the same names, fewer fields."""

from pydantic import BaseModel, TypeAdapter

from notifications.domain.interview import Interview, Team
from notifications.domain.round import Round
from parley_contracts import interviews, plan, rounds

_INTERVIEW = TypeAdapter(Interview)
_ROUND = TypeAdapter(Round)


def interview_of(model: interviews.Interview) -> Interview:
    return _INTERVIEW.validate_python(_dump(model))


def round_of(model: rounds.Round) -> Round:
    return _ROUND.validate_python(_dump(model))


def team_of(model: plan.HiringTeam) -> Team:
    return Team(
        recruiter_id=model.recruiter_id,
        coordinator_id=model.coordinator_id,
        decider_ids=model.decider_ids,
    )


def _dump(model: BaseModel) -> dict[str, object]:
    return model.model_dump()
