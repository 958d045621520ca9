"""This service's tables, in lock order, and what is read beside the working set."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedback.adapters.database import Pool
from feedback.adapters.transaction import Store
from feedback.ports import Work
from feedback.working_set import Gather

STORE: Store[Work] = Store(tables=(), new_work=Work, source="parley/feedback")


def gathers(pool: Pool) -> Mapping[str, Gather]:
    """What timers read widely, by kind."""
    del pool
    return {}


@dataclass(frozen=True, slots=True)
class Reader:
    pool: Pool
