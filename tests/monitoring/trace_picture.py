"""A trace as a picture: a bar for each span, below its parent, to scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LEFT, ROW, TOP = 860, 330, 34, 64
COLOURS = {"scheduling": "#2563eb", "feedback": "#b45309", "notifications": "#15803d"}
STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1f2937}.dim{fill:#6b7280;font-size:12px}"
    "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.dim{fill:#9ca3af}}"
)


@dataclass(frozen=True)
class Shown:
    service: str
    name: str
    id: str
    parent: str | None
    begins: int
    """Nanoseconds, as `ends`."""
    ends: int


def picture(spans: Sequence[Shown], trace: str) -> str:
    first, last = min(one.begins for one in spans), max(one.ends for one in spans)
    scale = (WIDTH - LEFT - 90) / max(1, last - first)
    height = TOP + ROW * len(spans) + 16
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>One trace, from the ATS to the mail</title><style>{STYLE}</style>",
        '<text x="12" y="24">From "interview requested" in the ATS to the mail that offers times</text>',
        (
            f'<text x="12" y="44" class="dim">trace {trace}, {_ms(last - first)} on one machine;'
            " between the services lies the outbox and its relay</text>"
        ),
    ]
    for place, one in enumerate(spans):
        drawn += _bar(one, place, LEFT + (one.begins - first) * scale, scale)
    return "\n".join([*drawn, "</svg>", ""])


def _bar(one: Shown, place: int, left: float, scale: float) -> list[str]:
    top = TOP + place * ROW
    width = max(3.0, (one.ends - one.begins) * scale)
    return [
        f'<text x="{12 + 12 * place}" y="{top + 14}">{escape(one.name)}</text>',
        f'<text x="{12 + 12 * place}" y="{top + 28}" class="dim">{escape(one.service)}</text>',
        (
            f'<rect x="{left:.1f}" y="{top + 4}" width="{width:.1f}" height="18" rx="3"'
            f' fill="{COLOURS[one.service]}"/>'
        ),
        f'<text x="{left + width + 6:.1f}" y="{top + 18}" class="dim">{_ms(one.ends - one.begins)}</text>',
    ]


def _ms(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.1f} ms"
