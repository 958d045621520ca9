"""Wall time and instants, over every zone and everything that its clocks do from 2026 to 2030."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from parley_contracts.times import known_zones
from scheduling.domain.availability import (
    Hours,
    instants,
    is_ambiguous,
    is_tick,
    offset_at,
    open_hours,
    stretches,
    ticks,
    transitions,
)
from scheduling.domain.span import Span

ZONES = sorted(known_zones())
MINUTE = timedelta(minutes=1)
WORKDAY: Hours = (((9 * 60, 17 * 60),),) * 7
YEARS = range(2026, 2031)


@st.composite
def near_a_transition(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and an instant, within three hours of a move of its clocks where there is one that year."""
    zone, year = draw(st.sampled_from(ZONES)), draw(st.sampled_from(YEARS))
    moves = transitions(zone, year)
    base = draw(st.sampled_from(moves)) if moves else datetime(year, 3, 28, 1, tzinfo=UTC)
    return zone, base + draw(st.integers(-180, 180)) * MINUTE


@st.composite
def weekly_hours(draw: st.DrawFn) -> Hours:
    starts = draw(st.integers(0, 23 * 60))
    ends = draw(st.integers(starts + 1, 24 * 60))
    return (((starts, ends),),) * 7


def _wall(instant: datetime, zone: str) -> tuple[date, int]:
    local = instant.astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 60 + local.minute


@settings(max_examples=250, deadline=None)
@given(near_a_transition(), weekly_hours())
def test_hours_are_open_exactly_while_clocks_show_them(
    where: tuple[str, datetime], hours: Hours
) -> None:
    zone, instant = where
    span = Span(instant - timedelta(hours=6), instant + timedelta(hours=6))
    found = open_hours(hours, zone, span)

    for probe in range(0, 12 * 60, 7):
        moment = span.starts_at + probe * MINUTE
        minute = _wall(moment, zone)[1]
        shown = any(start <= minute < end for start, end in hours[0])
        assert shown == any(one.starts_at <= moment < one.ends_at for one in found)
    for one, after in pairwise(found):
        assert one.ends_at < after.starts_at


@settings(max_examples=250, deadline=None)
@given(near_a_transition(), st.integers(0, 24 * 60 - 1))
def test_a_wall_time_is_shown_never_once_or_twice(where: tuple[str, datetime], minute: int) -> None:
    zone, instant = where
    day = _wall(instant, zone)[0]

    found = instants(day, minute, zone)

    assert len(set(found)) == len(found) <= 2
    for one in found:
        assert _wall(one, zone) == (day, minute)
        assert is_ambiguous(one, zone) == (len(found) == 2)
    folds = {
        datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).replace(fold=fold)
        + minute * MINUTE
        for fold in (0, 1)
    }
    real = {
        one.replace(fold=fold).astimezone(UTC)
        for one in folds
        for fold in (0, 1)
        if _wall(one.replace(fold=fold).astimezone(UTC), zone) == (day, minute)
    }
    assert set(found) == real


@settings(max_examples=150, deadline=None)
@given(near_a_transition(), st.sampled_from([5, 10, 15, 20, 30, 45, 60, 90, 120]))
def test_ticks_are_distinct_ordered_and_on_the_step(where: tuple[str, datetime], step: int) -> None:
    zone, instant = where
    span = Span(instant - timedelta(hours=30), instant + timedelta(hours=30))

    found = list(ticks(zone, step, span))

    assert found == sorted(set(found))
    assert all(span.starts_at <= one < span.ends_at for one in found)
    assert all(_wall(one, zone)[1] % step == 0 and is_tick(zone, step, one) for one in found)


@settings(max_examples=150, deadline=None)
@given(near_a_transition(), st.integers(-90 * 24 * 60, 90 * 24 * 60))
def test_stretches_have_the_offset_that_the_zone_has(
    where: tuple[str, datetime], away: int
) -> None:
    zone, instant = where
    span = Span(instant - timedelta(days=100), instant + timedelta(days=100))
    moment = instant + away * MINUTE

    piece = next(
        one for one in stretches(zone, span) if one.span.starts_at <= moment < one.span.ends_at
    )

    assert piece.offset == offset_at(ZoneInfo(zone), moment)


def test_every_move_of_every_clock_skips_or_repeats_what_lies_between() -> None:
    """Exhaustive: all zones, all moves from 2026 to 2030."""
    moves = [(zone, move) for zone in ZONES for year in YEARS for move in transitions(zone, year)]
    assert len(moves) > 1000

    for zone, move in moves:
        before = offset_at(ZoneInfo(zone), move - MINUTE)
        shift = offset_at(ZoneInfo(zone), move) - before
        wall = (move + before).replace(tzinfo=None) + shift / 2
        minute = wall.hour * 60 + wall.minute
        assert len(instants(wall.date(), minute, zone)) == (0 if shift > timedelta(0) else 2), zone


def test_the_known_oddities() -> None:
    new_york, lord_howe = "America/New_York", "Australia/Lord_Howe"

    assert instants(date(2027, 3, 14), 2 * 60 + 30, new_york) == ()
    assert instants(date(2027, 11, 7), 90, new_york) == (
        datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
        datetime(2027, 11, 7, 6, 30, tzinfo=UTC),
    )
    assert instants(date(2027, 10, 3), 2 * 60 + 15, lord_howe) == ()
    assert len(instants(date(2027, 4, 4), 60 + 45, lord_howe)) == 2
    whole_day = (((0, 24 * 60),),) * 7
    spring = Span(datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 3, 15, tzinfo=UTC))
    assert tuple(open_hours(whole_day, new_york, spring)) == (spring,)
    assert sum((s.length for s in open_hours(WORKDAY, new_york, spring)), timedelta(0)) == (
        timedelta(hours=8)
    )
