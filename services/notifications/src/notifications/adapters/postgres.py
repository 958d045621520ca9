"""This service's tables, in lock order, and what is read beside the working set."""

from collections.abc import Mapping
from dataclasses import dataclass

from notifications.adapters.database import Pool
from notifications.adapters.transaction import Store
from notifications.ports import Work
from notifications.working_set import Gather

STORE: Store[Work] = Store(tables=(), new_work=Work, source="parley/notifications")


def gathers(pool: Pool) -> Mapping[str, Gather]:
    """What timers read widely, by kind."""
    del pool
    return {}


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool
