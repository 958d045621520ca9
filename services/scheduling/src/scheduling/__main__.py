"""`python -m scheduling serve | migrate | check | status | snapshot | reconcile | replay | timers … | dead-letters …`."""

import argparse
import gc
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import uvloop
from pydantic import ValidationError

from scheduling.adapters import logs, migrate
from scheduling.adapters.answer import Answer
from scheduling.adapters.database import password_in
from scheduling.config import ROLES, Database, Settings


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    # What only one command needs is loaded there: a migration starts in a fraction of the time.
    try:
        settings = Database() if _migrates(options) else Settings()
    except ValidationError as error:
        wrong = [f"SCHEDULING_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
        sys.stderr.write("Set these variables and start again:\n" + "\n".join(wrong) + "\n")
        return 2
    logs.configure(settings.log_level, "scheduling")
    if _chooses_unclearly(options):
        sys.stderr.write("Name the dead letters: either by ID, or by --topic and --reason\n")
        return 2
    if options.command == "migrate":
        return _told(uvloop.run(_migrate(settings, options.wait)))
    if isinstance(settings, Settings) and options.command == "serve":
        return _serve(settings, options.roles)
    return _operate(settings, options)


def _chooses_unclearly(options: argparse.Namespace) -> bool:
    """Of what is to be ended: not all by mistake, nor more or less than was meant."""
    if options.command != "dead-letters" or options.action not in ("redrive", "discard"):
        return False
    return bool(options.ids) == bool(options.topic or options.reason)


def _migrates(options: argparse.Namespace) -> bool:
    return options.command == "migrate" or bool(options.command == "check" and options.migrate)


async def _migrate(settings: Database, patience: float) -> dict[str, object]:
    password = password_in(settings.database_password_file)
    now = datetime.now(UTC)
    return await migrate.run(
        settings.direct_dsn, "scheduling", applied_at=now, password=password, patience=patience
    )


def _serve(settings: Settings, roles: Sequence[str]) -> int:
    with _loading():
        from scheduling import app  # noqa: PLC0415 - see above
        from scheduling.adapters.http import AddressTaken  # noqa: PLC0415 - see above

    try:
        uvloop.run(app.serve(settings, roles))
    except AddressTaken as taken:
        sys.stderr.write(f"{taken}\n")
        return 2
    return 0


def _operate(settings: Database, options: argparse.Namespace) -> int:
    with _loading():
        from scheduling import operations  # noqa: PLC0415 - see above

    answer = uvloop.run(operations.chosen(settings, options))
    if isinstance(answer, Answer):
        return _report(answer, as_json=options.json)
    return _told(answer)


def _report(answer: Answer, *, as_json: bool) -> int:
    if as_json:
        _told(answer.document)
    else:
        sys.stdout.write(answer.text)
    return answer.status


@contextmanager
def _loading() -> Iterator[None]:
    """Nothing of it is garbage: the collector would look through it again and again, and once more at the end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _told(answer: object) -> int:
    if answer is None:
        sys.stderr.write("There is no such dead letter; it may have been ended before.\n")
        return 1
    if isinstance(answer, str):
        sys.stderr.write(answer + "\n")
        return 1
    sys.stdout.write(json.dumps(answer, default=str, indent=2, ensure_ascii=False) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scheduling", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("serve", help="run until SIGTERM")
    run.add_argument("--roles", type=_roles, default=list(ROLES), metavar="web,consume,timers")
    migrate_ = commands.add_parser(
        "migrate", help="bring the database up to date; safe to run twice"
    )
    migrate_.add_argument("--wait", type=float, default=0, metavar="SECONDS", help="for the server")
    check = _reporting(commands.add_parser("check", help="what is missing before this can run"))
    check.add_argument("--roles", type=_roles, default=list(ROLES), metavar="web,consume,timers")
    check.add_argument("--migrate", action="store_true", help="what `migrate` needs, instead")
    _reporting(commands.add_parser("status", help="what waits, and for how long"))
    _reporting(commands.add_parser("snapshot", help="tell again how everything of ours stands"))
    compare = _reporting(commands.add_parser("reconcile", help="compare the database with Kafka"))
    compare.add_argument("--heal", action="store_true", help="and mend what differs")
    replay = _reporting(commands.add_parser("replay", help="take in again what was read before"))
    replay.add_argument("--topics", type=_topics, default=[], help="by comma; all without it")
    _add_dead_letters(commands.add_parser("dead-letters", help="what could not be taken in"))
    _add_timers(commands.add_parser("timers", help="what came due and failed"))
    return parser


def _add_dead_letters(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True)
    listed = actions.add_parser("list", help="the oldest 10,000, without what they hold")
    listed.add_argument("--after", type=int, default=0, metavar="ID", help="those that follow it")
    actions.add_parser("show", help="one, with what it holds").add_argument("id", type=int)
    redrive = actions.add_parser("redrive", help="take in once more; what fails again stays")
    discard = actions.add_parser("discard", help="end")
    for action in (redrive, discard):
        _reporting(action).add_argument("ids", type=int, nargs="*", metavar="ID")
    for action in (listed, redrive, discard):
        action.add_argument("--topic")
        action.add_argument("--reason", help="as `list` has it")


def _add_timers(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="those that are parked, and why")
    retry = _reporting(actions.add_parser("retry", help="run what is parked; all without a choice"))
    retry.add_argument("--kind")
    retry.add_argument("--id", help="of the aggregate")


def _reporting(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--json", action="store_true", help="for machines")
    return command


def _topics(text: str) -> list[str]:
    from scheduling.consumers import SUBSCRIPTIONS  # noqa: PLC0415 - see above

    names = [one.strip() for one in text.split(",")]
    if odd := sorted(set(names) - set(SUBSCRIPTIONS.topics)):
        raise argparse.ArgumentTypeError(f"this service does not read {', '.join(odd)}")
    return names


def _roles(text: str) -> list[str]:
    roles = [role.strip() for role in text.split(",")]
    if odd := sorted(set(roles) - set(ROLES)):
        raise argparse.ArgumentTypeError(f"no such role: {', '.join(odd)}")
    return roles


if __name__ == "__main__":
    sys.exit(main())
