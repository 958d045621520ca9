"""What an operator does by hand: status, snapshot, reconcile, dead letters."""

import argparse
from collections.abc import Coroutine
from typing import Any

from scheduling.adapters import dead_letter, reconcile
from scheduling.adapters.answer import Answer, Report
from scheduling.adapters.batch import StillBroken
from scheduling.adapters.kafka import UNREACHABLE
from scheduling.adapters.status import status
from scheduling.adapters.watched import WAITING
from scheduling.app import build, kafka_of, owner_of, reconciliation_of
from scheduling.config import Settings
from scheduling.consumers import SUBSCRIPTIONS


def chosen(settings: Settings, options: argparse.Namespace) -> Coroutine[Any, Any, object]:
    if options.command == "status":
        return run_status(settings)
    if options.command == "reconcile":
        return run_reconcile(settings, heal=options.heal)
    if options.command == "snapshot":
        return run_snapshot(settings)
    if options.action == "list":
        return run_list(settings)
    action = {
        "show": run_show,
        "redrive": run_redrive,
        "discard": run_discard,
    }[options.action]
    return action(settings, options.id)


async def run_status(settings: Settings) -> Answer:
    async with build(settings, roles=()) as service:
        topics, now = SUBSCRIPTIONS.topics, service.clock.now()
        return await status(service.pool, kafka_of(settings), topics, WAITING, now=now)


async def run_snapshot(settings: Settings) -> Answer:
    """Into the outbox: the relay does the rest."""
    async with build(settings, roles=()) as service:
        told = await owner_of(service).tell_all(now=service.clock.now())
        return Answer({"told": told})


async def run_reconcile(settings: Settings, *, heal: bool) -> Answer | str:
    """What differs; with `heal`, what was mended and what is left."""
    async with build(settings, roles=()) as service:
        reconciliation = reconciliation_of(service)
        try:
            found = await reconciliation.find()
            if not heal:
                return reconcile.answer(found)
            lifted = await reconciliation.heal(found, now=service.clock.now())
            return reconcile.healed(found, lifted, await reconciliation.find())
        except UNREACHABLE as outage:
            return f"Nothing was compared to the end, for a server does not answer: {type(outage).__name__}"


async def run_list(settings: Settings) -> list[Report]:
    async with build(settings, roles=()) as service, service.pool.acquire() as connection:
        letters = await dead_letter.listed(connection)
        return [{name: getattr(one, name) for name in one.__slots__} for one in letters]


async def run_show(settings: Settings, letter_id: int) -> Report | None:
    """With the record's bytes, which may hold personal data: for the operator's eyes."""
    async with build(settings, roles=()) as service, service.pool.acquire() as connection:
        found = await dead_letter.show(connection, letter_id)
        if found is None:
            return None
        kept, record = found
        return {name: getattr(kept, name) for name in kept.__slots__} | {
            "key": _text(record.key),
            "value": _text(record.value),
            "headers": {name: _text(value) for name, value in record.headers},
        }


async def run_redrive(settings: Settings, letter_id: int) -> bool | str:
    """Once more through the shell; where it fails again it stays, and this says why."""
    async with build(settings, roles=()) as service:
        try:
            return await service.batch.redrive(letter_id)
        except StillBroken as broken:
            return f"It stays, for the contracts refuse it as before: {broken}"
        except Exception as bug:  # noqa: BLE001 - what broke once may break again, and stays kept
            return f"It stays, for it failed again: {type(bug).__name__}"


async def run_discard(settings: Settings, letter_id: int) -> bool:
    async with build(settings, roles=()) as service, service.pool.acquire() as connection:
        return await dead_letter.discard(connection, letter_id)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")
