"""What a search offers: never outside anybody's hours, never over anything else, all that is possible."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain.availability import Hours, ticks
from scheduling.domain.booking import Booking, booking
from scheduling.domain.calendar import Calendar, Entries, Entry
from scheduling.domain.interview import Avoided, Relaxation, Request, Seat, Session, Wanted
from scheduling.domain.interviewer import Interviewer, Membership
from scheduling.domain.no_slots import Reason, explain, relaxations
from scheduling.domain.slots import Diary, People, Search, Wish, diary_of
from scheduling.domain.span import Span

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2027, 3, 22, tzinfo=UTC)
"""Of the week before and after which Europe's and America's clocks differ otherwise."""
WORKDAY: Hours = (*[((9 * 60, 17 * 60),)] * 5, (), ())
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def an_interviewer(name: str = "a", **more: object) -> Interviewer:
    whole = Interviewer(name, "Europe/Berlin", WORKDAY)
    return replace(whole, **more)  # type: ignore[arg-type]  # a test names the fields it changes


def a_seat(*names: str, pool: str | None = None, shadow: bool = False) -> Seat:
    if pool is not None:
        return Seat(Wanted(pool_id=pool), shadow=shadow)
    wanted = Wanted(names[0]) if len(names) == 1 else Wanted(one_of=names)
    return Seat(wanted, shadow=shadow)


def a_wish(*seats: Seat, minutes: int = 60, step: int = 30, days: int = 10) -> Wish:
    session = Session("talk", "Talk", minutes, 15, {}, seats or (a_seat("a"),))
    window = Span(MONDAY, MONDAY + days * DAY)
    return Wish("i", session, Request(window, DAY, step, DAY), "Europe/Berlin")


def held(who: str, start: datetime, minutes: int = 60, buffer: int = 0) -> Booking:
    span = Span(start, start + minutes * MINUTE)
    return booking(f"{who}{start}", "x", "s", who, span, buffer=buffer * MINUTE, imported=False)


def searching(wish: Wish, *diaries: Diary) -> Search:
    return Search(wish, {one.interviewer.id: one for one in diaries}, wish.request.window)


moments = st.integers(0, 10 * 24 * 4).map(lambda quarter: MONDAY + quarter * 15 * MINUTE)


@st.composite
def diaries(draw: st.DrawFn, name: str = "a") -> Diary:
    buffers = st.sampled_from([0, 5, 15, 30])
    who = an_interviewer(
        name,
        zone=draw(st.sampled_from(ZONES)),
        buffer_before=draw(buffers),
        buffer_after=draw(buffers),
        per_day=draw(st.sampled_from([None, 1, 2])),
        per_week=draw(st.sampled_from([None, 3])),
        pauses=tuple(Span(m, m + DAY) for m in draw(st.lists(moments, max_size=1))),
    )
    busy = draw(st.lists(st.tuples(moments, st.integers(1, 6)), max_size=6))
    entries = tuple(Entry(Span(m, m + n * 30 * MINUTE)) for m, n in busy)
    bookings = tuple(held(name, m, buffer=10) for m in draw(st.lists(moments, max_size=3)))
    return Diary(who, Calendar(name, entries=Entries.of(entries)), bookings)


def possible(diary: Diary, start: datetime, minutes: int) -> bool:
    """The rules once more, minute by minute, without any of the search's own arithmetic."""
    who, end = diary.interviewer, start + minutes * MINUTE
    zone = ZoneInfo(who.zone)
    for minute in range(minutes):
        local = (start + minute * MINUTE).astimezone(zone)
        wall = local.hour * 60 + local.minute
        if not any(a <= wall < b for a, b in who.hours[local.weekday()]):
            return False
    if any(p.starts_at < end and start < p.ends_at for p in who.pauses):
        return False
    assert diary.calendar is not None
    for entry in diary.calendar.entries:
        if entry.span.starts_at < end + who.after and start - who.before < entry.span.ends_at:
            return False
    gap = max(who.before, who.after)
    for one in diary.bookings:
        if one.starts_at < end + gap and start < max(one.held_until, one.ends_at + gap):
            return False
    days = [one.starts_at.astimezone(zone).date() for one in diary.bookings]
    day = start.astimezone(zone).date()
    if who.per_day is not None and days.count(day) >= who.per_day:
        return False
    weeks = [one.isocalendar()[:2] for one in days]
    return who.per_week is None or weeks.count(day.isocalendar()[:2]) < who.per_week


@settings(max_examples=40, deadline=None)
@given(diaries(), st.sampled_from([30, 45, 60]), st.sampled_from([15, 30, 60]))
def test_a_search_finds_exactly_what_is_possible(diary: Diary, minutes: int, step: int) -> None:
    wish = a_wish(minutes=minutes, step=step)
    now = MONDAY - 2 * DAY

    found = searching(wish, diary).starts(now=now)

    every = ticks(wish.zone, step, wish.request.window)
    last = wish.request.window.ends_at - minutes * MINUTE
    expected = [one for one in every if one <= last and possible(diary, one, minutes)]
    assert list(found) == expected


@settings(max_examples=30, deadline=None)
@given(diaries("a"), diaries("b"), diaries("c"))
def test_a_panel_sits_together_and_nobody_sits_twice(a: Diary, b: Diary, c: Diary) -> None:
    wish = a_wish(a_seat("a", "b"), a_seat("b", "c"))
    search = searching(wish, a, b, c)
    people = {"a": a, "b": b, "c": c}

    for start in search.starts(now=MONDAY - 2 * DAY):
        seated = search.seat(start)
        assert seated is not None
        assert len(set(seated)) == 2
        assert all(who and possible(people[who], start, 60) for who in seated)
        assert search.allows(start, now=MONDAY - 2 * DAY)


PANELS = (
    (["a", "b"], ["b", "c"]),
    (["a"], ["a", "b", "c"]),
    (["a", "b"], ["a", "b"], ["a", "b", "c"]),
    (["c"], ["b"]),
)


@settings(max_examples=60, deadline=None)
@given(diaries("a"), diaries("b"), diaries("c"), st.sampled_from(PANELS))
def test_counting_finds_what_trying_each_start_finds(
    a: Diary, b: Diary, c: Diary, panel: Sequence[Sequence[str]]
) -> None:
    wish = a_wish(*(a_seat(*names) for names in panel))
    search = searching(wish, a, b, c)

    every = ticks(wish.zone, wish.request.step_minutes, wish.request.window)
    last = wish.request.window.ends_at - HOUR
    one_by_one = [one for one in every if one <= last and search.seat(one) is not None]
    assert list(search.starts(now=MONDAY - 2 * DAY)) == one_by_one


@settings(max_examples=30, deadline=None)
@given(diaries())
def test_offer_and_confirm_agree(diary: Diary) -> None:
    """The confirming search looks at one time only, the offering one at all of them."""
    wish = a_wish()
    offered = searching(wish, diary)
    for start in offered.starts(now=MONDAY - 2 * DAY, most=20):
        span = Span(start, start + HOUR)
        assert Search(wish, offered.diaries, span).seat(start) == offered.seat(start)


def copied(diary: Diary) -> Diary:
    return Diary(diary.interviewer, diary.calendar, diary.bookings)


@settings(max_examples=40, deadline=None)
@given(
    diaries("a"),
    diaries("b"),
    st.lists(
        st.tuples(
            st.sampled_from([30, 60]), st.sampled_from([15, 60]), st.integers(1, 10), st.booleans()
        ),
        max_size=12,
    ),
)
def test_what_was_worked_out_for_one_search_holds_for_the_next(
    a: Diary, b: Diary, wishes: list[tuple[int, int, int, bool]]
) -> None:
    """Whatever is searched for in between: other lengths, other steps, other windows, one's own interview."""
    for minutes, step, days, own in wishes:
        wish = a_wish(a_seat("a"), a_seat("b"), minutes=minutes, step=step, days=days)
        wish = replace(wish, interview_id="x" if own else "i")
        now = MONDAY - 2 * DAY

        again = searching(wish, a, b).starts(now=now)

        assert again == searching(wish, copied(a), copied(b)).starts(now=now)


def test_a_diary_is_the_same_as_long_as_its_facts_are() -> None:
    who, calendar, booked = an_interviewer(), Calendar("a"), held("a", MONDAY + 9 * HOUR)
    known = diary_of(who, calendar, (booked,))

    assert diary_of(replace(who), Calendar("a"), (booked,)) is known
    for other in (
        diary_of(replace(who, per_day=1), calendar, (booked,)),
        diary_of(
            who, Calendar("a", entries=Entries.of([Entry(Span(MONDAY, MONDAY + DAY))])), (booked,)
        ),
        diary_of(who, None, (booked,)),
        diary_of(who, calendar, (replace(booked, held_until=MONDAY + DAY),)),
        diary_of(who, calendar, ()),
    ):
        assert other is not known
        assert not other.free


def test_limits_are_named_although_the_search_was_made_before() -> None:
    full = Diary(an_interviewer("a", per_week=1), None, (held("a", MONDAY + 9 * HOUR),))
    wish = a_wish()
    one_week = replace(wish.request, window=Span(MONDAY, MONDAY + 5 * DAY))
    search = searching(replace(wish, request=one_week), full)
    assert not search.starts(now=MONDAY - 2 * DAY)

    found = explain(search, now=MONDAY - 2 * DAY)

    assert found.reasons == (Reason.LIMITS_REACHED,)


def test_one_of_several_and_a_named_person_are_matched() -> None:
    """The only free choice of one seat is taken away from another that can do without."""
    wish = a_wish(a_seat("a", "b"), a_seat("a"))
    search = searching(wish, Diary(an_interviewer("a")), Diary(an_interviewer("b")))

    assert search.seat(MONDAY + DAY + 9 * HOUR) == ("b", "a")


def test_the_least_loaded_of_a_pool_sits_down() -> None:
    pool = (Membership("p"),)
    loaded = Diary(an_interviewer("a", pools=pool), None, (held("a", MONDAY + 9 * HOUR),))
    search = searching(a_wish(a_seat(pool="p")), loaded, Diary(an_interviewer("b", pools=pool)))

    assert search.seat(MONDAY + DAY + 9 * HOUR) == ("b",)


def test_who_is_in_training_never_fills_a_seat_alone() -> None:
    learning = Diary(an_interviewer("a", pools=(Membership("p", training="reverse_shadow"),)))
    trained = Diary(an_interviewer("b", pools=(Membership("p"),)))
    wish = a_wish(a_seat(pool="p"), a_seat(pool="p", shadow=True))

    assert searching(wish, learning, trained).seat(MONDAY + DAY + 9 * HOUR) == ("b", "a")
    assert searching(wish, learning).seat(MONDAY + DAY + 9 * HOUR) is None


def test_the_own_booking_is_no_obstacle_to_a_move() -> None:
    mine = replace(held("a", MONDAY + DAY + 9 * HOUR), interview_id="i")
    search = searching(a_wish(), Diary(an_interviewer(), None, (mine,)))

    assert search.seat(MONDAY + DAY + 9 * HOUR) == ("a",)


def test_a_time_that_somebody_declined_is_not_offered_again() -> None:
    start = MONDAY + DAY + 9 * HOUR
    wish = replace(a_wish(), avoided=(Avoided("a", Span(start, start + HOUR)),))
    search = searching(wish, Diary(an_interviewer()))

    assert search.seat(start) is None
    assert search.seat(start + HOUR) == ("a",)


def test_sessions_back_to_back_keep_the_larger_buffer() -> None:
    start = MONDAY + DAY + 9 * HOUR
    who = an_interviewer(buffer_before=5, buffer_after=15)
    search = searching(a_wish(step=5), Diary(who, None, (held("a", start, buffer=15),)))

    assert search.seat(start + 70 * MINUTE) is None
    assert search.seat(start + 75 * MINUTE) == ("a",)
    assert search.seat(start - 70 * MINUTE) is None
    assert search.seat(start + 3 * HOUR) == ("a",)


def test_every_reason_is_named() -> None:
    anna = Diary(an_interviewer("a"))
    now = MONDAY - 2 * DAY
    wish = a_wish()

    def reasons(wish: Wish, *diaries: Diary, now: datetime = now) -> tuple[str, ...]:
        return explain(searching(wish, *diaries), now=now).reasons

    short = replace(wish.request, window=Span(MONDAY, MONDAY + 30 * MINUTE))
    long_notice = replace(wish.request, notice=30 * DAY)
    full = Diary(an_interviewer("a", per_week=1), None, (held("a", MONDAY + 9 * HOUR),))
    away = Diary(an_interviewer("a", pauses=(wish.request.window,)))
    one_week = replace(wish.request, window=Span(MONDAY, MONDAY + 5 * DAY))
    assert reasons(wish, anna, now=MONDAY + 20 * DAY) == (Reason.WINDOW_PAST,)
    assert reasons(replace(wish, request=short), anna) == (Reason.WINDOW_TOO_SHORT,)
    assert reasons(replace(wish, request=long_notice), anna) == (Reason.NOTICE_TOO_LONG,)
    assert reasons(wish) == (Reason.INTERVIEWER_UNKNOWN,)
    assert reasons(a_wish(a_seat(pool="p")), anna) == (Reason.POOL_EMPTY,)
    assert reasons(replace(wish, request=one_week), full) == (Reason.LIMITS_REACHED,)
    assert reasons(wish, away) == (Reason.NO_COMMON_TIME,)


def test_a_smaller_notice_is_among_what_would_help() -> None:
    wish = a_wish(days=2)
    wish = replace(wish, request=replace(wish.request, notice=2 * DAY))

    found = explain(searching(wish, Diary(an_interviewer())), now=MONDAY)

    assert ("shorter_notice", 24) in {(one.kind, one.amount) for one in found.relaxations}


def asked_again(wish: Wish, change: Relaxation) -> Wish:
    match change.kind, change.amount:
        case "later_end", int(days):
            window = replace(wish.request.window, ends_at=wish.request.window.ends_at + days * DAY)
            return replace(wish, request=replace(wish.request, window=window))
        case "shorter_session", int(minutes):
            return replace(wish, session=replace(wish.session, minutes=minutes))
        case "shorter_notice", int(hours):
            return replace(wish, request=replace(wish.request, notice=hours * HOUR))
        case _:
            (other,) = [
                one for one in wish.session.seats if one.wanted.named != (change.interviewer_id,)
            ]
            return replace(wish, session=replace(wish.session, seats=(other,)))


@settings(max_examples=60, deadline=None)
@given(diaries("a"), diaries("b"), st.integers(1, 3))
def test_what_would_help_is_what_a_search_of_its_own_finds(a: Diary, b: Diary, days: int) -> None:
    wish = a_wish(a_seat("a"), a_seat("b"), days=days)
    now = MONDAY - HOUR

    for change in relaxations(searching(wish, a, b), now=now):
        other = asked_again(wish, change)
        assert change.slots == len(searching(other, a, b).starts(now=now)) > 0


def test_a_search_of_a_great_panel_is_quick_enough_to_be_asked_on_a_page() -> None:
    """No clock is read: what is counted is how often the expensive question is asked, who sits where."""
    people = [Diary(an_interviewer(f"p{n}", pools=(Membership("p"),))) for n in range(50)]
    wish = a_wish(a_seat(pool="p"), a_seat(pool="p"), a_seat(pool="p"), days=30)

    asked = 0

    class Counting(Search):
        def seat(self, start: datetime) -> People | None:
            nonlocal asked
            asked += 1
            return super().seat(start)

    search = Counting(wish, {one.interviewer.id: one for one in people}, wish.request.window)

    assert 300 <= len(search.starts(now=MONDAY - 2 * DAY)) <= 400
    assert asked == 0
