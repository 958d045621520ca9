"""`make bench`: every figure beside its baseline in the same run; with --check, exit status 1 where one has fallen."""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from benchmarks import charts
from benchmarks import day as days
from benchmarks.report import BUDGET, Row, as_json, fallen, read_budget, table
from benchmarks.rig import Rig
from benchmarks.suite import BENCHES, EVERYDAY, Setting
from parley_local.demo.mailbox import Mailbox
from parley_local.lock import KAFKA, POSTGRES_VERSIONS
from parley_local.servers import AnyServers, provide

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
CHARTS = DOCUMENT.parent / "charts"
BEGIN, END = "<!-- begin results -->\n", "<!-- end results -->"
console = Console(soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    # A broker that has just started is asked too early, and says so.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if options.check and not BUDGET.exists():
        sys.stderr.write(
            "There is no budget to hold the figures to yet: --budget makes one of a run.\n"
        )
        return 2
    day = (
        days.Day.read(options.day) if options.day and options.day.exists() else played(options.day)
    )
    with provide() as servers, tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        servers.start()
        rows = asyncio.run(measured(servers, Path(folder), day, options))
    console.print(table(rows), markup=False)
    if options.json is not None:
        options.json.write_text(as_json(rows), encoding="utf-8")
    if options.write:
        write(rows)
    if options.budget:
        BUDGET.write_text(
            json.dumps({one.name: round(one.value, 3) for one in rows if one.is_ratio}, indent=2)
            + "\n"
        )
    worse = fallen(rows, read_budget()) if options.check else []
    for one in worse:
        console.print(f"fallen: {one}", markup=False)
    return 1 if worse else 0


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    options.add_argument(
        "--only",
        default=",".join(EVERYDAY),
        metavar="NAMES",
        help=f"of {', '.join(BENCHES)} (all but year)",
    )
    options.add_argument("--rounds", type=int, default=3, help="of each, in turn (%(default)s)")
    options.add_argument("--days", type=int, default=20, help="copies of the day (%(default)s)")
    options.add_argument("--day", type=Path, metavar="FILE", help="keep the day here for next time")
    options.add_argument("--json", type=Path, metavar="FILE")
    options.add_argument("--check", action="store_true", help="hold the figures to the budget")
    options.add_argument("--budget", action="store_true", help="make these figures the budget")
    options.add_argument("--write", action="store_true", help="put table and charts into docs")
    return options


def played(file: Path | None) -> days.Day:
    day = days.played(console)
    if file is not None:
        days.keep(day, file)
    return day


async def measured(
    servers: AnyServers, folder: Path, day: days.Day, options: argparse.Namespace
) -> list[Row]:
    mailbox = Mailbox(lambda: day.starts_at)
    await mailbox.start()
    rig = Rig(servers, folder, mailbox)
    await rig.prepare()
    setting = Setting(rig, day, options.rounds, options.days)
    rows: list[Row] = []
    try:
        for name in options.only.split(","):
            console.print(f"{name} …")
            found = await BENCHES[name](setting)
            console.print(table(found), markup=False)
            rows += found
    finally:
        await mailbox.stop()
    return rows


def write(rows: Sequence[Row]) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    told = (
        f"{datetime.now(UTC):%d %B %Y}, `make bench`: Apache Kafka {KAFKA.rpartition(':')[2]}, PostgreSQL "
        f"{POSTGRES_VERSIONS[0]}, Python {platform.python_version()}, {os.cpu_count()} cores.\n\n"
    )
    pictures = "".join(f"\n![{name}](charts/{name}.svg)\n" for name in charts.draw(rows, CHARTS))
    text = before + BEGIN + told + table(rows) + pictures + END + after
    DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
