"""What a job pays, as a reader sees it: spelled as on the booking page."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from babel.numbers import format_decimal


def pay_range(pay: Mapping[str, object] | None) -> str:
    """`70,000 to 85,000 EUR a year`"""
    if pay is None:
        return ""
    low, high = (_amount(pay.get(name)) for name in ("minimum", "maximum"))
    if low and high and low != high:
        shown = f"{low} to {high}"
    elif low and high:
        shown = low
    else:
        shown = f"from {low}" if low else f"up to {high}" if high else ""
    period = str(pay.get("period") or "year")
    return f"{shown} {pay.get('currency')} a {period}" if shown else ""


def _amount(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return str(format_decimal(Decimal(value), locale="en"))
    except InvalidOperation:
        return value
