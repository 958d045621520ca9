"""`parley-local`: the whole system on one machine. Each command is a row of the table below."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from parley_local import artefacts, background, lock, node, visit
from parley_local.config import Config
from parley_local.demo import day, elsewhere, play
from parley_local.errors import LocalError
from parley_local.fetch import fetch

NOT_RUNNING = 3  # what `systemctl status` says too
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    summary: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    signal.signal(signal.SIGTERM, end_orderly)
    chosen = parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = chosen.run
    try:
        return run(chosen)
    except LocalError as error:
        say(f"parley-local: {error}", to=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    parsing = argparse.ArgumentParser("parley-local", description="The system on one machine.")
    commands = parsing.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        row = commands.add_parser(command.name, help=command.summary, description=command.summary)
        command.arguments(row)
        row.set_defaults(run=command.run)
    return parsing


def end_orderly(number: int, _: object) -> None:
    """As Ctrl-C does: what stands open is closed on the way out."""
    sys.exit(128 + number)


def say(text: str, *, to: TextIO = sys.stdout) -> None:
    to.write(text + "\n")


def fetch_arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--platform", default=artefacts.this_platform(), help="of another machine")


def run_fetch(chosen: argparse.Namespace) -> int:
    config = Config.here()
    wanted = [*artefacts.kafka(), artefacts.postgres(chosen.platform)]
    fetch(wanted, config)
    say(f"{len(wanted)} files for {chosen.platform} are in {config.cache}")
    return 0


def folder_argument(row: argparse.ArgumentParser) -> None:
    row.add_argument(
        "--dir", type=Path, default=Path(".parley"), help="state and data (%(default)s)"
    )


def start_arguments(row: argparse.ArgumentParser) -> None:
    folder_argument(row)
    row.add_argument("--kafka-nodes", type=int, choices=(1, 3), help="brokers (1)")


def run_start(chosen: argparse.Namespace) -> int:
    state = background.start(chosen.dir.absolute(), nodes=chosen.kafka_nodes)
    for name, value in state.environment.items():
        say(f"{name}={value}")
    return 0


def stop_arguments(row: argparse.ArgumentParser) -> None:
    folder_argument(row)
    row.add_argument("--remove", action="store_true", help="the data too")


def run_stop(chosen: argparse.Namespace) -> int:
    state = background.stop(chosen.dir.absolute())
    if state is None:
        say("Nothing was started here.")
    elif chosen.remove:
        background.remove(chosen.dir.absolute(), state)
        say("Stopped, and the data removed.")
    else:
        say(f"Stopped. The data is in {state.data}")
    return 0


def status_arguments(row: argparse.ArgumentParser) -> None:
    folder_argument(row)
    row.add_argument("--json", action="store_true", help="for programs")


def run_status(chosen: argparse.Namespace) -> int:
    state = background.read(chosen.dir.absolute())
    running = state is not None and state.running
    if chosen.json:
        say(json.dumps({"running": running} | ({} if state is None else state.described())))
    elif state is None:
        say("Nothing was started here.")
    else:
        for server in state.servers:
            say(server.line())
    return 0 if running else NOT_RUNNING


def lock_arguments(row: argparse.ArgumentParser) -> None:
    here = Path(__file__).with_name("artefacts.lock")
    row.add_argument("--output", type=Path, default=here, help="(%(default)s)")


def run_lock(chosen: argparse.Namespace) -> int:
    say(f"{lock.write_lock(chosen.output)} artefacts are in {chosen.output}")
    return 0


COMMANDS = (
    Command("fetch", "Bring Kafka and PostgreSQL into the cache", fetch_arguments, run_fetch),
    Command("start", "Start both and leave them running", start_arguments, run_start),
    Command("status", "Say what runs", status_arguments, run_status),
    Command("stop", "Stop what `start` started; data and ports stay", stop_arguments, run_stop),
    Command("demo", "Play a hiring day on all of Parley", play.arguments, play.run),
    Command(
        "play",
        "Play that day into a Parley that runs elsewhere",
        elsewhere.arguments,
        elsewhere.run,
    ),
    Command("day", "Show or write the demo's ATS events", day.arguments, day.run),
    Command("node", "Run one server in the foreground, for a container", node.arguments, node.run),
    Command("visit", "Book interviews on a running Parley", visit.arguments, visit.run),
    Command("lock", "Make artefacts.lock again (needs mvn)", lock_arguments, run_lock),
)


if __name__ == "__main__":
    sys.exit(main())
