"""Stores what became of mails: those that wait at the same moment in one transaction, so that a burst
of mails is not a burst of transactions, and of records for everyone who reads about them.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from notifications.adapters import traces
from notifications.adapters.database import Pool
from notifications.adapters.transaction import Store, is_outage, run_steps, with_retries
from notifications.domain.message import Outcome
from notifications.ports import Work
from notifications.working_set import Step, UseCase

AGAIN_AFTER = (0.05, 0.2, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts; what is not stored in the end is sent once more."""

OneStep = Step[Outcome, Work]


class Clock(Protocol):
    def now(self) -> datetime: ...


@dataclass(slots=True)
class Outcomes:
    pool: Pool
    store: Store[Work]
    use_case: UseCase[Outcome, Work]
    clock: Clock
    _waiting: list[tuple[OneStep, "asyncio.Future[None]"]] = field(default_factory=list, init=False)
    _writing: "asyncio.Task[None] | None" = field(default=None, init=False)

    async def record(self, outcome: Outcome, trace: str | None) -> None:
        """Back when it is stored; raises what kept it from being."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((Step(outcome, self.use_case, trace or traces.child_of(None)), stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            try:
                await self._patiently([step for step, _ in taken])
            except Exception as trouble:  # noqa: BLE001 - one that cannot be stored must not hold the others
                for step, stored in taken:
                    if is_outage(trouble):
                        _tell(stored, trouble)
                    else:
                        await self._alone(step, stored)
            else:
                for _, stored in taken:
                    _tell(stored, None)

    async def _alone(self, step: OneStep, stored: "asyncio.Future[None]") -> None:
        try:
            await self._patiently([step])
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            _tell(stored, error)
        else:
            _tell(stored, None)

    async def _patiently(self, steps: Sequence[OneStep]) -> None:
        for pause in AGAIN_AFTER:
            try:
                await self._store(steps)
            except Exception as trouble:
                # What waiting does not mend is told at once.
                if not is_outage(trouble):
                    raise
                await asyncio.sleep(pause)
            else:
                return
        await self._store(steps)

    async def _store(self, steps: Sequence[Step[Any, Work]]) -> None:
        async def attempt() -> None:
            async with self.pool.acquire() as connection, connection.transaction():
                await run_steps(connection, self.store, steps, now=self.clock.now())

        await with_retries(attempt)


def _tell(stored: "asyncio.Future[None]", error: Exception | None) -> None:
    if stored.done():
        return
    if error is not None:
        stored.set_exception(error)
    else:
        stored.set_result(None)
