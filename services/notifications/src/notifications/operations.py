"""What an operator does by hand: check, status, dead letters; and the brake."""

import argparse
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

from notifications.adapters import dead_letter, failed, migrate, reconcile
from notifications.adapters.answer import Answer, Report
from notifications.adapters.check.database import look_at_database, places
from notifications.adapters.check.files import (
    look_at_files,
    look_at_kafka_settings,
    look_at_link_keys,
)
from notifications.adapters.check.findings import Findings
from notifications.adapters.check.kafka import look_at_kafka
from notifications.adapters.check.mail import look_at_mail, look_at_signing
from notifications.adapters.clock import RealClock
from notifications.adapters.database import password_in
from notifications.adapters.kafka import UNREACHABLE
from notifications.adapters.links import Links
from notifications.adapters.missed import Intake
from notifications.adapters.status import status
from notifications.adapters.timeline import Timeline, timeline
from notifications.adapters.watched import WAITING
from notifications.app import build, kafka_of, link_book, mail_server_of, reconciliation_of
from notifications.config import Database, Settings
from notifications.consumers import SERVICE, SUBSCRIPTIONS

PREFIX = "NOTIFICATIONS_"
FILES_OF = {
    "web": ("link_keys", "signing_keys"),
    "consume": (),
    "timers": ("signing_keys", "smtp_password_file", "smtp_ca_file"),
}
"""Which files a role has a use for, besides those that all have."""

NO_SNAPSHOT = (
    "There is nothing to tell again: parley.notifications.v1 says what became of each message, and"
    " what it is about is told by `scheduling snapshot` and `feedback snapshot`."
)


def chosen(settings: Database, options: argparse.Namespace) -> Coroutine[Any, Any, object]:
    """Settings of the database alone are enough for what `migrate` needs."""
    if not isinstance(settings, Settings):
        return check_migration(settings)
    commands: Mapping[str, Callable[[], Coroutine[Any, Any, object]]] = {
        "check": lambda: run_check(settings, options.roles),
        "status": lambda: run_status(settings),
        "replay": lambda: run_replay(settings, options.topics),
        "reconcile": lambda: run_reconcile(settings, heal=options.heal),
        "snapshot": told_by_others,
        "timeline": lambda: run_timeline(settings, options.interview),
        "pause": lambda: run_brake(settings, options),
        "resume": lambda: run_brake(settings, options),
    }
    if options.command in commands:
        return commands[options.command]()
    if options.command == "timers":
        return run_timers(settings, options)
    if options.action == "show":
        return run_show(settings, options.id)
    return run_letters(settings, options)


async def run_check(settings: Settings, roles: Collection[str]) -> Answer:
    """What a process with these roles needs and does not have."""
    findings = Findings()
    used = {name for role in roles for name in FILES_OF[role]}
    unused = {name for names in FILES_OF.values() for name in names} - used
    look_at_files(settings, PREFIX, findings, now=RealClock().now(), but=unused)
    look_at_kafka_settings(dict(settings), PREFIX, findings)
    await _look_at_database(settings, findings, migrates=False)
    await look_at_kafka(kafka_of(settings), SERVICE, PREFIX, findings)
    if "web" in roles:
        look_at_link_keys(settings.link_keys, PREFIX, findings)
    if "timers" in roles:
        await look_at_mail(mail_server_of(settings), PREFIX, findings)
    if "signing_keys" in used:
        links = Links(settings.link_keys) if "web" in roles else None
        look_at_signing(link_book(settings).signer, links, PREFIX, findings)
    return findings.answer()


async def check_migration(settings: Database) -> Answer:
    """What `migrate` needs and does not have."""
    findings = Findings()
    look_at_files(settings, PREFIX, findings, now=RealClock().now())
    await _look_at_database(settings, findings, migrates=True)
    return findings.answer()


async def _look_at_database(settings: Database, findings: Findings, *, migrates: bool) -> None:
    direct = settings.database_direct_url
    await look_at_database(
        places(PREFIX, str(settings.database_url), None if direct is None else str(direct)),
        password_in(settings.database_password_file),
        migrate.migrations(SERVICE),
        findings,
        wall=RealClock().wall,
        migrates=migrates,
    )


async def run_status(settings: Settings) -> Answer:
    async with build(settings, roles=()) as service:
        topics, now = SUBSCRIPTIONS.topics, service.clock.now()
        answer = await status(service.pool, kafka_of(settings), topics, WAITING, now=now)
        mail = await service.brake.status(now=now)
        warnings = answer.warnings
        if await service.brake.paused():
            warnings = ("no mail goes out until `resume`", *warnings)
        if aside := mail["deliveries_set_aside"]:
            warnings = (
                *warnings,
                f"{aside} mails are set aside, for what became of them cannot be stored",
            )
        return replace(answer, report={**answer.report, "mail": mail}, warnings=warnings)


async def run_brake(settings: Settings, options: argparse.Namespace) -> dict[str, object]:
    async with build(settings, roles=()) as service:
        now = service.clock.now()
        if options.command == "pause":
            await service.brake.pause(options.reason, now=now)
        else:
            await service.brake.resume(now=now, set_aside=options.set_aside)
        return {"mail": await service.brake.status(now=now)}


async def told_by_others() -> Answer:
    return Answer({"told": {}}, notes=(NO_SNAPSHOT,))


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


async def run_timeline(settings: Settings, interview_id: str) -> Timeline | str:
    try:
        return await timeline(kafka_of(settings), interview_id)
    except UNREACHABLE as outage:
        return f"The topics were not read to the end, for Kafka does not answer: {type(outage).__name__}"


async def run_replay(settings: Settings, topics: Collection[str]) -> Answer | str:
    """Beside the running service: it has read all of it, and so has done what there was to do."""
    async with build(settings, roles=()) as service:
        try:
            intake = Intake(service.batch, kafka_of(settings))
            return Answer({"read_again": await intake.replay(topics or SUBSCRIPTIONS.topics)})
        except UNREACHABLE as outage:
            return f"Nothing was read to the end, for a server does not answer: {type(outage).__name__}"


async def run_letters(settings: Settings, options: argparse.Namespace) -> Answer | Sequence[Report]:
    chosen = failed.Chosen(
        ids=getattr(options, "ids", ()),
        topic=options.topic,
        reason=options.reason,
        after=getattr(options, "after", 0),
    )
    async with build(settings, roles=()) as service:
        if options.action == "list":
            return await failed.letters(service.pool, chosen)
        if options.action == "discard":
            return await failed.discard(service.pool, chosen)
        return await failed.redrive(service.batch, chosen)


async def run_timers(settings: Settings, options: argparse.Namespace) -> Answer | Sequence[Report]:
    async with build(settings, roles=()) as service:
        if options.action == "list":
            return await failed.parked(service.pool)
        return await failed.retry(service.pool, options.kind, options.id)


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


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode(errors="backslashreplace")
