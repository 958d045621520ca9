"""What people call their time: "India Standard Time (Kolkata)", "London Time", "Mitteleuropäische Zeit (Berlin)".

The names and cities are Unicode's, as Babel carries them. It finds some of them under ids of its own
(Asia/Calcutta, America/Buenos_Aires), so every id that means the same zone is asked for. Names hold all
year; where a moment is named, its offset stands beside them.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global


def zone_name(zone: ZoneInfo, language: str, *, at: datetime | None = None) -> str:
    """The zone as a reader of this language knows it, with its offset at a moment."""
    name = _named(zone.key, language)
    return name if at is None else _with(name, offset(at.astimezone(zone)))


def offset(local: datetime) -> str:
    """`UTC+05:30`"""
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@cache
def _named(key: str, language: str) -> str:
    locale = Locale.parse(language)
    aliases: Mapping[str, str] = get_global("zone_aliases")
    main = aliases.get(key, key)
    ids = (main, *sorted(one for one, same in aliases.items() if same == main))
    own: Mapping[str, Any] = next(
        (locale.time_zones[one] for one in ids if one in locale.time_zones), {}
    )
    name = _of_many(ids, own.get("long", {}), locale)
    if "/" not in main or main.startswith("Etc/"):
        return name or key
    city = own.get("city") or main.rpartition("/")[2].replace("_", " ")
    if name is None:
        return str(locale.zone_formats["region"] % city)
    return name if city in name else _with(name, city)


def _of_many(ids: tuple[str, ...], own: Mapping[str, str], locale: Locale) -> str | None:
    """What it shares with other zones. A name for the winter alone is none for a zone with a summer time
    of its own.
    """
    metazones: Mapping[str, str] = get_global("meta_zones")
    shared = next((metazones[one] for one in ids if one in metazones), None)
    names: Mapping[str, str] = locale.meta_zones.get(shared, {}).get("long", {})
    if "generic" in names or "daylight" in own:
        return names.get("generic")
    return own.get("standard") or names.get("standard")


def _with(name: str, detail: str) -> str:
    return f"{name[:-1]}, {detail})" if name.endswith(")") else f"{name} ({detail})"
