"""What was measured, as rows: a table for people, JSON for machines, and the budget that it is held to."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

BUDGET = Path(__file__).parent / "budget.json"
ALLOWED = 0.2
"""How much worse than its budget a ratio may be before it counts as fallen."""
ALL_BUSY = 0.9


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `value` is what the budget and the bound speak of: a ratio where there is a baseline."""

    name: str
    value: float
    unit: str = "x"
    ours: str = ""
    beside: str = ""
    at_least: float | None = None
    at_most: float | None = None
    cores: float | None = None
    """The share of all cores that was busy meanwhile, where more processes can do no better than that."""
    chart: str = ""
    """On which chart its points are drawn, above `place`."""
    place: str = ""
    points: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_ratio(self) -> bool:
        """Beside something in the same run: what a budget can hold on another machine too."""
        return self.unit == "x" and bool(self.bound)

    @property
    def margin(self) -> float | None:
        """How many times better than its bound; None where it has none."""
        if self.at_least is not None:
            return self.value / self.at_least
        return self.at_most / max(self.value, 1e-9) if self.at_most is not None else None

    @property
    def holds(self) -> bool:
        full = self.cores is not None and self.cores >= ALL_BUSY
        low = full or self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    @property
    def bound(self) -> str:
        if self.at_least is not None:
            others = "" if self.cores is None else f", or cores ≥ {ALL_BUSY:.0%} busy"
            return f"≥ {self.at_least:g}{others}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float], *, digits: int = 0) -> str:
    """Median, and from the least to the most."""
    if len(values) == 1:
        return f"{values[0]:,.{digits}f}"
    low, high = min(values), max(values)
    return f"{median(values):,.{digits}f} ({low:,.{digits}f} … {high:,.{digits}f})"


def table(rows: Sequence[Row]) -> str:
    head = "| figure | value | bound | ours | beside |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {one.name} | {one.value:,.3g} {one.unit}{'' if one.holds else ' **(missed)**'} | {one.bound} "
        f"| {one.ours} | {one.beside} |\n"
        for one in rows
    )


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([asdict(one) for one in rows], indent=2, ensure_ascii=False) + "\n"


def fallen(rows: Sequence[Row], budget: dict[str, float]) -> list[str]:
    """Each ratio that is more than a fifth worse than its budget, and whatever else misses its bound, in words."""
    found = []
    for one in rows:
        kept = budget.get(one.name)
        if not one.is_ratio and not one.holds:
            found.append(f"{one.name}: {one.value:.3g} {one.unit}, bound {one.bound}")
        if kept is None:
            continue
        worse = one.value < kept * (1 - ALLOWED)
        if one.at_most is not None:
            worse = one.value > kept * (1 + ALLOWED)
        if worse:
            found.append(f"{one.name}: {one.value:.3g} {one.unit}, budget {kept:.3g}")
    return found


def read_budget() -> dict[str, float]:
    found: dict[str, float] = json.loads(BUDGET.read_text(encoding="utf-8"))
    return found
