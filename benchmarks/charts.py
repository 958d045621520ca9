"""The same rows as pictures, for docs/performance.md."""

from collections.abc import Sequence
from pathlib import Path

import pygal
from pygal.style import CleanStyle

from benchmarks.report import Row

TITLES = {
    "ingest": "Events a second, from topic to topic",
    "latency": "One hop, milliseconds",
    "slots": "Slots of a panel of 3 over 30 days, milliseconds (log)",
    "history": "Processor time of an event over ever more history, microseconds",
}
STEEP = {"slots"}
LOOK = {
    "style": CleanStyle(font_family="sans-serif"),
    "js": (),
    "width": 900,
    "height": 420,
    "print_values": True,
    "legend_at_bottom": True,
    "disable_xml_declaration": True,
}
MOST_TIMES = 10
"""Better than this is drawn as this."""


def draw(rows: Sequence[Row], folder: Path) -> list[str]:
    """An SVG for each chart that the rows speak of; their names."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, title in TITLES.items():
        own = [one for one in rows if one.chart == name]
        if own:
            picture(own, title, logarithmic=name in STEEP).render_to_file(
                str(folder / f"{name}.svg")
            )
            drawn.append(name)
    bounded = [one for one in rows if one.margin is not None]
    if bounded:
        margins(bounded).render_to_file(str(folder / "margins.svg"))
        drawn.append("margins")
    return drawn


def picture(rows: Sequence[Row], title: str, *, logarithmic: bool) -> pygal.Bar:
    chart = pygal.Bar(title=title, logarithmic=logarithmic, value_formatter=short, **LOOK)
    chart.x_labels = [one.place for one in rows]
    if logarithmic:
        chart.range = (1, 1.2 * max(value for one in rows for value in one.points.values()))
    for series in dict.fromkeys(name for one in rows for name in one.points):
        chart.add(series, [one.points.get(series) for one in rows])
    return chart


def margins(rows: Sequence[Row]) -> pygal.HorizontalBar:
    """1 is the bound itself; what is shorter misses it."""
    look = LOOK | {"height": 120 + 26 * len(rows), "show_legend": False}
    chart = pygal.HorizontalBar(
        title=f"How many times better than its bound (1 is the bound; {MOST_TIMES} and more end there)",
        value_formatter=short,
        **look,
    )
    ordered = list(reversed(rows))
    chart.x_labels = [one.name for one in ordered]
    chart.add("", [min(MOST_TIMES, one.margin or 0) for one in ordered])
    return chart


def short(value: float) -> str:
    return f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
