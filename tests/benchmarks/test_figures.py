"""What `make bench` says of its figures: which hold, which have fallen, and what is drawn of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from xml.etree import ElementTree as ET

import pytest
from benchmarks.report import Row, fallen, table

from benchmarks import __main__ as bench
from benchmarks import charts, report, stacks

FAST = Row("relay beside bare send_batch", 0.6, at_least=0.45, ours="30,000 rows/s")
SMALL = Row("slots", 0.7, at_most=2, chart="slots", place="50", points={"search": 2.4, "rows": 3.5})
ROWS = (FAST, SMALL)
BUDGET = {FAST.name: 0.6, SMALL.name: 0.7}


def test_a_figure_that_misses_its_bound_is_marked() -> None:
    told = table([FAST, replace(SMALL, value=2.1)])

    assert "| relay beside bare send_batch | 0.6 x | ≥ 0.45 | 30,000 rows/s |" in told
    assert "| slots | 2.1 x **(missed)** | ≤ 2 |" in told


@pytest.mark.parametrize(("cores", "mark"), [(0.89, " **(missed)**"), (0.91, "")])
def test_cores_that_are_busy_have_nothing_left_to_give(cores: float, mark: str) -> None:
    told = table([Row("two processes", 1.1, at_least=1.15, cores=cores)])

    assert f"| two processes | 1.1 x{mark} | ≥ 1.15, or cores ≥ 90% busy |" in told


@pytest.mark.parametrize(
    ("row", "worse"),
    [
        (FAST, False),
        (replace(FAST, value=0.49), False),
        (replace(FAST, value=0.47), True),
        (replace(FAST, value=9), False),
        (replace(SMALL, value=0.83), False),
        (replace(SMALL, value=0.85), True),
        (replace(SMALL, value=0.01), False),
        (Row("new", 1, at_least=2), False),
        (Row("memory", 151, "MiB", at_most=150), True),
        (Row("memory", 149, "MiB", at_most=150), False),
    ],
)
def test_what_is_a_fifth_worse_than_its_budget_has_fallen(row: Row, *, worse: bool) -> None:
    found = fallen([row], BUDGET)

    assert [one.partition(":")[0] for one in found] == ([row.name] if worse else [])


@pytest.mark.parametrize(("value", "status"), [(0.6, 0), (0.3, 1)])
def test_check_ends_with_1_and_names_the_row(
    value: float,
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    measured(monkeypatch, tmp_path, [replace(FAST, value=value), SMALL])
    (tmp_path / "budget.json").write_text('{"relay beside bare send_batch": 0.6, "slots": 0.7}')

    assert bench.main(["--check"]) == status

    told = capsys.readouterr().out
    assert ("fallen: relay beside bare send_batch" in told) == bool(status)


def test_check_without_a_budget_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    measured(monkeypatch, tmp_path, ROWS)

    assert bench.main(["--check"]) == 2
    assert "--budget" in capsys.readouterr().err


def test_table_charts_and_budget_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(monkeypatch, tmp_path, ROWS)
    document = tmp_path / "performance.md"
    document.write_text(f"# Before\n{bench.BEGIN}old\n{bench.END}# After\n")

    assert bench.main(["--write", "--budget"]) == 0

    told = document.read_text()
    assert told.startswith("# Before\n")
    assert told.endswith("# After\n")
    assert "old" not in told
    assert table(ROWS) in told
    assert report.read_budget() == BUDGET
    for name in ("slots", "margins"):
        assert f"![{name}](charts/{name}.svg)" in told
        drawn = ET.parse(tmp_path / "charts" / f"{name}.svg")  # noqa: S314 - our own
        assert drawn.getroot().tag.endswith("svg")


def test_a_stack_counts_for_what_it_was_for() -> None:
    batch = "main (feedback/__main__.py:1);ingest (feedback/adapters/batch.py:2)"

    found = stacks.shares(
        [
            f"{batch};decode (parley_contracts/cloudevents.py:3) 30",
            f"{batch};_run (feedback/adapters/transaction.py:4);f (feedback/domain/settle.py:5) 50",
            f"{batch} 10",
            "main (feedback/__main__.py:1);_poll (aiokafka/client.py:9) 10",
        ]
    )

    assert found == {
        "use cases and domain": 0.5,
        "decode records": 0.3,
        "the batch itself": 0.1,
        "Kafka client": 0.1,
    }


def measured(monkeypatch: pytest.MonkeyPatch, folder: Path, rows: Sequence[Row]) -> None:
    """No server is started: the rows are there."""

    async def rows_of(*_: Any) -> list[Row]:
        return list(rows)

    class Nothing:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

        def start(self) -> None: ...

    monkeypatch.setattr(bench, "measured", rows_of)
    monkeypatch.setattr(bench, "provide", Nothing)
    monkeypatch.setattr(bench, "played", lambda _: None)
    monkeypatch.setattr(bench, "DOCUMENT", folder / "performance.md")
    monkeypatch.setattr(bench, "CHARTS", folder / "charts")
    monkeypatch.setattr(bench, "BUDGET", folder / "budget.json")
    monkeypatch.setattr(report, "BUDGET", folder / "budget.json")
    assert charts.TITLES
