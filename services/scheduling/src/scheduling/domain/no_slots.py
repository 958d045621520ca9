"""Why a search found nothing, and which small change to the request would help."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduling.domain.changed import changed
from scheduling.domain.interview import NoSlots, Relaxation, Seat
from scheduling.domain.slots import Diary, Search, Wish, reach
from scheduling.domain.span import Span

LATER_DAYS = (2, 5, 10)
SHORTER_BY = (15, 30)
SHORTEST = 15
MOST_RELAXATIONS = 3
LOOK_BEYOND = timedelta(days=max(LATER_DAYS))


class Reason(StrEnum):
    WINDOW_PAST = "window_past"
    WINDOW_TOO_SHORT = "window_too_short"
    NO_COMMON_TIME = "no_common_time"
    NOTICE_TOO_LONG = "notice_too_long"
    INTERVIEWER_UNKNOWN = "interviewer_unknown"
    POOL_EMPTY = "pool_empty"
    LIMITS_REACHED = "limits_reached"
    SEVERAL_SESSIONS = "several_sessions"


class Change(StrEnum):
    LATER_END = "later_end"
    SHORTER_SESSION = "shorter_session"
    SHORTER_NOTICE = "shorter_notice"
    WITHOUT_INTERVIEWER = "without_interviewer"


@dataclass(frozen=True, slots=True)
class Missing:
    """A required seat for which nobody is known."""

    seat: Seat
    reason: Reason

    @property
    def id(self) -> str:
        return self.seat.wanted.pool_id or self.seat.wanted.named[0]


def missing(search: Search) -> tuple[Missing, ...]:
    """Whoever said that they will not sit here is known all the same, and no answer tells of it."""
    everyone = Search(changed(search.wish, excluded=frozenset()), search.diaries, search.span)
    return tuple(
        Missing(seat, Reason.POOL_EMPTY if seat.wanted.pool_id else Reason.INTERVIEWER_UNKNOWN)
        for seat in search.wish.session.seats
        if not seat.shadow and not everyone.eligible(seat)
    )


def explain(search: Search, *, now: datetime) -> NoSlots:
    """For a search that has no start."""
    outside = _outside(search.wish, now=now)
    absent = tuple(dict.fromkeys(one.reason for one in missing(search)))
    if outside is Reason.WINDOW_PAST:
        return NoSlots((outside,))
    reasons = tuple(one for one in (outside, *absent) if one is not None)
    if not reasons:
        unlimited = changed(search, diaries=_without_limits(search))
        free = bool(unlimited.starts(now=now, most=1))
        reasons = (Reason.LIMITS_REACHED if free else Reason.NO_COMMON_TIME,)
    return NoSlots(tuple(str(one) for one in reasons), relaxations(search, now=now))


def relaxations(search: Search, *, now: datetime) -> tuple[Relaxation, ...]:
    """Of each kind the smallest change that helps, as many as are worth reading."""
    found: dict[str, Relaxation] = {}
    changes = [(one, wish, reach(wish, now=now)) for one, wish in _changes(search.wish)]
    reached = [span for *_, span in changes if span is not None]
    if not reached:
        return ()
    widest = Span(min(one.starts_at for one in reached), max(one.ends_at for one in reached))
    anywhere = Search(search.wish, search.diaries, widest)
    for change, wish, span in changes:
        if span is None or change.kind in found:
            continue
        if count := len(changed(anywhere, wish=wish).starts(now=now)):
            found[f"{change.kind}"] = changed(change, slots=count)
    return tuple(found.values())[:MOST_RELAXATIONS]


def _outside(wish: Wish, *, now: datetime) -> Reason | None:
    window = wish.request.window
    if window.ends_at <= now:
        return Reason.WINDOW_PAST
    if window.length < wish.session.length:
        return Reason.WINDOW_TOO_SHORT
    return Reason.NOTICE_TOO_LONG if reach(wish, now=now) is None else None


def _changes(wish: Wish) -> Iterator[tuple[Relaxation, Wish]]:
    request, session = wish.request, wish.session
    for days in LATER_DAYS:
        window = Span(request.window.starts_at, request.window.ends_at + timedelta(days=days))
        longer = changed(wish, request=changed(request, window=window))
        yield Relaxation(Change.LATER_END, 0, amount=days), longer
    for less in SHORTER_BY:
        minutes = session.minutes - less
        if minutes >= SHORTEST:
            shorter = changed(wish, session=changed(session, minutes=minutes))
            yield Relaxation(Change.SHORTER_SESSION, 0, amount=minutes), shorter
    hours = int(request.notice.total_seconds()) // 3600
    for fewer in sorted({hours // 2, 1} - {0, hours}, reverse=True):
        sooner = changed(wish, request=changed(request, notice=timedelta(hours=fewer)))
        yield Relaxation(Change.SHORTER_NOTICE, 0, amount=fewer), sooner
    required = [seat for seat in session.seats if not seat.shadow]
    for seat in required if len(required) > 1 else ():
        if seat.wanted.interviewer_id is not None:
            rest = tuple(one for one in session.seats if one is not seat)
            fewer_seats = changed(wish, session=changed(session, seats=rest))
            who = seat.wanted.interviewer_id
            yield Relaxation(Change.WITHOUT_INTERVIEWER, 0, interviewer_id=who), fewer_seats


def _without_limits(search: Search) -> dict[str, Diary]:
    return {
        who: changed(diary, interviewer=changed(diary.interviewer, per_day=None, per_week=None))
        for who, diary in search.diaries.items()
    }
