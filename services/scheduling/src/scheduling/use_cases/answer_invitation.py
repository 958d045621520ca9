"""A calendar said no on somebody's behalf: an interviewer's seat is free, a candidate's no is for a person."""

from datetime import datetime

from parley_contracts.cloudevents import Received
from parley_contracts.interviews import CoordinatorAttentionNeeded
from parley_contracts.notifications import Answer, InvitationAnswered
from scheduling.domain.changed import changed
from scheduling.domain.early import Early, EarlyAnswer
from scheduling.domain.interview import Interview
from scheduling.ports import Work
from scheduling.use_cases import decline_seat as declining
from scheduling.use_cases.decline_seat import NOT_THEN, DeclineSeat
from scheduling.use_cases.told import told
from scheduling.working_set import Needs, Refusal

CANDIDATE_CALENDAR = "candidate_calendar_declined"


def needs(message: Received, work: Work) -> Needs:
    data = _data(message)
    if data.answer != Answer.DECLINED:
        return Needs()
    return Needs.rows("early", data.interview_id) | declining.needs(_command(data), work)


def answer_invitation(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    data = _data(message)
    if data.answer != Answer.DECLINED:
        return None
    interview = work.interviews.get(data.interview_id)
    if interview is None:
        early = work.early.get(data.interview_id) or Early(data.interview_id)
        answer = EarlyAnswer(data.session_id, data.person_id, data.starts_at, heard_at=now)
        work.early.put(changed(early, answers=(*early.answers, answer)))
        return None
    session = interview.session(data.session_id)
    if session is None or session.starts_at != data.starts_at:
        return Refusal("older_invitation")
    if data.person_id == interview.candidate_id:
        _ask_coordinator(work, interview, now=now)
        return None
    return declining.decline_seat(_command(data), work, now=now)


def _ask_coordinator(work: Work, interview: Interview, *, now: datetime) -> None:
    if interview.live and interview.attention is None:
        after = changed(interview, attention=CANDIDATE_CALENDAR)
        told(work, after, CoordinatorAttentionNeeded, now=now)


def _command(data: InvitationAnswered) -> DeclineSeat:
    return DeclineSeat(data.interview_id, data.session_id, data.person_id, data.starts_at, NOT_THEN)


def _data(message: Received) -> InvitationAnswered:
    if not isinstance(message.data, InvitationAnswered):
        raise TypeError("an InvitationAnswered is expected here")
    return message.data
