"""Puts a changed round in its place: settled, its timer set, its news published, the clock told."""

from datetime import datetime

from feedback.domain.application import Application, SaidWord, WordKind
from feedback.domain.changed import changed
from feedback.domain.happened import Happened, What
from feedback.domain.news import happened
from feedback.domain.round import Round
from feedback.domain.settle import settle
from feedback.domain.words import Choice
from feedback.ports import Work
from feedback.use_cases.describe_round import describe_round
from feedback.use_cases.publish_clock import publish_clock
from feedback.working_set import Needs
from parley_contracts import rounds
from parley_contracts.topics import published_as

TIMER = "round"


def round_needs(interview_id: str, work: Work) -> Needs:
    """A round is changed together with its application, which is locked first, and with its candidate in sight."""
    known = work.rounds.peek(interview_id)
    found = Needs.rows("round", interview_id)
    if known is None:
        return found
    application = Needs.rows("application", known.application_id)
    return found | application | Needs.looking("person", known.candidate_id)


def application_of(work: Work, application_id: str) -> Application:
    return work.applications.get(application_id) or Application(id=application_id)


def publish_round(work: Work, before: Round, after: Round, *, now: datetime) -> None:
    if after.application_id is None:
        work.rounds.put(after)
        return
    application = application_of(work, after.application_id)
    after = after.with_team(application.team, application.team_changed_at)
    after = settle(after, application.standing, now=now)
    news = happened(before, after) if after.opened_at is not None else ()
    first = before.revision + 1
    after = changed(after, revision=before.revision + len(news))
    work.rounds.put(after)
    _set_timer(work, before, after)
    if news:
        state = describe_round(after)
        for revision, one in enumerate(news, start=first):
            event = event_of(one, state, revision)
            work.publish(event, at=now)
            application = _hear(application, before, after, one, event, now=now)
    publish_clock(work, application, now=now)


def _set_timer(work: Work, before: Round, after: Round) -> None:
    if after.wake_at == before.wake_at:
        return
    if after.wake_at is None:
        work.timers.cancel(TIMER, after.id)
    else:
        work.timers.set(TIMER, after.id, after.wake_at)


def _hear(
    application: Application,
    before: Round,
    after: Round,
    one: Happened,
    event: rounds.RoundEvent,
    *,
    now: datetime,
) -> Application:
    """What this round has said to the candidate moves the no-ghosting clock."""
    key = word_key(published_as(type(event))[1], after.id, event.revision)
    if one.what is What.QUESTION_ANSWERED:
        return application.say(SaidWord(kind=WordKind.ANSWER, at=now, key=key))
    if one.what is What.FEEDBACK_RELEASED:
        return application.say(SaidWord(kind=WordKind.FEEDBACK, at=now, key=key))
    told, was = after.pair.company.told, before.pair.company.told
    if one.what is not What.DECIDED or told is None or told == was or told.choice is Choice.NONE:
        return application
    if told.choice is Choice.HOLD:
        until = told.hold_until
        due_at = until if until is not None and until > now else None
        return application.say(SaidWord(kind=WordKind.HOLD, at=now, key=key, due_at=due_at))
    ends = told.choice is Choice.DECLINE
    return application.say(SaidWord(kind=WordKind.OUTCOME, at=now, key=key, ends=ends))


def word_key(ce_type: str, aggregate_id: str, revision: int | None) -> str:
    return f"{ce_type}|{aggregate_id}|{revision or ''}"


def event_of(one: Happened, state: rounds.Round, revision: int) -> rounds.RoundEvent:
    """Each model takes of this what it has a field for."""
    return EVENTS[one.what].model_validate(
        {
            "revision": revision,
            "round": state,
            "person_id": one.person_id,
            "answered_by": one.person_id,
            "session_id": one.session_id,
            "question_id": one.question_id,
            "for_ids": one.ids,
            "absent": one.absent,
            "absent_ids": one.ids[:12],
            "reported_by": one.side,
            "side": one.side,
            "kind": one.kind,
            "due_at": one.due_at,
            "reason": one.reason,
        }
    )


EVENTS: dict[What, type[rounds.RoundEvent]] = {
    What.NO_SHOW_REPORTED: rounds.NoShowReported,
    What.PREPARATION_READY: rounds.PreparationReady,
    What.PREPARATION_READ: rounds.PreparationRead,
    What.QUESTION_ASKED: rounds.QuestionAsked,
    What.QUESTION_ANSWERED: rounds.QuestionAnswered,
    What.FEEDBACK_REQUESTED: rounds.FeedbackRequested,
    What.FEEDBACK_SUBMITTED: rounds.FeedbackSubmitted,
    What.FEEDBACK_AMENDED: rounds.FeedbackAmended,
    What.FEEDBACK_WAIVED: rounds.FeedbackWaived,
    What.FEEDBACK_OVERDUE: rounds.FeedbackOverdue,
    What.DECISION_REQUESTED: rounds.DecisionRequested,
    What.DECISION_RECORDED: rounds.DecisionRecorded,
    What.DECIDED: rounds.RoundDecided,
    What.MATCHED: rounds.MatchReached,
    What.REVEALED_TO_CANDIDATE: rounds.RevealedToCandidate,
    What.REVEALED_TO_COMPANY: rounds.RevealedToCompany,
    What.FEEDBACK_RELEASED: rounds.CandidateFeedbackReleased,
    What.CLOSED: rounds.RoundClosed,
}
