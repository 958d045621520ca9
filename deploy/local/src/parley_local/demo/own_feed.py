"""Somebody's own ATS events, read from JSON lines."""

from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from parley_contracts.topics import ATS, TOPICS
from parley_local.demo import cast
from parley_local.demo.feed import Feed, Line
from parley_local.errors import LocalError

FROM_ATS = {topic.name for topic in TOPICS.values() if ATS in topic.owners}


class BadFeed(LocalError):
    """The file cannot be played; which line it is, and why."""


class _Row(BaseModel):
    """One record as it is sent: a value that breaks the contract is let through, to see what happens."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    at: AwareDatetime
    topic: str
    key: Annotated[str, Field(min_length=1)]
    headers: dict[str, str]
    value: str


class _Person(BaseModel):
    person_id: str
    email: str | None = None


class _Application(BaseModel):
    candidate_id: str | None = None


def read(path: Path) -> Feed:
    """Every candidate in it is steady, and nothing is kept for a visitor."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFeed(f"{path} cannot be read: {error}") from None
    numbered = enumerate(text.splitlines(), start=1)
    lines = [_line(path, number, one) for number, one in numbered if one.strip()]
    if not lines:
        raise BadFeed(f"{path} holds no events")
    lines.sort(key=lambda line: line.at)
    return Feed(tuple(lines), dict.fromkeys(candidates(lines), cast.Temper.STEADY), "")


def _line(path: Path, number: int, text: str) -> Line:
    try:
        row = _Row.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"{where}: {first['msg']}" if where else first["msg"]
        raise BadFeed(f"{path}, line {number}: {reason}") from None
    if row.topic not in FROM_ATS:
        known = ", ".join(sorted(FROM_ATS))
        raise BadFeed(f"{path}, line {number}: topic {row.topic!r} is none of {known}")
    return Line(row.at, row.topic, row.key, tuple(row.headers.items()), row.value)


def candidates(lines: list[Line]) -> list[str]:
    """Addresses of everyone who applies."""
    addresses: dict[str, str | None] = {}
    hoping = set()
    for line in lines:
        try:
            if line.topic == "ats.people.v1":
                person = _Person.model_validate_json(line.value)
                addresses[person.person_id] = person.email
            elif line.topic == "ats.applications.v1":
                hoping.add(_Application.model_validate_json(line.value).candidate_id)
        except ValidationError:
            continue
    return [email for who, email in addresses.items() if who in hoping and email is not None]


__all__ = ["BadFeed", "read"]
