"""A memory that reads every row all the same, and holds what it reads against what it remembers."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any


def doubting(service: str) -> Any:
    plumbing = import_module(f"{service}.adapters.memory")

    class Doubting(plumbing.Memory):  # type: ignore[misc,name-defined]  # a base chosen at run time
        def recall(self, table: str, ids: Iterable[str]) -> dict[str, Any]:
            return {}

        def keep(self, table: str, row_id: str, one: Any) -> None:
            """A row that is made and then filled in one transaction bears one name."""
            before = self._rows.get((table, row_id))
            if before is not None and before.stamp == one.stamp and before.row is not None:
                assert before.row == one.row, f"{table} {row_id} is not what is remembered"
            super().keep(table, row_id, one)

    return Doubting()
