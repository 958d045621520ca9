"""Mails that are written between one topic and the next say other things, and leave everybody told the same.

A mail is the difference between what was told and what holds, so that which mails there are depends on what was known
when they were written. What holds, what everyone has been told of it, which notes they were given, and what is open for
them does not.
"""

from typing import Any

import pytest
from tests.pairs.conftest import Hall
from tests.pairs.replay import THE_WHOLE_DAY
from tests.pairs.snapshot import State, differences

from parley_contracts.topics import consumed_by

SERVICE = "notifications"
MAILS = ("message ", "delivery ", "stream ", "published ")
"""Rows, and events, that there is one of for each mail."""
COUNTED = frozenset({"count", "entries"})
"""How many mails were written, and how often a calendar entry was changed by one."""
OF_STAFF = frozenset({"events", "record"})
"""What the next mail will name: see `snapshot._message`."""


@pytest.mark.parametrize("late", [topic.name for topic in consumed_by(SERVICE)])
async def test_mails_written_before_the_last_topic_leave_everyone_told_the_same(
    hall: Hall, late: str
) -> None:
    """Each topic after all others is every pair, both ways."""
    state, _ = await hall.in_recorded_order(SERVICE, THE_WHOLE_DAY, settling=False)

    ended, _ = await hall.in_order(SERVICE, THE_WHOLE_DAY, last=late, settling=True)

    assert differences(told(state), told(ended)) == []


def told(state: State) -> State:
    return {name: _row(row) for name, row in state.items() if not name.startswith(MAILS)}


def _row(row: Any) -> Any:
    """`declined_at` is when a mail told the decline from which a rejection follows: where the rejection is told
    first, no mail tells the decline.
    """
    if not isinstance(row, dict) or not isinstance((row.get("state") or {}).get("letters"), dict):
        return row
    state = {name: value for name, value in row["state"].items() if name != "declined_at"}
    letters = {person: _letter(person, one) for person, one in state["letters"].items()}
    return row | {"state": state | {"letters": letters}}


def _letter(person: str, letter: dict[str, Any]) -> dict[str, Any]:
    dropped = COUNTED if person.startswith("cand:") else COUNTED | OF_STAFF
    return {name: value for name, value in letter.items() if name not in dropped}
