"""Sets of half-open spans behave as the sets of minutes that they stand for."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scheduling.domain.calendar import Calendar, Entry
from scheduling.domain.span import Span, common, united, without

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
    a, b = united(left), united(right)

    assert minutes(a) == minutes(left)
    assert minutes(common(a, b)) == minutes(left) & minutes(right)
    assert minutes(without(a, right)) == minutes(left) - minutes(right)
    for one, after in pairwise(a):
        assert one.ends_at < after.starts_at


@given(spans, st.tuples(st.integers(0, 60), st.integers(1, 20)).map(_span))
def test_what_is_told_of_a_range_replaces_what_was_known_of_it(
    known: list[Span], told: Span
) -> None:
    calendar = Calendar("a", entries=tuple(Entry(one) for one in known))

    after = calendar.replaced(told, [])

    busy = after.busy(())
    assert minutes(list(busy)) == minutes(known) - minutes([told])
