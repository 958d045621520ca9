"""Where servers come and go, whoever waits for quiet asks again by new connections, and is never told that all is done."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import asyncpg
import pytest

from parley_local.demo.quiet import PatientQuiet, Quiet

NOW = datetime(2027, 3, 1, tzinfo=UTC)


@dataclass
class Flaky(PatientQuiet):
    """Its servers refuse the first connections."""

    refuses: list[Exception] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    async def _open(self) -> None:
        if self.refuses:
            raise self.refuses.pop()
        self.opened += 1

    async def _close(self) -> None:
        self.closed += 1


def flaky(*refuses: Exception) -> Flaky:
    return Flaky({}, {}, "nowhere:1", "", refuses=list(refuses))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parley_local.demo.quiet.AGAIN_SECONDS", 0)


async def test_it_begins_once_all_servers_are_there() -> None:
    quiet = flaky(OSError(), asyncpg.UndefinedTableError("no table yet"))

    async with quiet:
        assert (quiet.opened, quiet.closed) == (1, 2)


@pytest.mark.parametrize("trouble", [OSError(), TimeoutError(), asyncpg.InterfaceError("closed")])
async def test_a_server_that_goes_is_no_quiet(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[object] = [None, trouble, None]

    async def busy(*_: object) -> str | None:
        answer = answers.pop()
        if isinstance(answer, Exception):
            raise answer
        return None

    monkeypatch.setattr(Quiet, "busy", busy)
    async with flaky() as quiet:
        quiet.refuses.append(OSError())
        seen = [await quiet.busy(NOW, Counter()) for _ in range(3)]

    assert seen == [None, f"a server does not answer: {type(trouble).__name__}", None]
    assert quiet.opened == 2
