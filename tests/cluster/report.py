"""What was tried on the cluster and what it took, as `docs/operations.md` shows it."""

from dataclasses import dataclass, field
from pathlib import Path

from tests.manifests.rendering import ROOT

PAGE = ROOT / "docs" / "operations.md"
BEGIN, END = "<!-- begin cluster -->", "<!-- end cluster -->"


@dataclass
class Report:
    rows: list[tuple[str, str, float | None]] = field(default_factory=list)

    def add(self, what: str, showed: str, seconds: float | None = None) -> None:
        self.rows.append((what, showed, seconds))

    def table(self) -> str:
        lines = ["| what was tried | what it showed | took |", "|---|---|---|"]
        for what, showed, seconds in self.rows:
            took = "" if seconds is None else f"{seconds:.0f} s"
            lines.append(f"| {what} | {showed} | {took} |")
        return "\n".join(lines)

    def write(self, head: str, page: Path = PAGE) -> None:
        """Between the marks of the page."""
        before, _, rest = page.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n{head}\n\n{self.table()}\n{END}{after}")
