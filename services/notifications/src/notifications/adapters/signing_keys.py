"""The keys that links are signed with, from the day one is added to the day it is retired: pure, and a file.

A key signs nothing before every verifier shows it, and verifies for as long as a link that it signed may live.
Its life stands beside it in the private JWK set, under a member of ours (RFC 7517, section 4, lets readers
ignore it); the public set has none of that.
"""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from notifications.adapters.mail_links import LONGEST_LINK
from parley_contracts.topics import FEEDBACK, NOTIFICATIONS, SCHEDULING

ALGORITHM = "Ed25519"
LIFE = "parley"
VERIFIERS = frozenset({SCHEDULING, FEEDBACK, NOTIFICATIONS})
LOADED = "parley_link_key_loaded"
BUILD = "parley_build_info"
LATE = timedelta(days=1)
"""How much later than asked for the last process may have turned to the next key: a mounted file comes late."""
PRIVATE_MODE, PUBLIC_MODE = 0o600, 0o644
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What is raised by a file, or a scrape, that is none."""


class KeyRefused(Exception):
    """With what stands against it, and what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    jwk: Mapping[str, str]
    """With its private member `d`, where that was not lost."""
    made_at: datetime | None = None
    """None in a file of before lives were kept, where the public file alone holds the older keys."""
    used_from: datetime | None = None
    used_until: datetime | None = None

    @property
    def kid(self) -> str:
        return self.jwk["kid"]

    @property
    def in_use(self) -> bool:
        return self.used_from is not None and self.used_until is None

    @property
    def retired_from(self) -> datetime | None:
        """When no link that it signed lives any more; None while it signs."""
        if self.used_until is not None:
            return self.used_until + LONGEST_LINK + LATE
        return None if self.in_use else self.made_at

    @property
    def public(self) -> dict[str, str]:
        return {name: value for name, value in self.jwk.items() if name != "d"}


Keys = tuple[SigningKey, ...]


def fresh(*, now: datetime) -> SigningKey:
    """Of a name that can be typed: a digest may begin as an option does, and no command would take it."""
    while True:
        key = OKPKey.generate_key(
            "Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, auto_kid=True
        )
        named = {name: str(value) for name, value in key.as_dict(private=True).items()}
        if not named["kid"].startswith("-"):
            return SigningKey(named, now)


def add(keys: Keys, new: SigningKey, *, now: datetime) -> Keys:
    """The first key of all signs at once: nobody has a link yet."""
    return (*keys, new if keys else replace(new, used_from=now))


def taken_over(keys: Keys, shown: Iterable[Mapping[str, str]], *, now: datetime) -> Keys:
    """With what the public file shows besides: links of a key may live although its private half is gone."""
    kept = tuple(replace(one, made_at=one.made_at or now) for one in keys)
    known = {one.kid for one in keys}
    others = (SigningKey(one, made_at=now, used_until=now) for one in shown)
    return (*(one for one in others if one.kid not in known), *kept)


def use(keys: Keys, kid: str | None, shown: Collection[str], *, now: datetime) -> Keys:
    """From now on this one signs, or the newest; `shown` are those that every verifier shows."""
    chosen = named(keys, kid)
    if chosen.in_use:
        return keys
    if chosen.used_until is not None:
        raise KeyRefused(f"{chosen.kid} was in use before, and does not come back: add another")
    if chosen.kid not in shown:
        raise KeyRefused(
            f"{chosen.kid} is not shown yet: give every process with pages the public file, wait until"
            f" {LOADED} at its /metrics shows the key, and name what each says after --shown"
        )
    return tuple(
        replace(one, used_from=now)
        if one is chosen
        else replace(one, used_until=now)
        if one.in_use
        else one
        for one in keys
    )


def retire(keys: Keys, kid: str, *, now: datetime) -> Keys:
    """It verifies nothing any more."""
    chosen = named(keys, kid)
    if chosen.in_use:
        raise KeyRefused(f"{kid} is in use: let another one sign first")
    since = chosen.retired_from
    if since is not None and now < since:
        raise KeyRefused(f"links that {kid} signed may live until {since:%Y-%m-%d %H:%M}Z")
    return tuple(one for one in keys if one is not chosen)


def named(keys: Keys, kid: str | None) -> SigningKey:
    if kid is None and keys:
        return keys[-1]
    for one in keys:
        if one.kid == kid:
            return one
    raise KeyRefused(f"there is no key {kid or 'at all'}: `keys list` names them")


def signing(keys: Keys) -> SigningKey | None:
    return next((one for one in keys if one.in_use), None)


def shown_by_all(texts: Iterable[str]) -> frozenset[str]:
    """Keys that each of these scrapes shows, which have to come from every service."""
    services: set[str] = set()
    loaded: list[frozenset[str]] = []
    for text in texts:
        samples = _samples(text)
        services |= {one.labels["service"] for one in samples if one.name == BUILD}
        loaded.append(frozenset(one.labels["kid"] for one in samples if one.name == LOADED))
    if missing := sorted(VERIFIERS - services):
        raise KeyRefused(f"nothing was shown by {', '.join(missing)}: scrape every process")
    return frozenset.intersection(*loaded)


def _samples(text: str) -> list[Sample]:
    try:
        return [one for family in text_string_to_metric_families(text) for one in family.samples]
    except UNREADABLE as trouble:
        raise KeyRefused("what was shown is not all of it metrics: scrape again") from trouble


def read(path: Path) -> Keys:
    """In the order in which they were added; none where there is no file.

    In a file of before lives were kept the first signs, and has since that was written.
    """
    if not path.exists():
        return ()
    documents = json.loads(path.read_text())["keys"]
    keys = tuple(_read(one) for one in documents)
    if any(LIFE in one for one in documents):
        return keys
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    signs, rest = keys[:1], keys[1:]
    return (
        *(replace(one, used_until=written) for one in rest),
        *(replace(one, used_from=written) for one in signs),
    )


def read_public(path: Path) -> list[dict[str, str]]:
    return list(json.loads(path.read_text())["keys"]) if path.exists() else []


def write(path: Path, keys: Keys) -> None:
    replace_file(path, {"keys": [_written(one) for one in keys]}, mode=PRIVATE_MODE)


def write_public(path: Path, keys: Keys) -> None:
    replace_file(path, public_set(keys), mode=PUBLIC_MODE)


def public_set(keys: Sequence[SigningKey]) -> dict[str, object]:
    return {"keys": [one.public for one in keys]}


def replace_file(path: Path, document: object, *, mode: int) -> None:
    """A reader sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        json.dump(document, file)
    beside.replace(path)


def _read(document: Mapping[str, Any]) -> SigningKey:
    moments = {name: datetime.fromisoformat(at) for name, at in document.get(LIFE, {}).items()}
    jwk = {name: str(value) for name, value in document.items() if name != LIFE}
    return SigningKey(jwk, **moments)


def _written(key: SigningKey) -> dict[str, object]:
    moments = {
        "made_at": key.made_at,
        "used_from": key.used_from,
        "used_until": key.used_until,
    }
    life = {name: at.isoformat() for name, at in moments.items() if at is not None}
    return {**key.jwk, LIFE: life}
