"""Who is who in an interview: what a link may do depends on it."""

from scheduling.domain.interview import By, Interview


def plays(interview: Interview, person_id: str, part: By) -> bool:
    if part is By.CANDIDATE:
        return interview.candidate_id == person_id
    if part is By.INTERVIEWER:
        return any(person_id in one.people for one in interview.sessions)
    return part is By.HIRING_TEAM and person_id in arrangers(interview)


def arrangers(interview: Interview) -> frozenset[str]:
    """The recruiter and the coordinator."""
    team = interview.hiring_team
    ids = (team.get("recruiter_id"), team.get("coordinator_id"))
    return frozenset(one for one in ids if isinstance(one, str))
