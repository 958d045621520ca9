"""A day that was really played, as it was recorded: what came on the topics, and what people sent from pages.

`recorded/day.jsonl` has one JSON object a line, in the order in which it all happened. Everybody in it is invented.
`python -m tests.pairs.record` plays and writes it anew.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "recorded" / "day.jsonl"


WANTED = (
    "parley.interview.rescheduled.v1",
    "parley.interview.cancelled.v1",
    "parley.round.no-show-reported.v1",
    "parley.round.question-answered.v1",
    "parley.round.match-reached.v1",
    "parley.round.decision-recorded.v1",
    "parley.round.revealed-to-candidate.v1",
    "parley.round.revealed-to-company.v1",
    "parley.round.candidate-feedback-released.v1",
    "parley.application.update-overdue.v1",
    "parley.intake.record-rejected.v1",
)
"""What has to happen in a day that is worth keeping."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record, and the domain time at which it came."""

    at: datetime
    topic: str
    partition: int
    offset: int
    key: str
    headers: tuple[tuple[str, str], ...]
    value: str | None
    """None erases."""

    @property
    def type(self) -> str:
        return dict(self.headers).get("ce_type", "")

    @property
    def data(self) -> Any:
        return None if self.value is None else json.loads(self.value)

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "topic": self.topic,
            "partition": self.partition,
            "offset": self.offset,
            "key": self.key,
            "headers": dict(self.headers),
            "value": self.value,
        }


@dataclass(frozen=True, slots=True)
class Deed:
    """A form that somebody sent, by which generation of their link, and the status that answered."""

    at: datetime
    service: str
    purpose: str
    about: str
    person: str
    action: str
    """What follows the page's own path."""
    generation: int
    form: str
    answered: int

    def to_json(self) -> dict[str, Any]:
        names = ("service", "purpose", "about", "person", "action", "generation", "form")
        return (
            {"at": self.at.isoformat()}
            | {name: getattr(self, name) for name in names}
            | {"answered": self.answered}
        )

    @property
    def path(self) -> str:
        return f"/{self.purpose}/{self.about}/{self.person}"


Happening = Arrival | Deed


def missing(day: Iterable[Happening]) -> list[str]:
    found = {one.type for one in day if isinstance(one, Arrival)}
    return [one for one in WANTED if one not in found]


def write(day: Iterable[Happening], file: Path = FILE) -> None:
    lines = (json.dumps(one.to_json(), ensure_ascii=False) + "\n" for one in day)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines), encoding="utf-8")


def read(file: Path = FILE) -> list[Happening]:
    return list(_read(file.read_text(encoding="utf-8").splitlines()))


def _read(lines: Iterable[str]) -> Iterator[Happening]:
    for line in lines:
        row = json.loads(line)
        row["at"] = datetime.fromisoformat(row["at"])
        if "topic" in row:
            row["headers"] = tuple(row["headers"].items())
            yield Arrival(**row)
        else:
            yield Deed(**row)
