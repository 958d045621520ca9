"""What an operator does with the files of signing keys."""

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from notifications.adapters import signing_keys
from notifications.adapters.signing_keys import Keys


def run(options: argparse.Namespace, *, now: datetime) -> str:
    """What is said of it; raises `KeyRefused`."""
    commands: Mapping[str, Callable[[], str]] = {
        "add": lambda: add(options.private, options.public, now=now),
        "use": lambda: use(options.private, options.kid, options.shown, now=now),
        "retire": lambda: retire(options.private, options.public, options.kid, now=now),
        "public": lambda: json.dumps(signing_keys.public_set(signing_keys.read(options.private))),
        "list": lambda: "\n".join(map(described, signing_keys.read(options.private))),
    }
    return commands[options.action]() + "\n"


def add(private: Path, public: Path, *, now: datetime) -> str:
    new = signing_keys.fresh(now=now)
    keys = signing_keys.add(signing_keys.read(private), new, now=now)
    signing_keys.write(private, keys)
    signing_keys.write_public(public, keys)
    if len(keys) == 1:
        return f"{new.kid} is the first key, and signs from now on."
    return f"{new.kid} verifies, and signs nothing yet: once every process shows it, `keys use`."


def use(private: Path, kid: str | None, shown: list[Path], *, now: datetime) -> str:
    seen = signing_keys.shown_by_all(one.read_text() for one in shown) if shown else frozenset()
    keys = signing_keys.use(signing_keys.read(private), kid, seen, now=now)
    signing_keys.write(private, keys)
    return "\n".join(map(described, keys))


def retire(private: Path, public: Path, kid: str, *, now: datetime) -> str:
    keys: Keys = signing_keys.retire(signing_keys.read(private), kid, now=now)
    signing_keys.write(private, keys)
    signing_keys.write_public(public, keys)
    return f"{kid} verifies no link any more."


def described(key: signing_keys.SigningKey) -> str:
    until = key.retired_from
    if key.in_use:
        return f"{key.kid} signs since {key.used_from:%Y-%m-%d %H:%M}Z"
    if key.used_from is None:
        return f"{key.kid} verifies, and signs nothing yet"
    return f"{key.kid} verifies, and may be retired from {until:%Y-%m-%d %H:%M}Z on"
