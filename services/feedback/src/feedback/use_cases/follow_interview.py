"""An interview was booked, moved, changed, cancelled, or a session of it has ended: its round follows."""

from datetime import datetime

from feedback.domain.application import Application, SaidWord, WordKind
from feedback.domain.changed import changed
from feedback.domain.follow import InterviewFacts, follow
from feedback.domain.round import Round, Seat, Session, SessionState, Team
from feedback.ports import Work
from feedback.use_cases.publish_clock import publish_clock
from feedback.use_cases.publish_round import application_of, publish_round, word_key
from feedback.working_set import Needs, Refusal
from parley_contracts import interviews
from parley_contracts.cloudevents import Received
from parley_contracts.interviews import CancelReason, InterviewStatus, SessionStatus
from parley_contracts.plan import HiringTeam

BOOKED = (InterviewStatus.BOOKED, InterviewStatus.ENDED)
SEARCHING = (InterviewStatus.SEARCHING, InterviewStatus.NO_SLOTS)
TOLD_CHANGES = (interviews.ChangedPart.PLACE, interviews.ChangedPart.SEATS)
OWN_DOING = (CancelReason.CANDIDATE_DECLINED, CancelReason.CANDIDATE_WITHDREW)
WORDS: dict[type[interviews.InterviewEvent], WordKind] = {
    interviews.SlotsOffered: WordKind.OFFER,
    interviews.InterviewBooked: WordKind.BOOKING,
    interviews.InterviewRescheduled: WordKind.CHANGE,
    interviews.InterviewerReplaced: WordKind.CHANGE,
    interviews.InterviewChanged: WordKind.CHANGE,
    interviews.InterviewCancelled: WordKind.CANCELLATION,
}


def interview_of(message: Received) -> interviews.InterviewEvent:
    if not isinstance(message.data, interviews.InterviewEvent):
        raise TypeError("an interview's event is expected here")
    return message.data


def needs(message: Received, work: Work) -> Needs:
    """What another candidate needs besides is met as it is touched: that is rare, and this is asked for every event."""
    del work
    interview = interview_of(message).interview
    return Needs.rows("round", message.subject) | Needs.rows(
        "application", interview.application_id
    )


def follow_interview(message: Received, work: Work, *, now: datetime) -> Refusal | None:
    event = interview_of(message)
    interview = event.interview
    before = work.rounds.get(interview.interview_id) or Round(id=interview.interview_id)
    if event.revision <= before.source_revision:
        return Refusal("older")
    work.note_gap(event, before.source_revision)
    if _is_anothers(work, before, interview.candidate_id):
        _leave(work, before, interview.application_id, now=now)
        before = _begun_anew(before)
    after = follow(before, facts_of(interview), revision=event.revision, at=message.time, now=now)
    application = application_of(work, interview.application_id)
    for missed in before.not_reached:
        application = application.miss(missed)
    application = application.look_ahead(interview.interview_id, _ends_at(after))
    same_offer = isinstance(event, interviews.SlotsOffered) and after.offer == before.offer
    if not same_offer:
        application = _hear(application, message, event)
    publish_clock(work, application, now=now)
    publish_round(work, before, changed(after, not_reached=()), now=now)
    return None


def _is_anothers(work: Work, round_: Round, candidate_id: str) -> bool:
    """Given to somebody else, and not to the same person under another id."""
    was, met = round_.candidate_id, set[str]()
    while was is not None and was not in met and was != candidate_id:
        met.add(was)
        known = work.people.get(was)
        was = known.merged_into if known is not None else None
    return bool(met) and was != candidate_id


def _leave(work: Work, round_: Round, application_id: str, *, now: datetime) -> None:
    if round_.application_id not in (None, application_id):
        former = application_of(work, round_.application_id or "")
        publish_clock(work, former.look_ahead(round_.id, None), now=now)


def _begun_anew(round_: Round) -> Round:
    """Nobody reads what was written with another candidate: none of it stays."""
    return Round(
        id=round_.id,
        revision=round_.revision,
        source_revision=round_.source_revision,
        generation=round_.generation + 1,
        wake_at=round_.wake_at,
    )


def _ends_at(round_: Round) -> datetime | None:
    """The end of what is booked, or was held."""
    ends = [
        one.ends_at
        for one in round_.sessions
        if one.ends_at is not None and one.state is not SessionState.CANCELLED
    ]
    return max(ends, default=None)


def _hear(
    application: Application, message: Received, event: interviews.InterviewEvent
) -> Application:
    kind = WORDS.get(type(event))
    if kind is None or not _tells_the_candidate(event):
        return application
    key = word_key(message.type, event.aggregate_id, event.revision)
    return application.say(SaidWord(kind=kind, at=message.time, key=key))


def _tells_the_candidate(event: interviews.InterviewEvent) -> bool:
    """What they did themselves is no word to them."""
    if isinstance(event, interviews.InterviewChanged):
        return any(part in TOLD_CHANGES for part in event.changed)
    if isinstance(event, interviews.InterviewCancelled):
        cancelled = event.interview.cancelled
        return cancelled is None or cancelled.reason not in OWN_DOING
    return True


def facts_of(interview: interviews.Interview) -> InterviewFacts:
    ended = (SessionStatus.BOOKED, SessionStatus.ENDED)
    timed = any(one.status in ended for one in interview.sessions)
    return InterviewFacts(
        application_id=interview.application_id,
        candidate_id=interview.candidate_id,
        booked=interview.status in BOOKED or timed,
        searching=interview.status in SEARCHING,
        offer=interview.generation if interview.status == InterviewStatus.OFFERED else None,
        team=team_in(interview.hiring_team),
        job=interview.job.model_dump(mode="json"),
        pay=interview.pay.model_dump(mode="json") if interview.pay is not None else None,
        stage=interview.stage.model_dump(mode="json"),
        materials=tuple(one.model_dump(mode="json") for one in interview.materials),
        decide_in=interview.decide_in,
        promised_days=interview.promised_days,
        zone=interview.zone,
        candidate_zone=interview.candidate_zone,
        sessions=tuple(_session(interview, one) for one in interview.sessions),
    )


def team_in(team: HiringTeam) -> Team:
    return Team(
        recruiter_id=team.recruiter_id,
        coordinator_id=team.coordinator_id,
        decider_ids=team.decider_ids,
    )


def _session(interview: interviews.Interview, session: interviews.Session) -> Session:
    return Session(
        id=session.session_id,
        title=session.title,
        minutes=session.minutes,
        candidate_minutes=session.candidate_minutes,
        state=_state(interview, session),
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        about=session.about,
        place=session.place.model_dump(mode="json"),
        seats=tuple(_seat(one) for one in session.seats if _sits(one)),
    )


def _state(interview: interviews.Interview, session: interviews.Session) -> SessionState:
    if session.status == SessionStatus.ENDED:
        return SessionState.ENDED
    cancelled = interview.status == InterviewStatus.CANCELLED
    if cancelled or session.status == SessionStatus.CANCELLED:
        return SessionState.CANCELLED
    return SessionState.COMING


def _sits(seat: interviews.Seat) -> bool:
    declined = seat.status == interviews.SeatStatus.DECLINED
    return seat.interviewer_id is not None and not declined


def _seat(seat: interviews.Seat) -> Seat:
    return Seat(
        interviewer_id=seat.interviewer_id or "",
        role=seat.role,
        shadow=seat.shadow,
        scorecard=seat.scorecard,
    )
