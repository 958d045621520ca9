"""Sets of half-open spans behave as the sets of minutes that they stand for."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduling.adapters.postgres.calendars import CalendarCodec
from scheduling.domain.calendar import Calendar, Entries, Entry
from scheduling.domain.span import Span, Spans, common, marks_of, united, without

START = datetime(2027, 3, 1, tzinfo=UTC)


def _span(pair: tuple[int, int]) -> Span:
    first, length = pair
    return Span(START + timedelta(minutes=first), START + timedelta(minutes=first + length))


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(_span), max_size=6)


def minutes(given_spans: tuple[Span, ...] | list[Span]) -> set[int]:
    return {
        minute
        for one in given_spans
        for minute in range(
            int((one.starts_at - START).total_seconds()) // 60,
            int((one.ends_at - START).total_seconds()) // 60,
        )
    }


@given(spans, spans)
def test_union_intersection_and_difference(left: list[Span], right: list[Span]) -> None:
    a, b = (tuple(Spans.of_marks(united(map(marks_of, one)))) for one in (left, right))

    assert minutes(a) == minutes(left)
    assert minutes(common(a, b)) == minutes(left) & minutes(right)
    assert minutes(list(without(Spans.of(a), map(marks_of, right)))) == minutes(left) - minutes(
        right
    )
    for one, after in pairwise(a):
        assert one.ends_at < after.starts_at


@given(spans, st.tuples(st.integers(0, 60), st.integers(1, 20)).map(_span))
def test_what_is_told_of_a_range_replaces_what_was_known_of_it(
    known: list[Span], told: Span
) -> None:
    calendar = Calendar("a", entries=Entries.of(Entry(one) for one in known))

    after = calendar.replaced(told, [])

    busy = after.busy(())
    assert minutes(list(busy)) == minutes(known) - minutes([told])


moments = st.datetimes(datetime(1960, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone stands beside them
uids = st.none() | st.text(max_size=5)


@given(st.lists(st.builds(Entry, st.builds(Span, moments, moments), uids), max_size=6))
def test_entries_are_the_same_once_packed_and_once_stored(entries: list[Entry]) -> None:
    calendar = Calendar("a", {"ats": 3}, Entries.of(entries))

    assert list(calendar.entries) == entries
    stored = CalendarCodec().dump_json(calendar).decode()
    assert CalendarCodec().validate_json(stored) == calendar
