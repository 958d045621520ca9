"""This service's tables, in lock order, and what is read beside the working set."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.adapters.database import Pool
from scheduling.adapters.transaction import Store
from scheduling.ports import Work
from scheduling.working_set import Gather

STORE: Store[Work] = Store(tables=(), new_work=Work, source="parley/scheduling")


def gathers(pool: Pool) -> Mapping[str, Gather]:
    """What timers read widely, by kind."""
    del pool
    return {}


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool
