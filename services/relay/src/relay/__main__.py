"""`python -m relay serve`: one process beside each service database. `check`, before it; `republish --since` heals a broker's loss."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvloop
from pydantic import ValidationError

from relay import logs, operations
from relay.app import serve
from relay.config import Database, Settings
from relay.probes import AddressTaken


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = Database() if options.command == "republish" else Settings()
    except ValidationError as error:
        wrong = [f"RELAY_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors()]
        sys.stderr.write("Set these variables and start again:\n" + "\n".join(wrong) + "\n")
        return 2
    if isinstance(settings, Settings) and options.command == "check":
        findings = uvloop.run(operations.check(settings, options.topics))
        sys.stdout.write(findings.text)
        return 1 if findings.missing else 0
    if isinstance(settings, Settings):
        logs.configure(settings.log_level, "relay")
        try:
            uvloop.run(serve(settings))
        except AddressTaken as taken:
            sys.stderr.write(f"{taken}\n")
            return 2
        return 0
    now = datetime.now(UTC)
    rows = uvloop.run(operations.republish(settings, since=options.since, now=now))
    sys.stdout.write(json.dumps({"rows": rows}) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relay", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run until SIGTERM")
    check = commands.add_parser("check", help="what is missing before it can run")
    check.add_argument(
        "--topics", type=_names, default=[], help="that its service publishes, by comma"
    )
    again = commands.add_parser(
        "republish", help="send again what was published since an instant; safe to run twice"
    )
    again.add_argument("--since", type=_instant, required=True, metavar="2027-03-09T10:00:00Z")
    return parser


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("give the offset from UTC too: 2027-03-09T10:00:00Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
