"""Zones go by the names that people use, the same in every service, in both languages."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from zoneinfo import ZoneInfo, available_timezones

import pytest
from tests.conformance.tally import SERVICES

SUMMER = datetime(2027, 7, 1, 12, tzinfo=UTC)
WINTER = datetime(2027, 1, 15, 12, tzinfo=UTC)
NAMES = {
    "Asia/Kolkata": (
        "India Standard Time (Kolkata, UTC+05:30)",
        "Indische Normalzeit (Kalkutta, UTC+05:30)",
    ),
    "Asia/Kathmandu": (
        "Nepal Time (Kathmandu, UTC+05:45)",
        "Nepalesische Zeit (Kathmandu, UTC+05:45)",
    ),
    "America/St_Johns": (
        "Newfoundland Time (St. John\u2019s, UTC-02:30)",
        "Neufundland-Zeit (St. John\u2019s, UTC-02:30)",
    ),
    "Europe/Kyiv": (
        "Eastern European Time (Kyiv, UTC+03:00)",
        "Osteuropäische Zeit (Kiew, UTC+03:00)",
    ),
    "UTC": ("Coordinated Universal Time (UTC+00:00)", "Koordinierte Weltzeit (UTC+00:00)"),
    "Africa/Lagos": (
        "West Africa Time (Lagos, UTC+01:00)",
        "Westafrikanische Zeit (Lagos, UTC+01:00)",
    ),
    "Pacific/Chatham": ("Chatham Time (UTC+12:45)", "Chatham-Zeit (UTC+12:45)"),
    "America/Argentina/Buenos_Aires": (
        "Argentina Time (Buenos Aires, UTC-03:00)",
        "Argentinische Zeit (Buenos Aires, UTC-03:00)",
    ),
    "Europe/Dublin": ("Dublin Time (UTC+01:00)", "Dublin (Ortszeit, UTC+01:00)"),
    "Europe/London": ("London Time (UTC+01:00)", "London (Ortszeit, UTC+01:00)"),
    "Africa/Accra": (
        "Greenwich Mean Time (Accra, UTC+00:00)",
        "Mittlere Greenwich-Zeit (Accra, UTC+00:00)",
    ),
    "Asia/Calcutta": (
        "India Standard Time (Kolkata, UTC+05:30)",
        "Indische Normalzeit (Kalkutta, UTC+05:30)",
    ),
    "Etc/GMT+5": ("Etc/GMT+5 (UTC-05:00)", "Etc/GMT+5 (UTC-05:00)"),
}
ZoneName = Callable[..., str]


@pytest.fixture(params=SERVICES)
def zone_name(request: pytest.FixtureRequest) -> ZoneName:
    found: ZoneName = import_module(f"{request.param}.domain.zones").zone_name
    return found


@pytest.mark.parametrize("zone", NAMES)
def test_zone_goes_by_the_name_that_people_use(zone_name: ZoneName, zone: str) -> None:
    known = ZoneInfo(zone)

    assert tuple(zone_name(known, one, at=SUMMER) for one in ("en", "de")) == NAMES[zone]


def test_name_holds_all_year_and_the_offset_does_not(zone_name: ZoneName) -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert zone_name(berlin, "en_GB") == "Central European Time (Berlin)"
    assert zone_name(berlin, "en_GB", at=SUMMER) == "Central European Time (Berlin, UTC+02:00)"
    assert zone_name(berlin, "en_GB", at=WINTER) == "Central European Time (Berlin, UTC+01:00)"


@pytest.mark.parametrize("language", ["en", "en_GB", "en_US", "de", "de_AT"])
def test_every_place_has_a_name_in_words(zone_name: ZoneName, language: str) -> None:
    """No id, no offset for a name, no region that Unicode does not know."""
    places = [one for one in available_timezones() if "/" in one and not one.startswith("Etc/")]

    for one in places:
        name = zone_name(ZoneInfo(one), language)
        assert one not in name
        assert not {"GMT", "Unknown", "Unbekannte", "∅∅∅", "_"} & set(name.split()), name
        assert "_" not in name
