"""`make faults`: every scenario at full size, one after the other; exit status 1 where anything was found."""

import argparse
import asyncio
import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from tests.faults.runner import Result, run
from tests.faults.scenarios import SCENARIOS

from parley_local.lock import KAFKA, POSTGRES

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- begin results -->\n", "<!-- end results -->"
HEAD = """\
| | scenario | harm | commands | records | mails | findings | longest recovery | in all |
|---|---|---|---|---|---|---|---|---|
"""
console = Console(soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    results = []
    for name in options.only.split(","):
        scenario = SCENARIOS[name]
        size = scenario.small if options.small else scenario.full
        console.print(f"{name} {scenario.title} (--seed {options.seed}) …")
        result = asyncio.run(run(scenario, size, seed=options.seed))
        for finding in result.findings[:20]:
            console.print(f"  {finding.kind}: {finding.what}", markup=False)
        console.print(row(result), markup=False)
        results.append(result)
    if options.write:
        write(results, options)
    return 1 if any(one.findings for one in results) else 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="faults", description=__doc__)
    options.add_argument("--only", default=",".join(SCENARIOS), metavar="S01,S02", help="(all)")
    options.add_argument("--small", action="store_true", help="the size of `make test`")
    options.add_argument("--seed", type=int, default=1, help="of all luck (%(default)s)")
    options.add_argument(
        "--write", action="store_true", help="put the table into docs/reliability.md"
    )
    return options


def row(result: Result) -> str:
    harm = ", ".join(f"{count} {what}" for what, count in sorted(grouped(result).items()))
    found = ", ".join(f"{count} {kind}" for kind, count in result.kinds.items()) or "none"
    return (
        f"| {result.scenario} | {result.title} | {harm} | {result.commands:,} "
        f"({result.unanswered} without an answer) | {result.records:,} | {result.mails:,} | {found} "
        f"| {result.recovery:.1f} s | {result.seconds:.0f} s |"
    )


def grouped(result: Result) -> dict[str, int]:
    """By what was done, whichever program it was done to."""
    found: dict[str, int] = {}
    for what, count in result.harm.items():
        kind = "failpoints" if " at " in what else re.sub(r"^(SIG\w+) (?!broker).*", r"\1", what)
        found[kind] = found.get(kind, 0) + count
    return found


def write(results: Sequence[Result], options: argparse.Namespace) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    size = " --small" if options.small else ""
    told = (
        f"{datetime.now(UTC):%d %B %Y}, `python -m tests.faults{size} --seed {options.seed}`: Apache Kafka "
        f"{KAFKA.rpartition(':')[2]}, PostgreSQL {POSTGRES.rpartition(':')[2]}, Python {platform.python_version()}, aiokafka "
        f"{version('aiokafka')}, FastStream {version('faststream')}, {os.cpu_count()} cores.\n\n"
    )
    table = HEAD + "".join(row(one) + "\n" for one in results)
    DOCUMENT.write_text(before + BEGIN + told + table + END + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
