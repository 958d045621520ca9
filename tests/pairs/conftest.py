"""The recorded day, and each service on one database for all tests of this folder, emptied before every replay."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.pairs.called_off import by_any_of, causes
from tests.pairs.recorded_day import Happening, read
from tests.pairs.replay import Answers, in_acts, in_order, of_service
from tests.pairs.snapshot import State, snapshot
from tests.pairs.stands import STANDS, Stand

from parley_local.databases import Postgres


@dataclass
class Hall:
    """Opens a service's stand when it is first asked for."""

    postgres: Postgres
    folder: Path
    open: AsyncExitStack
    day: Sequence[Happening]
    _stands: dict[str, Stand] = field(default_factory=dict)
    _recorded: dict[tuple[str, str], tuple[State, Answers]] = field(default_factory=dict)

    async def stand(self, service: str) -> Stand:
        if service not in self._stands:
            dsn = await self.postgres.create_database(f"pairs_{service}")
            folder = self.folder / service
            folder.mkdir()
            stand = await self.open.enter_async_context(STANDS[service](dsn, folder))
            self._stands[service] = stand
        return self._stands[service]

    async def in_order(
        self,
        service: str,
        kind: str,
        *,
        first: str | None = None,
        last: str | None = None,
        settling: bool,
    ) -> tuple[State, Answers]:
        stand = await self.stand(service)
        acts = in_acts(of_service(self.day, service), kind)
        answers = await in_order(stand, acts, first=first, last=last, settling=settling)
        return by_any_of(await snapshot(stand), causes(self.day)), answers

    async def in_recorded_order(
        self, service: str, kind: str, *, settling: bool
    ) -> tuple[State, Answers]:
        """Played once for all that is compared with it."""
        if (service, kind) not in self._recorded:
            self._recorded[(service, kind)] = await self.in_order(service, kind, settling=settling)
        return self._recorded[(service, kind)]


@pytest.fixture(scope="session")
def day() -> Sequence[Happening]:
    return read()


@pytest.fixture(scope="session")
async def hall(
    postgres: Postgres, day: Sequence[Happening], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(postgres, tmp_path_factory.mktemp("pairs"), stack, day)
    for service in STANDS:
        await postgres.drop_database(f"pairs_{service}")
