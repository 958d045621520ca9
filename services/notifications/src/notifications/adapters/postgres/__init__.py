"""This service's tables, in lock order, and what is read beside the working set."""

from collections.abc import Mapping

from notifications.adapters.database import Pool
from notifications.adapters.postgres.reader import Reader
from notifications.adapters.postgres.tables import STREAM_REVISIONS, TABLES
from notifications.adapters.transaction import Store
from notifications.ports import Work
from notifications.working_set import Gather

STORE: Store[Work] = Store(tables=TABLES, new_work=Work, source="parley/notifications")


def gathers(pool: Pool) -> Mapping[str, Gather]:
    """What timers read widely, by kind."""
    return {"digest": Reader(pool).open_lines}


__all__ = ["STORE", "STREAM_REVISIONS", "Reader", "gathers"]
