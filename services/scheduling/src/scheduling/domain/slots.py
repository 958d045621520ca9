"""The search for slots of one session with any number of seats. Offer and confirm ask the same function:
`Search.seat(start)` says who would sit there at a time, or that the time does not work.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from scheduling.domain import availability
from scheduling.domain.booking import Booking
from scheduling.domain.calendar import Calendar
from scheduling.domain.interview import Avoided, Interview, Request, Seat, Session, Wanted
from scheduling.domain.interviewer import Interviewer
from scheduling.domain.span import (
    MICROSECOND,
    Marks,
    Span,
    Spans,
    common,
    marks_of,
    without,
)

MOST_SLOTS = 400
HORIZON = timedelta(days=92)
"""How far ahead is looked at most."""
NOTHING = Spans.of(())

People = tuple[str | None, ...]
"""Who sits where, seat by seat; nobody in a shadow's seat is no obstacle."""


Moment = tuple[Span, timedelta, str, int]
"""Of which days, for how long, and on which ticks: the zone's and the step."""


@dataclass(frozen=True, slots=True)
class Diary:
    """All that a search has to know of one interviewer, and what was worked out of it so far."""

    interviewer: Interviewer
    calendar: Calendar | None = None
    bookings: tuple[Booking, ...] = ()
    free: dict[Span, Spans] = field(default_factory=dict, init=False, compare=False, repr=False)
    able: dict[Moment, int] = field(default_factory=dict, init=False, compare=False, repr=False)


_SHELF: OrderedDict[tuple[str, ...], Diary] = OrderedDict()
MOST_DIARIES = 2_000
MOST_OF_EACH = 8


def diary_of(
    interviewer: Interviewer, calendar: Calendar | None, bookings: tuple[Booking, ...]
) -> Diary:
    """The same one as long as these are the same: what was worked out of them holds for the next search."""
    fresh = Diary(interviewer, calendar, bookings)
    place = (interviewer.id, *(one.id for one in bookings))
    known = _SHELF.pop(place, None)
    _SHELF[place] = found = known if known == fresh else fresh
    if len(_SHELF) > MOST_DIARIES:
        _SHELF.popitem(last=False)
    return found


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for."""

    interview_id: str
    session: Session
    request: Request
    zone: str
    excluded: frozenset[str] = frozenset()
    avoided: tuple[Avoided, ...] = ()


def wish_of(interview: Interview) -> Wish | None:
    """None where there is nothing to search: imported, or several sessions."""
    if interview.request is None or len(interview.sessions) > 1:
        return None
    return Wish(
        interview.id,
        interview.single,
        interview.request,
        interview.zone or "UTC",
        frozenset(interview.excluded),
        interview.avoided,
    )


def reach(wish: Wish, *, now: datetime) -> Span | None:
    """From the first start that notice allows to the last end; None where no session fits between."""
    starts_at = max(wish.request.window.starts_at, now + wish.request.notice)
    ends_at = min(wish.request.window.ends_at, starts_at + HORIZON)
    return Span(starts_at, ends_at) if starts_at + wish.session.length <= ends_at else None


@dataclass(frozen=True)
class Search:
    """One wish over the diaries of everyone concerned, within a span of time.

    What it learns of people is kept, and shared by `replace(search, wish=…)` with a search for the same
    interview and the same people: when they are free does not depend on the rest of the wish.
    """

    wish: Wish
    diaries: Mapping[str, Diary]
    span: Span
    _free: dict[str, Spans] = field(default_factory=dict)
    _eligible: dict[tuple[Wanted, bool], tuple[str, ...]] = field(default_factory=dict)
    _days: dict[str, Counter[date]] = field(default_factory=dict)
    _weeks: dict[str, Counter[date]] = field(default_factory=dict)

    def starts(self, *, now: datetime, most: int = MOST_SLOTS) -> tuple[datetime, ...]:
        """Every start in the span that notice allows and at which all seats can be taken."""
        reachable = reach(self.wish, now=now)
        inside = () if reachable is None else common((self.span,), (reachable,))
        return tuple(islice(self._workable(inside[0]), most)) if inside else ()

    def still_open(self, starts: Iterable[datetime], *, now: datetime) -> Iterator[datetime]:
        """Those of an earlier search that can be booked now."""
        return (s for s in starts if self.allows(s, now=now) and self.seat(s) is not None)

    def allows(self, start: datetime, *, now: datetime) -> bool:
        """Whether the request itself, whoever sits there, allows this start."""
        reachable = reach(self.wish, now=now)
        session = Span(start, start + self.wish.session.length)
        on_tick = availability.is_tick(self.wish.zone, self.wish.request.step_minutes, start)
        return reachable is not None and on_tick and reachable.contains(session)

    def seat(self, start: datetime) -> People | None:
        """Who would sit where at this start, the same for the same diaries; None where a seat stays empty."""
        session = Span(start, start + self.wish.session.length)
        seats = self.wish.session.seats
        choices = {n: self._willing(seat, session) for n, seat in enumerate(seats)}
        required = [n for n, seat in enumerate(seats) if not seat.shadow]
        taken: dict[str, int] = {}
        for n in sorted(required, key=lambda n: (len(choices[n]), n)):
            if not _place(n, choices, taken, set()):
                return None
        for n, seat in enumerate(seats):
            if seat.shadow:
                who = next((one for one in choices[n] if one not in taken), None)
                taken |= {} if who is None else {who: n}
        by_seat = {n: who for who, n in taken.items()}
        return tuple(by_seat.get(n) for n in range(len(seats)))

    def replacement(self, seat: Seat, session: Span, *, beside: frozenset[str]) -> str | None:
        """Somebody else for one seat at a time that stands."""
        return next((who for who in self._willing(seat, session) if who not in beside), None)

    def eligible(self, seat: Seat) -> tuple[str, ...]:
        """Who may sit there at all, whatever the time."""
        key = seat.wanted, seat.shadow
        if key not in self._eligible:
            self._eligible[key] = self._who_may(seat)
        return self._eligible[key]

    def _who_may(self, seat: Seat) -> tuple[str, ...]:
        wanted = seat.wanted
        if wanted.pool_id is None:
            known = (self.diaries.get(one) for one in wanted.named)
            found = [one.interviewer for one in known if one is not None]
        else:
            everyone = (one.interviewer for one in self.diaries.values())
            pool, skills, alone = wanted.pool_id, wanted.skills, not seat.shadow
            found = [one for one in everyone if one.fits_pool(pool, skills, alone=alone)]
        return tuple(
            sorted(one.id for one in found if not one.ended and one.id not in self.wish.excluded)
        )

    def _willing(self, seat: Seat, session: Span) -> list[str]:
        """Who can sit there at that time, the least loaded of that week first."""
        able = [who for who in self.eligible(seat) if self._can_sit(who, session)]
        return sorted(able, key=lambda who: (self._load(who, session), who))

    def _can_sit(self, who: str, session: Span) -> bool:
        free = self._free_of(who)
        starts_at, ends_at = marks_of(session)
        place = bisect_right(free.starts, starts_at) - 1
        fits = place >= 0 and ends_at <= free.ends[place]
        return fits and self._within_limits(who, session)

    def _within_limits(self, who: str, session: Span) -> bool:
        interviewer = self.diaries[who].interviewer
        a_day, a_week = interviewer.per_day, interviewer.per_week
        if a_day is not None:
            day = availability.local_day(session.starts_at, interviewer.zone)
            if self._days_of(who)[day] >= a_day:
                return False
        return a_week is None or self._load(who, session) < a_week

    def _load(self, who: str, session: Span) -> int:
        weeks = self._weeks_of(who)
        if not weeks:
            return 0
        zone = self.diaries[who].interviewer.zone
        return weeks[availability.local_week(session.starts_at, zone)]

    def _days_of(self, who: str) -> Counter[date]:
        if who not in self._days:
            zone = self.diaries[who].interviewer.zone
            starts = (one.starts_at for one in self._others(who))
            self._days[who] = Counter(availability.local_day(one, zone) for one in starts)
        return self._days[who]

    def _weeks_of(self, who: str) -> Counter[date]:
        if who not in self._weeks:
            zone = self.diaries[who].interviewer.zone
            starts = (one.starts_at for one in self._others(who))
            self._weeks[who] = Counter(availability.local_week(one, zone) for one in starts)
        return self._weeks[who]

    def _others(self, who: str) -> Iterator[Booking]:
        bookings = self.diaries[who].bookings
        return (one for one in bookings if one.interview_id != self.wish.interview_id)

    def _free_of(self, who: str) -> Spans:
        if who not in self._free:
            self._free[who] = self._worked_out(who)
        return self._free[who]

    def _worked_out(self, who: str) -> Spans:
        diary, days = self.diaries[who], availability.days_around(self.span)
        if self._is_special(who):
            return free_time(diary, self.wish, days)
        if days not in diary.free:
            _make_room(diary.free)
            diary.free[days] = free_time(diary, self.wish, days)
        return diary.free[days]

    def _is_special(self, who: str) -> bool:
        """Whose time for this interview is not what it is for any other."""
        mine = any(one.interview_id == self.wish.interview_id for one in self.diaries[who].bookings)
        return mine or any(one.interviewer_id == who for one in self.wish.avoided)

    def _workable(self, inside: Span) -> Iterator[datetime]:
        """In order. Most starts are settled at once, by counting; only the others are tried one by one."""
        length, zone, step = (
            self.wish.session.length,
            self.wish.zone,
            self.wish.request.step_minutes,
        )
        days = availability.days_around(inside)
        ticks = availability.ticks(zone, step, days)
        first = bisect_left(ticks, inside.starts_at)
        after = bisect_right(ticks, inside.ends_at - length, lo=first)
        sure, possible = self._counted((days, length, zone, step))
        for n in range(first, after):
            if sure >> n & 1 or (possible >> n & 1 and self.seat(ticks[n]) is not None):
                yield ticks[n]

    def _counted(self, moment: Moment) -> tuple[int, int]:
        """One bit a tick: at which the required seats can surely be taken, and at which they may be.

        With the seats in any order, it is enough that the first has one who can sit there, the second two,
        and so on: each takes somebody whom those before have left. Where a seat has nobody it cannot be.
        """
        everywhere = (1 << len(_ticks_of(moment))) - 1
        required = [seat for seat in self.wish.session.seats if not seat.shadow]
        required.sort(key=lambda seat: len(self.eligible(seat)))
        counts: dict[Wanted, list[int]] = {}
        sure = possible = everywhere
        for place, seat in enumerate(required, start=1):
            if seat.wanted not in counts:
                able = [self._able_at(who, moment) for who in self.eligible(seat)]
                counts[seat.wanted] = _at_least(able, len(required), everywhere)
            sure &= counts[seat.wanted][place]
            possible &= counts[seat.wanted][1]
        return sure, possible

    def _able_at(self, who: str, moment: Moment) -> int:
        if self._is_special(who):
            return self._able(who, moment)
        known = self.diaries[who].able
        if moment not in known:
            _make_room(known)
            known[moment] = self._able(who, moment)
        return known[moment]

    def _able(self, who: str, moment: Moment) -> int:
        """One bit a tick: when the whole session fits into this interviewer's free time and limits."""
        days, length, zone, step = moment
        marks, lasts = availability.tick_marks(zone, step, days), length // MICROSECOND
        found = place = 0
        for starts_at, ends_at in self._free_of(who).marks():
            place = bisect_left(marks, starts_at, place)
            after = bisect_right(marks, ends_at - lasts, place)
            found |= (1 << after) - (1 << place)
        interviewer = self.diaries[who].interviewer
        if found and (interviewer.per_day or interviewer.per_week) and any(self._others(who)):
            for n, start in enumerate(_ticks_of(moment)):
                if found >> n & 1 and not self._within_limits(who, Span(start, start + length)):
                    found ^= 1 << n
        return found


def search_from(wish: Wish, diaries: Mapping[str, Diary], *, now: datetime) -> Search:
    """Over all of the window that can still be booked, as far ahead as is looked."""
    return Search(wish, diaries, reach(wish, now=now) or wish.request.window)


def free_time(diary: Diary, wish: Wish, days: Span) -> Spans:
    """When a session of this wish may take this interviewer's time: buffers are already taken off."""
    who = diary.interviewer
    hours = availability.open_hours(who.hours, who.zone, days)
    gap = who.larger_buffer
    busy = diary.calendar.busy(diary.bookings) if diary.calendar is not None else NOTHING
    others = [one for one in diary.bookings if one.interview_id != wish.interview_id]
    blocked = [
        *(marks_of(one) for one in who.pauses),
        *_widened(busy, who.after, who.before),
        *(marks_of(_kept_for(one, gap)) for one in others),
        *(marks_of(one.span) for one in wish.avoided if one.interviewer_id == who.id),
    ]
    return without(hours, blocked)


def _widened(spans: Spans, before: timedelta, after: timedelta) -> Iterator[Marks]:
    earlier, later = before // MICROSECOND, after // MICROSECOND
    return ((starts_at - earlier, ends_at + later) for starts_at, ends_at in spans.marks())


def _ticks_of(moment: Moment) -> tuple[datetime, ...]:
    days, _, zone, step = moment
    return availability.ticks(zone, step, days)


def _make_room(known: dict[Any, Any]) -> None:
    if len(known) >= MOST_OF_EACH:
        known.pop(next(iter(known)))


def _at_least(able: Sequence[int], most: int, everywhere: int) -> list[int]:
    """By k up to `most`: the bits that at least k of them have."""
    found = [everywhere] + [0] * most
    for one in able:
        for k in range(most, 0, -1):
            found[k] |= found[k - 1] & one
    return found


def _kept_for(other: Booking, gap: timedelta) -> Span:
    """What another booking keeps away: never less than the database's last judge would."""
    return Span(other.starts_at - gap, max(other.held_until, other.ends_at + gap))


def _place(
    n: int, choices: Mapping[int, Sequence[str]], taken: dict[str, int], tried: set[str]
) -> bool:
    """Give seat `n` somebody, moving others to where they can sit too (Kuhn's matching)."""
    for who in choices[n]:
        if who in tried:
            continue
        tried.add(who)
        if who not in taken or _place(taken[who], choices, taken, tried):
            taken[who] = n
            return True
    return False
