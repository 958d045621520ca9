"""Who someone is in a round: from there follows what they may do and read."""

from enum import StrEnum

from feedback.domain.round import Round


class Role(StrEnum):
    CANDIDATE = "candidate"
    INTERVIEWER = "interviewer"
    SHADOW = "shadow"
    RECRUITER = "recruiter"
    COORDINATOR = "coordinator"
    DECIDER = "decider"


Roles = frozenset[Role]
COMPANY = frozenset(Role) - {Role.CANDIDATE}


def roles_of(round_: Round, person_id: str) -> Roles:
    """The candidate is the candidate and nothing else, whatever else the records say of them."""
    if person_id == round_.candidate_id:
        return frozenset({Role.CANDIDATE})
    roles = set()
    for session in round_.sessions:
        for seat in session.seats:
            if seat.interviewer_id == person_id:
                roles.add(Role.SHADOW if seat.shadow else Role.INTERVIEWER)
    team = round_.team
    if team is not None:
        if person_id == team.recruiter_id:
            roles.add(Role.RECRUITER)
        if person_id == team.coordinator:
            roles.add(Role.COORDINATOR)
        if person_id in team.deciders:
            roles.add(Role.DECIDER)
    return frozenset(roles)
