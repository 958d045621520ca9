"""Who is who in an interview: what a link may do depends on it."""

from scheduling.domain.interview import By, Interview


def plays(interview: Interview, person_id: str, part: By) -> bool:
    """Whether they may arrange the interview in this part; who only listens may give up their own seat."""
    if part is By.CANDIDATE:
        return interview.candidate_id == person_id
    if part is By.INTERVIEWER:
        seats = (seat for one in interview.sessions for seat in one.seats)
        sitting = (seat for seat in seats if seat.taken and not seat.shadow)
        return any(seat.interviewer_id == person_id for seat in sitting)
    return part is By.HIRING_TEAM and person_id in arrangers(interview)


def arrangers(interview: Interview) -> frozenset[str]:
    """The recruiter and the coordinator."""
    team = interview.hiring_team
    ids = (team.get("recruiter_id"), team.get("coordinator_id"))
    return frozenset(one for one in ids if isinstance(one, str))
