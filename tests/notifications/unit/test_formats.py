"""Times in the reader's zone and language; a digest at eight by their wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.desk import next_digest
from notifications.domain.formats import formats_for

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
EARLY, LATE = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2026, 2030))
MOMENT = datetime(2027, 3, 26, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "zone", "spelled"),
    [
        (
            "de-DE",
            "Europe/Berlin",
            "Freitag, 26. März 2027, 10:30 Mitteleuropäische Zeit (Berlin, UTC+01:00)",
        ),
        (
            "en-US",
            "America/New_York",
            "Friday, March 26, 2027, 5:30 AM Eastern Time (New York, UTC-04:00)",
        ),
        (
            "en",
            "Asia/Kolkata",
            "Friday, 26 March 2027, 15:00 India Standard Time (Kolkata, UTC+05:30)",
        ),
        ("fr-FR", "Asia/Tokyo", "Friday, 26 March 2027, 18:30 Japan Time (Tokyo, UTC+09:00)"),
        (
            "xx-nonsense",
            "Nowhere/Land",
            "Friday, 26 March 2027, 09:30 Coordinated Universal Time (UTC+00:00)",
        ),
        (None, None, "Friday, 26 March 2027, 09:30 Coordinated Universal Time (UTC+00:00)"),
    ],
)
def test_moment_is_spelled_as_its_reader_knows_it(
    locale: str | None, zone: str | None, spelled: str
) -> None:
    assert formats_for(locale, zone).moment(MOMENT) == spelled


def test_span_over_the_end_of_summer_time_names_both_offsets() -> None:
    start = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    end = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    spelled = formats_for("en-GB", "Europe/Berlin").span(start, end)

    assert spelled == (
        "Sunday, 31 October 2027, 02:30 Central European Time (Berlin, UTC+02:00)"
        " – 02:30 Central European Time (Berlin, UTC+01:00)"  # noqa: RUF001 - the dash of a range
    )


@given(
    st.sampled_from(ZONES),
    st.datetimes(EARLY, LATE, timezones=st.just(UTC)),
)
def test_digest_is_due_at_the_next_eight_of_the_wall_clock(zone: str, now: datetime) -> None:
    due = next_digest(now, zone)
    local = due.astimezone(ZoneInfo(zone))

    assert due > now
    # Where eight does not exist that day, the clock stands where eight would have been.
    assert (
        local.time() == time(8) or local.utcoffset() != now.astimezone(ZoneInfo(zone)).utcoffset()
    )
    assert (due - now).total_seconds() <= 26 * 3600 + 24 * 3600
