"""`make faults`: every scenario at full size, then builds that are broken on purpose, one after the other.

Exit status 1 where a scenario found anything, or a broken build was not caught.
"""

import argparse
import asyncio
import logging
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from tests.faults.mutations import MUTATIONS, Mutation, run_mutated
from tests.faults.runner import Result, run
from tests.faults.scenarios import SCENARIOS, Scenario

from parley_local.lock import KAFKA, POSTGRES_VERSIONS

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "reliability.md"
KEPT = ROOT / "build" / "faults"
BEGIN, END = "<!-- begin results -->\n", "<!-- end results -->"
HEAD = """\
| | scenario | harm | commands | without an answer | lost | duplicates | inversions | other findings | longest recovery | in all |
|---|---|---|---|---|---|---|---|---|---|---|
"""
MUTATED_HEAD = """\
| | a build in which | scenario | findings | in all |
|---|---|---|---|---|
"""
COLUMNS = {
    "lost": ("lost", "poll-skip"),
    "duplicates": ("duplicate-effect",),
    "inversions": ("order-inversion",),
}
"""Of the table, and the kinds of findings that each counts; the rest stand together."""
console = Console(soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    # That the broker is away is what is tried.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    known = [*SCENARIOS, *MUTATIONS]
    names = options.only.split(",") if options.only else known
    if strange := sorted(set(names) - set(known)):
        parser().error(f"there is no {', '.join(strange)}; there are {', '.join(known)}")
    results, mutated = [], {}
    for name in names:
        if name in MUTATIONS:
            mutated[name] = try_mutation(MUTATIONS[name], options)
        elif not options.mutations and may_run(SCENARIOS[name]):
            results.append(try_scenario(SCENARIOS[name], options))
    if options.write:
        write(results, mutated, options)
    caught = all(MUTATIONS[name].caught(one) for name, one in mutated.items())
    return 0 if caught and not any(one.findings for one in results) else 1


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="faults", description=__doc__)
    options.add_argument("--only", metavar="S01,S02,M1", help="scenarios and mutations (all)")
    options.add_argument("--mutations", action="store_true", help="no scenario, only mutations")
    options.add_argument("--small", action="store_true", help="the size of `make test`")
    options.add_argument("--seed", type=int, default=1, help="of all luck (%(default)s)")
    options.add_argument(
        "--write", action="store_true", help="put the table into docs/reliability.md"
    )
    return options


def may_run(scenario: Scenario) -> bool:
    why = scenario.cannot_run()
    if why is not None:
        console.print(f"{scenario.name} {scenario.title}: left out, for {why}")
    return why is None


def try_scenario(scenario: Scenario, options: argparse.Namespace) -> Result:
    size = scenario.small if options.small else scenario.full
    console.print(f"{scenario.name} {scenario.title} (--seed {options.seed}) …")
    kept = KEPT / f"{scenario.name}-{options.seed}"
    result = asyncio.run(run(scenario, size, seed=options.seed, kept=kept))
    show(result)
    if result.findings:
        console.print(f"  all logs: {kept}", markup=False)
    console.print(row(result), markup=False)
    return result


def try_mutation(mutation: Mutation, options: argparse.Namespace) -> Result:
    console.print(f"{mutation.name} {mutation.title} (--seed {options.seed}) …")
    result = asyncio.run(run_mutated(mutation, seed=options.seed))
    show(result)
    console.print(mutated_row(mutation, result), markup=False)
    return result


def show(result: Result) -> None:
    for finding in result.findings[:20]:
        console.print(f"  {finding.kind}: {finding.what}", markup=False)


def row(result: Result) -> str:
    harm = ", ".join(f"{count:,} {what}" for what, count in sorted(grouped(result).items()))
    kinds = result.kinds
    told = [sum(kinds.pop(kind, 0) for kind in counted) for counted in COLUMNS.values()]
    counts = " | ".join(map(str, told))
    other = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "none"
    recovery = "" if result.recovery is None else f"{result.recovery:.1f} s"
    return (
        f"| {result.scenario} | {result.title} | {harm} | {result.commands:,} | {result.unanswered:,} "
        f"| {counts} | {other} | {recovery} | {result.seconds:.0f} s |"
    )


def mutated_row(mutation: Mutation, result: Result) -> str:
    found = ", ".join(f"{count} {kind}" for kind, count in result.kinds.items()) or "none"
    caught = "" if mutation.caught(result) else f"NOT CAUGHT ({mutation.named}): "
    return (
        f"| {mutation.name} | {mutation.title} | {result.scenario} {result.title} "
        f"| {caught}{found} | {result.seconds:.0f} s |"
    )


def grouped(result: Result) -> dict[str, int]:
    """By what was done, whichever program it was done to."""
    found: dict[str, int] = {}
    for what, count in result.harm.items():
        kind = "failpoints" if " at " in what else re.sub(r"^(SIG\w+) (?!broker).*", r"\1", what)
        found[kind] = found.get(kind, 0) + count
    return found


def write(
    results: Sequence[Result], mutated: Mapping[str, Result], options: argparse.Namespace
) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    size = " --small" if options.small else ""
    told = (
        f"{datetime.now(UTC):%d %B %Y}, `python -m tests.faults{size} --seed {options.seed}`: Apache Kafka "
        f"{KAFKA.rpartition(':')[2]}, PostgreSQL {POSTGRES_VERSIONS[0]}, Python {platform.python_version()}, aiokafka "
        f"{version('aiokafka')}, FastStream {version('faststream')}, {os.cpu_count()} cores.\n\n"
    )
    table = HEAD + "".join(row(one) + "\n" for one in results)
    if mutated:
        rows = [mutated_row(MUTATIONS[name], one) for name, one in mutated.items()]
        table += "\n" + MUTATED_HEAD + "".join(one + "\n" for one in rows)
    DOCUMENT.write_text(before + BEGIN + told + table + END + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
