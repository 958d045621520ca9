"""`make faults`: every scenario at full size, one after the other; exit status 1 where anything was found."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from rich.console import Console
from tests.faults.runner import Result, run
from tests.faults.scenarios import SCENARIOS

console = Console()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--only", default=",".join(SCENARIOS), metavar="S01,S02", help="(all)")
    parser.add_argument("--small", action="store_true", help="the size of `make test`")
    parser.add_argument("--seed", type=int, default=1, help="of all luck (%(default)s)")
    options = parser.parse_args(arguments)
    results = []
    for name in options.only.split(","):
        scenario = SCENARIOS[name]
        size = scenario.small if options.small else scenario.full
        console.print(f"{name} {scenario.title} (--seed {options.seed}) …")
        result = asyncio.run(run(scenario, size, seed=options.seed))
        for finding in result.findings[:20]:
            console.print(f"  {finding.kind}: {finding.what}")
        console.print(row(result))
        results.append(result)
    return 1 if any(one.findings for one in results) else 0


def row(result: Result) -> str:
    return (
        f"  {sum(result.harm.values())} harms, {result.commands} commands, {result.unanswered} unanswered, "
        f"{result.records} records, {result.mails} mails, findings {dict(result.kinds)}, "
        f"recovery {result.recovery:.1f} s, {result.seconds:.0f} s in all"
    )


if __name__ == "__main__":
    sys.exit(main())
