"""An application's no-ghosting clock: when the candidate is owed the next word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from feedback.domain.changed import changed
from feedback.domain.round import NotReached, Team
from feedback.domain.settle import Standing

AGAIN_WITHIN = timedelta(days=1)
"""For saying again what did not reach the candidate."""
MOST_WORDS = 60


class Status(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class WordKind(StrEnum):
    OPENED = "opened"
    OFFER = "offer"
    BOOKING = "booking"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    ANSWER = "answer"
    OUTCOME = "outcome"
    FEEDBACK = "feedback"
    HOLD = "hold"
    CONTACTED = "contacted"


AFTERWARDS = (WordKind.FEEDBACK, WordKind.ANSWER, WordKind.CONTACTED, WordKind.CANCELLATION)
"""Said after the end, these do not begin anything anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidWord:
    kind: WordKind
    at: datetime
    key: str
    """Which event said it: type, aggregate and revision."""
    due_at: datetime | None = None
    """The date that was promised with it."""
    ends: bool = False
    """After it nothing is owed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """An interview that is booked: until it is over, the candidate knows what comes next."""

    interview_id: str
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    id: str
    seen: Mapping[str, int] = field(default_factory=dict)
    """By source, the last revision that was heard of it."""
    revision: int = 0
    """Published."""
    opened: bool = False
    waiting_since: datetime | None = None
    """When we first heard of it, until it is opened."""
    candidate_id: str | None = None
    team: Team | None = None
    team_changed_at: datetime | None = None
    """When the ATS last gave it another team; that of a single interview may be newer."""
    job_title: str | None = None
    promised_days: int = 5
    status: Status = Status.OPEN
    outcome: str | None = None
    closed_since: datetime | None = None
    """When we heard of it: a date in the past must not shorten what is counted from it."""
    hold_until: datetime | None = None
    resumed_at: datetime | None = None
    advanced_at: tuple[datetime, ...] = ()
    upstream_cards: tuple[tuple[str, str, str | None, datetime], ...] = ()
    words: tuple[SaidWord, ...] = ()
    """In the order in which they were said."""
    not_reached: tuple[NotReached, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    due_at: datetime | None = None
    due_said: bool = False
    overdue_since: datetime | None = None
    wake_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        return Standing(
            closed_since=self.closed_since,
            outcome=self.outcome,
            advanced_at=self.advanced_at,
            upstream_cards=self.upstream_cards,
        )

    def heard(self, *, now: datetime) -> "Application":
        return changed(self, waiting_since=None if self.opened else self.waiting_since or now)

    def say(self, word: SaidWord) -> "Application":
        """What is said again under the same key is said when it was said last."""
        if any(one.key == word.key and one.at >= word.at for one in self.words):
            return self
        others = (one for one in self.words if one.key != word.key)
        words = sorted((*others, word), key=lambda one: (one.at, one.key))
        return changed(self, words=tuple(words[-MOST_WORDS:]))

    def close(self, outcome: str, *, now: datetime) -> "Application":
        since = self.closed_since if self.closed_since is not None else now
        return changed(
            self, status=Status.CLOSED, outcome=outcome, closed_since=since, hold_until=None
        )

    def hold(self, until: datetime) -> "Application":
        if self.status is Status.CLOSED:
            return self
        return changed(self, status=Status.ON_HOLD, hold_until=until)

    def resume(self, *, at: datetime) -> "Application":
        return changed(
            self,
            status=Status.OPEN,
            outcome=None,
            closed_since=None,
            hold_until=None,
            resumed_at=at,
        )

    def miss(self, missed: NotReached) -> "Application":
        others = (one for one in self.not_reached if one.notification_id != missed.notification_id)
        ordered = sorted((*others, missed), key=lambda one: (one.at, one.notification_id))
        return changed(self, not_reached=tuple(ordered[-MOST_WORDS:]))

    def reach(self, notification_id: str) -> "Application":
        kept = tuple(one for one in self.not_reached if one.notification_id != notification_id)
        return self if len(kept) == len(self.not_reached) else changed(self, not_reached=kept)

    def look_ahead(self, interview_id: str, ends_at: datetime | None) -> "Application":
        others = tuple(one for one in self.ahead if one.interview_id != interview_id)
        if ends_at is None:
            return changed(self, ahead=others)
        ahead = (*others, Ahead(interview_id=interview_id, ends_at=ends_at))
        return changed(self, ahead=tuple(sorted(ahead, key=lambda one: one.interview_id)))

    @property
    def last_word(self) -> SaidWord | None:
        """The last one that reached the candidate."""
        return next(reversed(self._reached()), None)

    @property
    def taken_back_at(self) -> datetime | None:
        """When it turned out that a later word had not reached the candidate."""
        if not self.not_reached:
            return None
        last = self.last_word
        later = {one.key for one in self.words if last is None or one.at > last.at}
        return max(
            (one.at for one in self._missed() if later.intersection(one.words)), default=None
        )

    @property
    def ended(self) -> bool:
        """An outcome has reached the candidate, and nothing has begun since; once the application is closed, nothing begins."""
        if self.status is Status.CLOSED:
            endings = [one for one in self.words if one.ends]
            ending = max(endings, key=lambda one: (one.at, one.key), default=None)
            return ending is not None and ending in self._reached()
        reached = [one for one in self._reached() if one.kind not in AFTERWARDS]
        last = max(reached, key=lambda one: (one.at, one.ends, one.key), default=None)
        resumed = self.resumed_at is not None and last is not None and last.at <= self.resumed_at
        return last is not None and last.ends and not resumed

    def _reached(self) -> Sequence[SaidWord]:
        missed = {key for one in self._missed() for key in one.words}
        return self.words if not missed else [one for one in self.words if one.key not in missed]

    def _missed(self) -> list[NotReached]:
        """Messages to the candidate only: what did not reach others takes no word back."""
        return [one for one in self.not_reached if one.person_id == self.candidate_id]


def owed_at(application: Application) -> datetime | None:
    """When the next word is due; None where nothing is owed."""
    last = application.last_word
    if not application.opened or application.ended:
        return None
    days = timedelta(days=application.promised_days)
    dates = []
    if last is not None:
        dates.append(last.due_at if last.due_at is not None else last.at + days)
        dates += [one.ends_at + days for one in application.ahead if one.ends_at > last.at]
    if application.hold_until is not None:
        dates.append(application.hold_until)
    if application.resumed_at is not None:
        dates.append(application.resumed_at + days)
    if application.taken_back_at is not None:
        dates.append(application.taken_back_at + AGAIN_WITHIN)
    return max(dates, default=None)


class ClockNews(StrEnum):
    DUE = "due"
    UPDATED = "updated"
    OVERDUE = "overdue"


def lead(application: Application) -> timedelta:
    """How long before its date a word is said to be due."""
    return timedelta(days=1) if application.promised_days > 1 else timedelta(hours=6)


def tick(application: Application, *, now: datetime) -> tuple[Application, tuple[ClockNews, ...]]:
    """Where the clock stands now, and what is new about it."""
    before = application
    due_at = owed_at(application)
    news = []
    if due_at != before.due_at:
        application = changed(application, due_at=due_at, due_said=False, overdue_since=None)
        news.append(ClockNews.UPDATED)
    if due_at is None:
        return _waking(application, None), tuple(news)
    taken_back = due_at != before.due_at and application.taken_back_at is not None
    if not application.due_said and (taken_back or due_at - lead(application) <= now < due_at):
        application = changed(application, due_said=True)
        news.append(ClockNews.DUE)
    if application.overdue_since is None and now >= due_at:
        application = changed(application, overdue_since=due_at, due_said=True)
        news = [one for one in news if one is not ClockNews.DUE]
        news.append(ClockNews.OVERDUE)
    wake_at = None
    if application.overdue_since is None:
        wake_at = due_at if application.due_said else due_at - lead(application)
    return _waking(application, wake_at), tuple(news)


def _waking(application: Application, wake_at: datetime | None) -> Application:
    return application if application.wake_at == wake_at else changed(application, wake_at=wake_at)
