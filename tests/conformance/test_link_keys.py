"""Every service tells at each scrape which keys it verifies with, and keeps them where the file is none."""

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from tests.conformance.tally import Plumbing

CLAIMS = {"person": "ats:p", "purpose": "home", "generation": 1, "expires": 2_000_000_000}


def key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", parameters={"kid": kid})


def public_key(kid: str) -> Mapping[str, Any]:
    return dict(key(kid).as_dict(private=False))


def write_keys(file: Path, *keys: Mapping[str, Any]) -> None:
    """In place, as whoever copies a file does."""
    file.write_text(json.dumps({"keys": keys}))


def shown(registry: CollectorRegistry) -> list[str]:
    return [one.labels["kid"] for family in registry.collect() for one in family.samples]


def told(plumbing: Plumbing, file: Path) -> tuple[Any, CollectorRegistry]:
    links, registry = plumbing.links.Links(file), CollectorRegistry()
    registry.register(plumbing.links.LinkKeys(links))
    return links, registry


def test_a_key_is_shown_once_it_is_in_the_file_and_no_more_once_it_is_not(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    file = tmp_path / "public.json"
    _, registry = told(plumbing, file)
    one, other = public_key("one"), public_key("other")
    before = shown(registry)

    seen = []
    for keys in ([one], [one, other], [other]):
        write_keys(file, *keys)
        seen.append(shown(registry))

    assert before == []
    assert seen == [["one"], ["one", "other"], ["other"]]


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"keys": []}', '{"keys": [{"kty": "OKP"}]}'])
def test_what_is_no_key_set_ends_no_link_and_is_said_once(
    plumbing: Plumbing, tmp_path: Path, broken: str
) -> None:
    file, signs = tmp_path / "public.json", key("one")
    links, registry = told(plumbing, file)
    token = jwt.encode({"alg": "Ed25519", "kid": "one"}, CLAIMS, signs, algorithms=["Ed25519"])
    write_keys(file, signs.as_dict(private=False))
    assert links.claims(token) is not None

    file.write_text(broken)
    with capture_logs() as logs:
        kept = [shown(registry), links.claims(token), shown(registry)]
    file.unlink()
    gone = links.claims(token)
    write_keys(file, signs.as_dict(private=False), public_key("other"))

    assert kept[0] == kept[2] == ["one"]
    assert kept[1] is not None
    assert [one["event"] for one in logs] == ["link keys cannot be read"]
    assert gone is not None
    assert shown(registry) == ["one", "other"]


def test_what_was_written_within_the_same_tick_is_read_all_the_same(
    plumbing: Plumbing, tmp_path: Path
) -> None:
    file = tmp_path / "public.json"
    _, registry = told(plumbing, file)
    file.write_text('{"keys": [')
    os.utime(file, ns=(1, 1))
    half = shown(registry)

    write_keys(file, public_key("one"))
    os.utime(file, ns=(1, 1))

    assert (half, shown(registry)) == ([], ["one"])


@pytest.mark.parametrize(
    "odd", [{"crit": 1}, {"crit": ["b64"], "b64": False}, {"kid": 7}, {"typ": []}]
)
def test_a_header_of_another_shape_opens_nothing(
    plumbing: Plumbing, tmp_path: Path, odd: dict[str, Any]
) -> None:
    file, own = tmp_path / "public.json", key("one")
    write_keys(file, own.as_dict(private=False))
    links, _ = told(plumbing, file)
    signed = jwt.encode({"alg": "Ed25519", "kid": "one"}, CLAIMS, own, algorithms=["Ed25519"])
    assert links.claims(signed) is not None
    header = json.dumps({"alg": "Ed25519", "kid": "one"} | odd).encode()
    _, *rest = signed.split(".")

    assert links.claims(".".join([urlsafe_b64encode(header).decode().rstrip("="), *rest])) is None
