"""Times, zones and money as a reader sees them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from parley_contracts.times import known_zones
from scheduling.domain import zones
from scheduling.domain.availability import is_ambiguous

LOCALE = "en_GB"
NO_PLACE = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def clock_time(instant: datetime, zone: str) -> str:
    """`14:30`, with its offset where the clocks show that time twice."""
    local = instant.astimezone(ZoneInfo(zone))
    shown = str(format_datetime(local, "HH:mm", locale=LOCALE))
    return f"{shown} ({zones.offset(local)})" if is_ambiguous(instant, zone) else shown


def day_of(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def day_name(day: date) -> str:
    return str(format_date(day, "EEEE d MMMM y", locale=LOCALE))


def full_time(instant: datetime, zone: str) -> str:
    """`Tuesday 2 March 2027, 10:00`"""
    return f"{day_name(day_of(instant, zone))}, {clock_time(instant, zone)}"


def zone_name(zone: str) -> str:
    """`Central European Time (Berlin)`"""
    return zones.zone_name(ZoneInfo(zone), LOCALE)


@cache
def _places() -> tuple[str, ...]:
    named = (one for one in known_zones() if "/" in one and not one.startswith(NO_PLACE))
    return tuple(sorted(named))


def zone_choices(*besides: str | None) -> Mapping[str, list[str]]:
    """Zones by part of the world; the reader's own is among them, whatever it is called."""
    regions: dict[str, list[str]] = {}
    for zone in sorted({*_places(), "UTC", *(one for one in besides if one)}):
        region = zone.split("/", 1)[0] if "/" in zone else "Other"
        regions.setdefault(region, []).append(zone)
    return regions


def pay_range(pay: Mapping[str, object]) -> str:
    """`70,000 to 85,000 EUR a year`"""
    amounts = [_amount(pay.get(name)) for name in ("minimum", "maximum")]
    low, high = amounts
    if low and high and low != high:
        shown = f"{low} to {high}"
    elif low and high:
        shown = low
    else:
        shown = f"from {low}" if low else f"up to {high}" if high else ""
    period = str(pay.get("period") or "year")
    return f"{shown} {pay.get('currency')} a {period}".strip() if shown else ""


def _amount(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return str(format_decimal(Decimal(value), locale="en"))
    except InvalidOperation:
        return value


def listed(words: Iterable[str], last: str) -> str:
    """`A, B or C`"""
    *rest, end = list(words) or [""]
    return f"{', '.join(rest)} {last} {end}" if rest else end
