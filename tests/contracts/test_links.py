from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from parley_contracts.links import OWNERS, PERSONAL, LinkClaims, Purpose, cookie_name

EXPIRES = datetime(2027, 3, 18, tzinfo=UTC)


def claims(**changed: Any) -> LinkClaims:
    told = {
        "person": "greenhouse:1",
        "interview": "greenhouse:9",
        "purpose": "book",
        "generation": 2,
        "expires": int(EXPIRES.timestamp()),
    }
    return LinkClaims.model_validate(told | changed)


def test_a_link_leads_to_an_address_of_its_own() -> None:
    assert claims().path == "/book/greenhouse:9/greenhouse:1"
    assert claims(purpose="home", interview=None).path == "/home/home/greenhouse:1"
    assert cookie_name("scheduling") == "parley_scheduling"


def test_a_link_expires_at_its_second() -> None:
    assert claims().expires_at == EXPIRES
    assert claims().expired(now=EXPIRES)
    assert not claims().expired(now=EXPIRES - timedelta(microseconds=1))


@pytest.mark.parametrize(
    "changed",
    [
        {"interview": None},
        {"purpose": "home"},
        {"generation": 0},
        {"generation": "2"},
        {"person": ".."},
        {"interview": "../x"},
        {"purpose": "../x"},
        {"expires": 10**12},
    ],
)
def test_claims_that_make_no_sense_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        claims(**changed)


def test_every_purpose_has_its_owner_and_a_later_one_is_read() -> None:
    assert OWNERS.keys() == set(Purpose)
    assert set(Purpose) > PERSONAL
    assert claims(purpose="of-a-later-version").purpose == "of-a-later-version"


def test_claims_come_back_from_a_token_as_they_went_in() -> None:
    assert LinkClaims.model_validate_json(claims().model_dump_json()) == claims()
