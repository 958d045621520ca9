"""What this process has read or written before: a row that nobody has written since is not read twice.

PostgreSQL names the content of a row by the transaction that wrote it (`xmin`): whoever writes it again,
this process, another, or an operator's statement, leaves another name. So what we wrote is kept before it is
committed: where it is rolled back, no row ever bears that name. A placeholder's name says nothing: the
transaction that made it may fill it in, and the name stays. That it was met is kept, and it is read each time.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_LETTERS = 2_000_000
"""Of documents; what stands for them in memory is some ten times as long."""
OF_EACH = 100
"""Counted for a row besides its document, which may not be there yet."""


@dataclass(frozen=True, slots=True)
class Remembered:
    stamp: int | None
    row: object | None
    letters: int


def remembered(
    stamp: int, row: object | None, state: str | None, *, lightness: int = 1
) -> Remembered:
    letters = OF_EACH + len(state or "") // lightness
    return Remembered(stamp if state is not None else None, row, letters)


@dataclass(slots=True)
class Memory:
    """Rows are values that nobody changes, so those who share them share nothing else."""

    most_letters: int = MOST_LETTERS
    letters: int = 0
    _rows: OrderedDict[tuple[str, str], Remembered] = field(default_factory=OrderedDict)

    def recall(self, table: str, ids: Iterable[str]) -> dict[str, Remembered]:
        """By id, as far as we know; whose stamp the row still has."""
        found = {}
        for row_id in ids:
            known = self._rows.get((table, row_id))
            if known is not None:
                self._rows.move_to_end((table, row_id))
                found[row_id] = known
        return found

    def unknown(self, table: str, ids: Iterable[str]) -> list[str]:
        return [row_id for row_id in ids if (table, row_id) not in self._rows]

    def keep(self, table: str, row_id: str, one: Remembered) -> None:
        """What was not asked for longest goes."""
        before = self._rows.pop((table, row_id), None)
        self.letters += one.letters - (before.letters if before is not None else 0)
        self._rows[(table, row_id)] = one
        while self.letters > self.most_letters:
            _, gone = self._rows.popitem(last=False)
            self.letters -= gone.letters

    def forget(self) -> None:
        """All of it: another server may have other rows under the same names."""
        self._rows.clear()
        self.letters = 0
