"""One transaction for a page, a batch and a timer alike: load, lock, run, flush, commit.

Locks are taken in one pass: tables in the store's order, ids sorted, timers last. `needs` is asked
again on the locked rows; where it names more, the pass is undone (a savepoint gives its locks back)
and done again with the union, so that no lock is ever taken out of order.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

import asyncpg

from scheduling.adapters import failpoint, outbox, timer, traces
from scheduling.adapters.database import Connection, Pool
from scheduling.adapters.memory import Memory
from scheduling.adapters.table import Collision, Refused, Table, Unheard
from scheduling.working_set import Needs, NotLoaded, Refusal, Rows, Step, WorkingSet

T = TypeVar("T")
W = TypeVar("W", bound=WorkingSet)

COLLISIONS = (
    Collision,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)
MAX_ATTEMPTS = 5
MAX_ROUNDS = 12
LANES = 2
"""Of pages: one waits for a lock, and another goes on."""
LONG_SECONDS = 1.0
"""A lane that takes longer is held up, and counts no more: nobody waits for a line that is dead."""
MOST_AT_ONCE = 50
BREATH_SECONDS = 0.02
"""Between two breaths of the event loop, so that pages, heartbeats and probes are answered."""

OUTAGES = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TransactionTimeoutError,
    *COLLISIONS,
)
"""What is nobody's fault and goes by itself: wait and try again. Collisions that outlast
`MAX_ATTEMPTS` are among them; so is a password that the file or the server does not have yet."""


UNDONE = (*COLLISIONS, asyncpg.LockNotAvailableError)
"""After these a transaction is rolled back for sure; after the other outages it may have been committed."""

LASTING = (Collision, asyncpg.UniqueViolationError)
"""Whoever came first has committed, and is seen by the next attempt: where `MAX_ATTEMPTS` of them find the same, nobody
else is in the way."""


def is_outage(trouble: Exception, *, of_many: bool = False) -> bool:
    """Whether waiting helps; otherwise a bug is in what was tried, and the rest has to go on without it. What takes
    too long for one transaction is tried in smaller ones.
    """
    if of_many and isinstance(trouble, asyncpg.TransactionTimeoutError):
        return False
    return isinstance(trouble, OUTAGES) and not isinstance(trouble, LASTING)


@dataclass(frozen=True)
class Store(Generic[W]):
    """A service's tables in lock order, and how to make an empty working set of them."""

    tables: tuple[Table[Any], ...]
    new_work: Callable[[], W]
    source: str
    """CloudEvents source of what this service publishes."""
    memory: Memory = field(default_factory=partial(Memory, most_letters=0))

    def remembering(self, memory: Memory) -> "Store[W]":
        """The same tables of one database."""
        return replace(self, memory=memory)


@dataclass(slots=True)
class Loaded(Generic[W]):
    work: W
    versions: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of the steps: an answer to each, and what is to be counted once this is committed."""

    answers: Sequence[Refusal | None]
    gaps: Sequence[str]


LockLast = Callable[[Connection, W], Awaitable[Sequence[Step[Any, W]]]]


class StartOver(Exception):
    """More rows are needed than were locked."""

    def __init__(self, more: Needs) -> None:
        super().__init__("more rows are needed")
        self.more = more


async def run_steps(
    connection: Connection,
    store: Store[W],
    steps: Sequence[Step[Any, W]],
    *,
    now: datetime,
    lock_last: LockLast[W] | None = None,
) -> Ran:
    """Run the steps in order over one working set, inside the caller's transaction.

    `lock_last` takes the locks that come after all aggregates' and says which steps still stand.
    """
    needs, dependent = _foresee(store, steps)
    making = False
    await connection.execute("savepoint nothing_locked")  # released with the transaction's end
    for _ in range(MAX_ROUNDS):
        try:
            loaded = await _load(connection, store, needs, making=making)
            _ask_again(dependent, loaded.work, needs)
            standing = steps if lock_last is None else await lock_last(connection, loaded.work)
            answers = await _run(standing, loaded.work, now=now)
            await _flush(connection, store, loaded)
            return Ran(answers, loaded.work.gaps)
        except Unheard:
            pass
        except StartOver as over:
            needs |= over.more
        except NotLoaded as missing:
            needs |= missing.missing
        await connection.execute("rollback to savepoint nothing_locked")
        making = True  # what was made, and is remembered, is gone with it
    raise RecursionError("needs names something new in every round")


async def with_retries(attempt: Callable[[], Awaitable[T]]) -> T:
    """Call `attempt`, a whole transaction, again where two of them collided."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return await attempt()
        except COLLISIONS:
            await asyncio.sleep(0)
    return await attempt()


@dataclass(slots=True)
class Asked(Generic[W]):
    """A page's command that waits for its answer."""

    step: Step[Any, W]
    now: datetime
    answer: asyncio.Future[Refusal | None]


@dataclass
class Transactions(Generic[W]):
    """Runs messages for pages; what batches and timers do besides stands in their modules.

    Few transactions run at once, and whoever comes meanwhile shares the next: fifty who want the same
    slot are fifty steps over the same rows, and not fifty transactions that wait for each other's locks.
    """

    pool: Pool
    store: Store[W]
    _waiting: list[Asked[W]] = field(default_factory=list)
    _lanes: dict[object, float] = field(default_factory=dict)
    """Tasks, and since when each has been busy with the same group."""

    async def command(self, step: Step[Any, W], *, now: datetime) -> Refusal | None:
        """Returns None, or why it was refused; raises one of `OUTAGES` where it cannot be said.

        What somebody does on a page begins a trace, where it does not bring one. It is done although
        whoever asked for it has gone meanwhile.
        """
        traced = step if step.trace is not None else step.traced(traces.child_of(None))
        asked = Asked(traced, now, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if not self._open():
            asyncio.get_running_loop().call_later(LONG_SECONDS, self._open)
        return await asked.answer

    def _open(self) -> bool:
        """Another lane, where somebody waits and too few are under way."""
        now = asyncio.get_running_loop().time()
        under_way = sum(now - since < LONG_SECONDS for since in self._lanes.values())
        if not self._waiting or under_way >= LANES:
            return False
        self._lanes[asyncio.create_task(self._lane())] = now
        return True

    async def _lane(self) -> None:
        lane, loop = asyncio.current_task(), asyncio.get_running_loop()
        try:
            while self._waiting:
                self._lanes[lane] = loop.time()
                group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._answer(group)
        finally:
            # At once, and not when the task is looked after: whoever comes in between would wait for ever.
            self._lanes.pop(lane, None)

    async def _answer(self, group: Sequence[Asked[W]]) -> None:
        """What broke a shared transaction is tried again alone, where it is sure that nothing was done."""
        try:
            answers = await self._together(group)
        except Exception as trouble:  # noqa: BLE001 - it is told to who asked
            undone = isinstance(trouble, UNDONE) or not isinstance(trouble, OUTAGES)
            if undone and len(group) > 1:
                await asyncio.gather(*[self._answer([one]) for one in group])
                return
            for one in group:
                _settle(one, trouble)
        else:
            for one, answer in zip(group, answers, strict=True):
                _settle(one, answer)

    async def _together(self, group: Sequence[Asked[W]]) -> Sequence[Refusal | None]:
        steps, now = [one.step for one in group], max(one.now for one in group)

        async def attempt() -> Sequence[Refusal | None]:
            async with self.pool.acquire() as connection, connection.transaction():
                await connection.execute("set local lock_timeout = '2s'")
                ran = await run_steps(connection, self.store, steps, now=now)
                failpoint.reach("page_before_commit")
                return ran.answers

        answers = await with_retries(attempt)
        failpoint.reach("page_after_commit")
        return answers


def _settle(one: Asked[Any], found: Refusal | Exception | None) -> None:
    if one.answer.done():
        return
    if isinstance(found, Refused):
        one.answer.set_result(found.refusal)
    elif isinstance(found, Exception):
        one.answer.set_exception(found)
    else:
        one.answer.set_result(found)


def _foresee(
    store: Store[W], steps: Sequence[Step[Any, W]]
) -> tuple[Needs, Sequence[Step[Any, W]]]:
    """What the steps will need as far as rows are remembered, and those whose needs depend on rows.

    What is remembered may be old, and all is asked again once it is locked: mostly it is right, and one pass enough.
    """
    work = store.new_work()
    tables = work.tables()
    parts: list[Needs] = []
    dependent: list[Step[Any, W]] = []
    for step in steps:
        parts.append(step.use_case.needs(step.message, work))
        peeked = [rows for rows in tables.values() if rows.peeked]
        if peeked:
            dependent.append(step)
        for rows in peeked:
            rows.peeked = False
    needs = more = Needs.union(parts)
    for _ in range(MAX_ROUNDS):
        if not dependent or not _recall(store, tables, more):
            break
        asked = Needs.union(step.use_case.needs(step.message, work) for step in dependent)
        more = asked - needs
        needs |= more
    return needs, dependent


def _recall(store: Store[W], tables: Mapping[str, Rows[Any]], needs: Needs) -> bool:
    """Whether anything is remembered of these rows."""
    ids: dict[str, list[str]] = {}
    for name, row_id in (*needs.ids, *needs.seen):
        ids.setdefault(name, []).append(row_id)
    found = False
    for name, wanted in ids.items():
        known = store.memory.recall(name, wanted)
        tables[name].loaded({row_id: one.row for row_id, one in known.items()})
        found = found or bool(known)
    return found


async def _load(
    connection: Connection, store: Store[W], needs: Needs, *, making: bool
) -> Loaded[W]:
    loaded = Loaded(store.new_work())
    rows = loaded.work.tables()
    ids: dict[str, set[str]] = {}
    seen: dict[str, set[str]] = {}
    matches: dict[str, dict[str, set[str]]] = {}
    for name, row_id in needs.ids:
        ids.setdefault(name, set()).add(row_id)
    for name, row_id in needs.seen:
        seen.setdefault(name, set()).add(row_id)
    for name, column, value in needs.matches:
        matches.setdefault(name, {}).setdefault(column, set()).add(value)
    for table in store.tables:
        if table.name in ids or table.name in matches or table.name in seen:
            loaded.versions[table.name] = await table.load(
                connection,
                rows[table.name],
                ids=ids.get(table.name, set()),
                seen=seen.get(table.name, set()),
                matches=matches.get(table.name, {}),
                making=making,
                memory=store.memory,
            )
    return loaded


def _ask_again(steps: Sequence[Step[Any, W]], work: W, needs: Needs) -> None:
    more = Needs.union(step.use_case.needs(step.message, work) for step in steps) - needs
    if more:
        raise StartOver(more)


async def _run(steps: Sequence[Step[Any, W]], work: W, *, now: datetime) -> list[Refusal | None]:
    answers = []
    loop = asyncio.get_running_loop()
    breathed_at = loop.time()
    for step in steps:
        work.caused_by(step.trace, step.place)
        answers.append(step.use_case.run(step.message, work, now=now))
        if loop.time() - breathed_at > BREATH_SECONDS:
            await asyncio.sleep(0)
            breathed_at = loop.time()
    work.finish()
    return answers


async def _flush(connection: Connection, store: Store[W], loaded: Loaded[W]) -> None:
    rows = loaded.work.tables()
    for table in store.tables:
        await table.remove(connection, rows[table.name])
    for table in store.tables:
        versions = loaded.versions.get(table.name, {})
        await table.write(connection, rows[table.name], versions, memory=store.memory)
    await timer.flush(connection, loaded.work.timers)
    await outbox.append(connection, store.source, loaded.work.outgoing)
