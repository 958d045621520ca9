"""`python -m feedback serve | migrate | status | dead-letters list, show, redrive, discard`."""

import argparse
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

import uvloop
from pydantic import ValidationError

from feedback import operations
from feedback.adapters import logs
from feedback.app import ROLES, serve
from feedback.config import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = Settings()
    except ValidationError as error:
        names = ", ".join(f"FEEDBACK_{str(one['loc'][0]).upper()}" for one in error.errors())
        sys.stderr.write(f"Set these variables and start again: {names}\n")
        return 2
    logs.configure(settings.log_level, "feedback")
    if options.command == "serve":
        uvloop.run(serve(settings, options.roles))
        return 0
    answer = uvloop.run(_operation(settings, options))
    if answer is None or answer is False:
        sys.stderr.write("There is no such dead letter; it may have been ended before.\n")
        return 1
    if isinstance(answer, str):
        sys.stderr.write(answer + "\n")
        return 1
    sys.stdout.write(operations.as_json(answer) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="feedback", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("serve", help="run until SIGTERM")
    run.add_argument("--roles", type=_roles, default=list(ROLES), metavar="web,consume,timers")
    commands.add_parser("migrate", help="bring the database up to date; safe to run twice")
    commands.add_parser("status", help="what waits: outbox, timers, dead letters")
    letters = commands.add_parser("dead-letters", help="what could not be taken in")
    actions = letters.add_subparsers(dest="action", required=True)
    actions.add_parser("list")
    for action in ("show", "redrive", "discard"):
        actions.add_parser(action).add_argument("id", type=int)
    return parser


def _roles(text: str) -> list[str]:
    roles = [role.strip() for role in text.split(",")]
    if odd := sorted(set(roles) - set(ROLES)):
        raise argparse.ArgumentTypeError(f"no such role: {', '.join(odd)}")
    return roles


def _operation(settings: Settings, options: argparse.Namespace) -> Coroutine[Any, Any, object]:
    if options.command == "migrate":
        return operations.run_migrate(settings)
    if options.command == "status":
        return operations.run_status(settings)
    if options.action == "list":
        return operations.run_list(settings)
    action = {
        "show": operations.run_show,
        "redrive": operations.run_redrive,
        "discard": operations.run_discard,
    }[options.action]
    return action(settings, options.id)


if __name__ == "__main__":
    sys.exit(main())
