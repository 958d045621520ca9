"""Loads, locks and flushes the rows of one table: one statement each, however many rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, cast

import asyncpg
from pydantic import TypeAdapter

from notifications.adapters.database import Connection
from notifications.adapters.memory import Memory, Remembered, remembered
from notifications.working_set import Aggregate, Refusal, Rows

A = TypeVar("A", bound=Aggregate)

LOOK = """
select kept.id, kept.version, kept.xmin as stamp,
    case when kept.xmin = known.stamp then null else kept.state end as state
from unnest($1::text[], $2::xid[]) as known (id, stamp) join {table} as kept on kept.id = known.id
order by kept.id
"""
LOCK = LOOK + "for update of kept"
LOCK_AGAINST_CHANGE = LOOK + "for share of kept"


class Codec(Protocol[A]):
    def validate_json(self, data: str, /) -> A: ...

    def dump_json(self, instance: A, /) -> bytes: ...


class Collision(Exception):
    """Somebody else changed or made a row since it was read: load again and rerun."""


class Unheard(Exception):
    """Rows that must be locked are not there yet: start over, and make them in their turn."""


class Refused(Exception):
    """The database is the last judge, and it said no; everything is rolled back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


@dataclass(frozen=True)
class Table(Generic[A]):
    """A table's statements. An aggregate is one `state` document beside the columns searched.

    `matching` selects value and id by searched column; by one of `kin`, other rows of the same table, which may come to
    name a row while it is waited for. `insert` takes ids and states, then one array
    for each of `columns`; `update` ids, versions and states, then the same; both return ids and stamps.
    `lock` is for what is no table of rows: it selects id, version and state of ids $1.
    `placeholder` inserts rows without state for ids $1, so that a parent not heard of yet can be
    locked. `taken` is the answer where an insert is refused by a constraint of the domain. `lightness` says how many times
    less of memory a row takes for a letter of its document than rows mostly do.
    """

    name: str
    type: type[A]
    insert: str
    lock: str | None = None
    update: str | None = None
    delete: str | None = None
    placeholder: str | None = None
    columns: tuple[str, ...] = ()
    matching: Mapping[str, str] | None = None
    kin: frozenset[str] = frozenset()
    taken: Refusal | None = None
    lightness: int = 1

    @cached_property
    def codec(self) -> Codec[A]:
        return TypeAdapter(self.type)

    async def load(
        self,
        connection: Connection,
        rows: Rows[A],
        *,
        ids: set[str],
        seen: set[str],
        matches: Mapping[str, set[str]],
        making: bool,
        memory: Memory,
    ) -> dict[str, int]:
        """Lock and decode the rows of `ids`, of every match and of `seen`; returns version by id.

        Those of `seen` alone are locked against change, and with any other the table's as all: in two
        passes two transactions could wait for each other.
        What is not in memory is mostly new: it is made first, where it is not there, so that it can be locked in
        its turn. What is remembered and gone is `Unheard`, and made with all others where `making` is asked.
        """
        wanted = set(ids)
        for column, values in matches.items():
            wanted |= await self._matching(connection, column, values)
            rows.asked(column, values)
        only_seen = not wanted
        ordered = sorted(wanted | seen)
        if not ordered:
            return {}
        if self.placeholder is not None:
            to_make = ordered if making else memory.unknown(self.name, ordered)
            if to_make:
                await connection.execute(self.placeholder, to_make)
        lock = LOCK_AGAINST_CHANGE if only_seen else LOCK
        versions, present = await self.look(connection, ordered, memory=memory, statement=lock)
        if self.placeholder is not None and len(versions) < len(ordered):
            raise Unheard
        for column in self.kin & matches.keys():
            if not await self._matching(connection, column, matches[column]) <= wanted:
                raise Unheard
        found_rows = {row_id: present.get(row_id) for row_id in ordered}
        rows.loaded(found_rows, only_seen=only_seen)
        return versions

    async def _matching(self, connection: Connection, column: str, values: set[str]) -> set[str]:
        if self.matching is None or column not in self.matching:
            raise LookupError(f"{self.name} declares no search by {column}")
        found = await connection.fetch(self.matching[column], sorted(values))
        return {record["id"] for record in found}

    async def look(
        self, connection: Connection, ids: Sequence[str], *, memory: Memory, statement: str = LOOK
    ) -> tuple[dict[str, int], dict[str, A]]:
        """Versions by id of the rows that there are, and those of them that say something; in order of ids."""
        known = memory.recall(self.name, ids)
        if self.lock is not None:
            records = await connection.fetch(self.lock, ids)
        else:
            stamps = [known[row_id].stamp if row_id in known else None for row_id in ids]
            records = await connection.fetch(statement.format(table=self.name), ids, stamps)
        rows = {record["id"]: self._row(record, known, memory) for record in records}
        versions = {record["id"]: record["version"] for record in records}
        return versions, {row_id: row for row_id, row in rows.items() if row is not None}

    def _row(
        self, record: asyncpg.Record, known: Mapping[str, Remembered], memory: Memory
    ) -> A | None:
        row_id, stamp, state = record["id"], record.get("stamp"), record["state"]
        if row_id in known and known[row_id].stamp == stamp:
            return cast("A | None", known[row_id].row)
        row = None if state is None else self.codec.validate_json(state)
        if stamp is not None:
            one = remembered(stamp, row, state, lightness=self.lightness)
            memory.keep(self.name, row_id, one)
        return row

    async def remove(self, connection: Connection, rows: Rows[A]) -> None:
        deleted = rows.changes().deleted
        if deleted:
            if self.delete is None:
                raise LookupError(f"{self.name} declares no delete")
            await connection.execute(self.delete, deleted)

    async def write(
        self, connection: Connection, rows: Rows[A], versions: Mapping[str, int], *, memory: Memory
    ) -> None:
        """Plain inserts and guarded updates; a row short is a `Collision` (or `Refused`)."""
        changes = rows.changes()
        fresh = [row for row in changes.inserted if row.id not in versions]
        known = [row for row in changes.inserted if row.id in versions] + list(changes.updated)
        if fresh:
            states = self._states(fresh)
            written = await connection.fetch(
                self.insert, [r.id for r in fresh], states, *self._arrays(fresh)
            )
            if len(written) != len(fresh):
                raise Refused(self.taken) if self.taken is not None else Collision
            self._keep(memory, fresh, states, written)
        if known:
            if self.update is None:
                raise LookupError(f"{self.name} declares no update")
            known.sort(key=lambda row: row.id)
            numbers = [versions[row.id] for row in known]
            ids = [row.id for row in known]
            states = self._states(known)
            written = await connection.fetch(
                self.update, ids, numbers, states, *self._arrays(known)
            )
            if len(written) != len(known):
                raise Collision
            self._keep(memory, known, states, written)

    def _keep(
        self,
        memory: Memory,
        rows: Sequence[A],
        states: Sequence[str],
        written: Sequence[asyncpg.Record],
    ) -> None:
        stamps = {record["id"]: record.get("stamp") for record in written}
        for row, state in zip(rows, states, strict=True):
            stamp = stamps[row.id]
            if stamp is not None:
                one = remembered(stamp, row, state, lightness=self.lightness)
                memory.keep(self.name, row.id, one)

    def _states(self, rows: Sequence[A]) -> list[str]:
        encode = self.codec.dump_json
        return [encode(row).decode() for row in rows]

    def _arrays(self, rows: Sequence[A]) -> list[list[Any]]:
        return [[getattr(row, column) for row in rows] for column in self.columns]
