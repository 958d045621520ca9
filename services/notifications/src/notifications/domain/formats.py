"""Dates and times as a reader knows them: in their zone, with its name and offset, in their language."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from notifications.domain.zones import zone_name

LANGUAGES = ("en", "de")
"""In which mails are written; the first is for everyone else."""
_ELSEWHERE = {"en": "en_GB", "de": "de_DE"}


@dataclass(frozen=True, slots=True)
class Formats:
    language: str
    locale: Locale
    zone: ZoneInfo

    def date(self, moment: datetime) -> str:
        return _plain(format_date(moment.astimezone(self.zone), "full", locale=self.locale))

    def time(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return _plain(format_time(local, "short", locale=self.locale))

    def moment(self, moment: datetime) -> str:
        return f"{self.date(moment)}, {self.time(moment)} {self.zone_name(moment)}"

    def span(self, start: datetime, end: datetime) -> str:
        """The zone's name stands once; the end's day and offset only where they are others."""
        first, last = start.astimezone(self.zone), end.astimezone(self.zone)
        begins, until = f"{self.date(start)}, {self.time(start)}", self.time(end)
        if last.date() != first.date():
            until = f"{self.date(end)}, {until}"
        if last.utcoffset() != first.utcoffset():
            begins = f"{begins} {self.zone_name(start)}"
        return f"{begins} – {until} {self.zone_name(end)}"  # noqa: RUF001 - the dash of a range

    def zone_name(self, moment: datetime) -> str:
        return zone_name(self.zone, self.language, at=moment)


@lru_cache(maxsize=512)
def formats_for(locale: str | None, zone: str | None) -> Formats:
    """The reader's own habits where we write their language, else English as most of the world has it."""
    known = _locale(locale)
    if known is None or known.language not in LANGUAGES:
        return Formats(LANGUAGES[0], Locale.parse(_ELSEWHERE[LANGUAGES[0]]), _zone(zone))
    if known.territory is None:
        known = Locale.parse(_ELSEWHERE[known.language])
    return Formats(known.language, known, _zone(zone))


def _locale(name: str | None) -> Locale | None:
    try:
        return Locale.parse((name or "").replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError):
        return None


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _plain(text: str) -> str:
    """Narrow and other no-break spaces look odd in mail readers' fonts."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")
