"""What an operator does with the files of signing keys."""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from notifications.adapters import signing_keys
from notifications.adapters.signing_keys import UNREADABLE, KeyRefused, Keys


def run(options: argparse.Namespace, *, now: datetime) -> str:
    """What is said of it; raises `KeyRefused`."""
    commands: Mapping[str, Callable[[], str]] = {
        "add": lambda: add(options.private, options.public, now=now),
        "use": lambda: use(options.private, options.kid, options.shown, now=now),
        "retire": lambda: retire(options.private, options.public, options.kid, now=now),
        "public": lambda: public(options.private),
        "list": lambda: "\n".join(map(described, there(options.private))),
    }
    return commands[options.action]() + "\n"


def add(private: Path, public: Path, *, now: datetime) -> str:
    new = signing_keys.fresh(now=now)
    keys = signing_keys.add(_all(_read(private), public, now=now), new, now=now)
    signing_keys.write(private, keys)
    signing_keys.write_public(public, keys)
    if len(keys) == 1:
        return f"{new.kid} is the first key, and signs from now on."
    return f"{new.kid} verifies, and signs nothing yet: once every process shows it, `keys use`."


def use(private: Path, kid: str | None, shown: Iterable[Path], *, now: datetime) -> str:
    keys = there(private)
    chosen = signing_keys.named(keys, kid)
    if chosen.in_use:
        return described(chosen)
    texts = [_scrape(one) for one in shown]
    seen = signing_keys.shown_by_all(texts) if texts else frozenset()
    keys = signing_keys.use(keys, chosen.kid, seen, now=now)
    signing_keys.write(private, keys)
    return "\n".join(map(described, keys))


def retire(private: Path, public: Path, kid: str, *, now: datetime) -> str:
    keys = signing_keys.retire(_all(there(private), public, now=now), kid, now=now)
    # Private last: cut short in between, it can be done again.
    signing_keys.write_public(public, keys)
    signing_keys.write(private, keys)
    return f"{kid} verifies no link any more."


def public(private: Path) -> str:
    keys = there(private)
    if any(one.made_at is None for one in keys):
        raise KeyRefused(
            f"{private} does not hold the older keys yet: `keys add` takes them from the public file"
        )
    return json.dumps(signing_keys.public_set(keys))


def there(private: Path) -> Keys:
    if keys := _read(private):
        return keys
    raise KeyRefused(f"{private} is not there, or holds no key: `keys add` makes the first")


def described(key: signing_keys.SigningKey) -> str:
    if key.in_use:
        return f"{key.kid} signs since {key.used_from:%Y-%m-%d %H:%M}Z"
    if key.used_until is None:
        return f"{key.kid} verifies, and signs nothing yet"
    until = key.retired_from
    return f"{key.kid} verifies, and may be retired from {until:%Y-%m-%d %H:%M}Z on"


def _all(keys: Keys, public: Path, *, now: datetime) -> Keys:
    try:
        return signing_keys.taken_over(keys, signing_keys.read_public(public), now=now)
    except (OSError, *UNREADABLE) as trouble:
        raise KeyRefused(f"{public} cannot be read as keys: put it right, or away") from trouble


def _read(private: Path) -> Keys:
    try:
        return signing_keys.read(private)
    except (OSError, *UNREADABLE) as trouble:
        raise KeyRefused(f"{private} cannot be read as keys: put a copy in its place") from trouble


def _scrape(file: Path) -> str:
    try:
        return file.read_text()
    except (OSError, ValueError) as trouble:
        raise KeyRefused(f"{file} cannot be read: scrape that process again") from trouble
