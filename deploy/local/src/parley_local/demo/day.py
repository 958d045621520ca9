"""`parley-local day`: the ATS's own file of the demo's day, for a look and as a start for one's own."""

import argparse
from pathlib import Path

from parley_local.demo import feed

APPLICATIONS, SEED = 60, 1
FILE = Path(__file__).parents[3] / "day" / "events.jsonl"


def arguments(row: argparse.ArgumentParser) -> None:
    row.add_argument("--applications", type=int, default=APPLICATIONS, metavar="N")
    row.add_argument("--seed", type=int, default=SEED, metavar="S")
    row.add_argument("--write", type=Path, nargs="?", const=FILE, metavar="FILE", help=f"({FILE})")


def run(chosen: argparse.Namespace) -> int:
    written: Path | None = chosen.write
    text = spell(applications=chosen.applications, seed=chosen.seed)
    if written is None:
        print(text, end="")  # noqa: T201 - what was asked for
        return 0
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(text, encoding="utf-8")
    return 0


def spell(*, applications: int, seed: int) -> str:
    made = feed.make(applications=applications, seed=seed)
    return "".join(line.to_json() + "\n" for line in (*made.lines, *made.afterwards))
