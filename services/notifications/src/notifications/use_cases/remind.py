"""Reminds everyone of a session that is soon."""

from datetime import datetime

from notifications.domain.correspondence import Note, Part
from notifications.ports import Work
from notifications.use_cases.settle_dossier import BETWEEN, COMPOSE, REMINDERS
from notifications.working_set import Fired, Needs, Refusal


def needs(message: Fired, work: Work) -> Needs:
    del work
    return Needs.rows("dossier", _ids(message)[0])


def remind(message: Fired, work: Work, *, now: datetime) -> Refusal | None:
    interview_id, session_id = _ids(message)
    dossier = work.dossiers.get(interview_id)
    if dossier is None or dossier.interview is None:
        return Refusal("unknown_interview")
    session = dossier.interview.session(session_id)
    if session is None or session.starts_at != message.due_at + REMINDERS[message.kind]:
        return Refusal("session_moved")
    people = (dossier.interview.candidate_id, *session.seated)
    for person_id in people:
        part = Part(
            kind="reminder",
            role=dossier.calendar_role(person_id),
            session_id=session_id,
            at=session.starts_at,
            word=message.kind,
        )
        key = f"{message.kind}:{session_id}:{session.starts_at}"
        letter = dossier.letter(person_id).add_note(Note(key=key, part=part))
        dossier = dossier.with_letter(letter)
    work.dossiers.put(dossier)
    work.timers.set(COMPOSE, interview_id, now)
    return None


def _ids(message: Fired) -> tuple[str, str]:
    interview_id, _, session_id = message.aggregate_id.partition(BETWEEN)
    return interview_id, session_id
