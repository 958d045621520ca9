"""What a command answers: a report for machines, and the same in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Report = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    report: Report
    warnings: tuple[str, ...] = ()
    """What a person should look at; said first."""
    status: int = 0
    """Of the process: 0 where there is nothing left to mend."""
    notes: tuple[str, ...] = field(default=())
    """What is worth knowing, and no warning; said last."""

    @property
    def document(self) -> dict[str, object]:
        return {"warnings": list(self.warnings), **self.report, "notes": list(self.notes)}

    @property
    def text(self) -> str:
        rows = list(_rows(self.report, ()))
        width = max((len(name) for name, _ in rows), default=0)
        parts = (
            [f"! {one}" for one in self.warnings],
            [f"{name:<{width}}  {value}" for name, value in rows],
            list(self.notes),
        )
        return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _rows(report: Mapping[str, object], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every figure with the path that leads to it; what is empty has no line."""
    for name, value in report.items():
        here = (*path, str(name).replace("_", " "))
        if isinstance(value, Mapping):
            yield from _rows(value, here)
        elif isinstance(value, list | tuple):
            yield ": ".join(here), ", ".join(map(str, value)) or "none"
        else:
            yield ": ".join(here), "-" if value is None else str(value)
